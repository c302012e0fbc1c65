// Bounds for texts on canvases: texts of a file may have any length, measuring and drawing them would
// take as long.
import { toUnicodeMath } from './mathText.ts'

/** Characters of a label that canvases measure: more than any screen shows in a line. */
export const MAX_LABEL = 1000

/** The first characters of a text, without half of a surrogate pair at the end. */
export function sliceText(text: string, end: number): string {
  const last = text.charCodeAt(end - 1)
  const isHalf = end < text.length && last >= 0xd800 && last < 0xdc00
  return text.slice(0, isHalf ? end - 1 : end)
}

/** A text of at most `most` characters. An ellipsis marks that more follows. */
export const cutText = (text: string, most: number): string =>
  text.length > most ? `${sliceText(text, most).trimEnd()}…` : text

/** A title or label for a canvas or a list: cut, with its mathematics in Unicode. */
export const toLabel = (text: string): string => toUnicodeMath(cutText(text, MAX_LABEL))
