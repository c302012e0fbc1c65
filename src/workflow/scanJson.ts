// Linear scan of untrusted JSON before JSON.parse: measures its nesting, which JSON.parse handles
// recursively, counts its values, and replaces NaN and Infinity, which JSON.parse rejects.

const [QUOTE, BACKSLASH, COMMA, MINUS] = [0x22, 0x5c, 0x2c, 0x2d]
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]
const [LETTER_I, LETTER_N] = [0x49, 0x4e]

interface ScannedJson {
  /** The text with NaN and Infinity outside of strings replaced by null; the same text without. */
  text: string
  /** Number of levels of lists and objects. */
  depth: number
  /** Number of values, within a factor of two. */
  values: number
}

export function scanJson(text: string): ScannedJson {
  const parts: string[] = []
  let [copied, level, depth, values] = [0, 0, 0, 1]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) i = endOfString(text, i)
    else if (code === COMMA) values++
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      values++
      depth = Math.max(depth, ++level)
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) level--
    else if (code === LETTER_I || code === LETTER_N) {
      const length = bareWordLength(text, i)
      if (!length) continue
      const start = i > copied && text.charCodeAt(i - 1) === MINUS ? i - 1 : i
      parts.push(text.slice(copied, start), 'null')
      copied = i + length
      i = copied - 1
    }
  }
  return { text: parts.length ? parts.join('') + text.slice(copied) : text, depth, values }
}

/** Returns the index of the closing quote; the length of the text if there is none. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return i
    i += code === BACKSLASH ? 2 : 1
  }
  return text.length
}

/** Returns the length of NaN or Infinity at this index; 0 for other words. */
function bareWordLength(text: string, at: number): number {
  const word = ['NaN', 'Infinity'].find((each) => text.startsWith(each, at))
  if (!word || isWordCharacter(text[at - 1]) || isWordCharacter(text[at + word.length])) return 0
  return word.length
}

const isWordCharacter = (character: string | undefined) =>
  character !== undefined && /\w/.test(character)
