// Translations of node views and file descriptions, which are English texts with numbers.
import { type ViewTextId, viewTexts } from '../../engine/base/viewTexts.ts'

/** Texts by id. # stands for a number, a size ("8 x 8 x 1") or a list of numbers ("16, 32"). */
export type ViewTexts = { readonly [Id in ViewTextId]?: string }

const NUMBER = String.raw`[−-]?\d+(?:[.,]\d+)*(?:e[−+-]?\d+)?`
const NUMBERS = new RegExp(String.raw`(?<![\w.])${NUMBER}(?:(?:, | x )${NUMBER})*`, 'g')

/** Replaces numbers with #. */
export const withoutNumbers = (text: string): string => text.replace(NUMBERS, '#')

/**
 * Returns a function that translates a text, or else its parts between commas and semicolons.
 * Unknown parts, such as slot names, are not changed.
 */
export function viewTranslator(
  translations: ViewTexts,
  english: ViewTexts = viewTexts,
): (text: string) => string {
  const byEnglish = new Map(
    (Object.keys(english) as ViewTextId[]).map((id) => [english[id], translations[id]] as const),
  )
  const translatePart = (text: string): string | undefined => {
    const numbers = (text.match(NUMBERS) ?? []).values()
    return byEnglish.get(withoutNumbers(text))?.replaceAll('#', () => numbers.next().value ?? '#')
  }
  return (text) => {
    const pieces = text.split(/(; |, )/)
    const translated: string[] = []
    for (let from = 0; from < pieces.length;) {
      // The longest known part: a list of numbers contains commas too.
      let to = pieces.length
      let part: string | undefined
      while (to > from && (part = translatePart(pieces.slice(from, to).join(''))) === undefined) {
        to--
      }
      translated.push(part ?? pieces[from])
      from = Math.max(to, from + 1)
    }
    return translated.join('')
  }
}
