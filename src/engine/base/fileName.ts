// Names of files that are written. The only function that turns a text of a workflow into a name.

declare const checked: unique symbol

/** A plain name: no path, and no name that is special on some system. */
export type SafeFileName = string & { readonly [checked]: true }

/** Longest stem in UTF-8 bytes and in characters; most file systems allow 255 bytes. */
const STEM = { bytes: 160, characters: 80 }
/** The part of a stem before a number. */
const NUMBERED = { bytes: 150, characters: 70 }
const ENDING = { bytes: 40, characters: 20 }

/** Separators, wildcards and controls, also those that turn or hide parts of a name. */
const special =
  /[\\/:*?"<>|\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu

/** Devices of Windows, which have these names in every folder and with every ending. */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?= *(?:\.|$))/i

/**
 * Returns the last part of a path without what is special in a name on some system. A name that is
 * plain already stays as it is.
 */
export function safeFileName(wanted: string): SafeFileName {
  const path = trimEnd(wanted, '/')
  const last = path.slice(path.lastIndexOf('/') + 1)
  const plain = trimEnd(last.replaceAll(special, '_').replace(/^\./, '_'), '. ')
  const [stem, ending] = splitFileName(plain.replace(device, '_$&'))
  const cut = trimEnd(cutToLength(stem, STEM) + cutToLength(ending, ENDING), '. ')
  return (cut || '_') as SafeFileName
}

/** True if {@link safeFileName} would leave the name as it is. */
export const isSafeFileName = (name: string): name is SafeFileName => safeFileName(name) === name

/** The name without its ending, and the ending with its dot. */
export function splitFileName(name: string): [stem: string, ending: string] {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
}

/** The text without some characters at its end, in a time that grows with its length only. */
function trimEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text[end - 1])) end--
  return text.slice(0, end)
}

/** The start of a text within a length, without a part of a character. */
function cutToLength(text: string, most: { bytes: number; characters: number }): string {
  let [bytes, length] = [0, 0]
  for (const character of [...text].slice(0, most.characters)) {
    bytes += utf8Length(character)
    if (bytes > most.bytes) break
    length += character.length
  }
  return text.slice(0, length)
}

function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
}

/** Names that are equal on some system: in case, or in the form of accents. */
export const fileNameKey = (name: string): string => name.normalize('NFKC').toLowerCase()

/** Returns the name, with a number if one of `taken` is equal on some system. */
export function freeFileName(wanted: SafeFileName, taken: Iterable<string>): SafeFileName {
  const keys = new Set([...taken].map(fileNameKey))
  const [stem, ending] = splitFileName(wanted)
  let name = wanted
  for (let i = 2; keys.has(fileNameKey(name)); i++)
    name = safeFileName(cutToLength(stem, NUMBERED) + `-${i}${ending}`)
  return name
}
