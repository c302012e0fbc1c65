// Texts of workflows in generated programs: comments, descriptions and strings.

/** Controls of the direction of text. They make code look like other code ("Trojan Source"). */
const direction = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069'
const lineBreaks = /[\r\n\v\f\u0085\u2028\u2029]+/g
const unprintable = new RegExp(`[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}${direction}]`, 'gu')

/** A text on one line, for a comment. Characters that nobody sees are left out. */
export const toOneLine = (text: string): string =>
  text.replaceAll(lineBreaks, ' ').replaceAll(unprintable, '')

/** Escapes characters that nobody sees in a literal that `JSON.stringify` has written. */
export const escapeUnseen = (literal: string): string =>
  literal.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** True if a text needs escapes in a literal. */
export const hasUnseen = (text: string): boolean => text.search(unprintable) >= 0

/** Splits a text into lines of at most `width` characters, if its words allow it. */
export function wrapProgramText(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1) ?? ''
    if (last && last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = last ? `${last} ${word}` : word
  }
  return lines
}
