// Differences of texts: one replaced part.

/** Replaces `length` characters at `at` by `text`. */
export interface TextPatch {
  at: number
  length: number
  text: string
}

/** Returns the patch that turns one text into another, without their common start and end. */
export function diffTexts(from: string, to: string): TextPatch {
  const shorter = Math.min(from.length, to.length)
  let at = 0
  while (at < shorter && from.charCodeAt(at) === to.charCodeAt(at)) at++
  let end = 0
  while (
    end < shorter - at &&
    from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end)
  )
    end++
  return { at, length: from.length - end - at, text: copyText(to.slice(at, to.length - end)) }
}

export const applyPatch = (text: string, { at, length, text: part }: TextPatch): string =>
  text.slice(0, at) + part + text.slice(at + length)

/** Copies a text. Engines store a part of a text as a reference, which keeps all of it in memory. */
const copyText = (part: string) => ` ${part}`.slice(1)
