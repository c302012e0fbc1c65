// What nodes show and files hold, in another language. It is told in English, with numbers in it; those are holes.

/** Sentences from English, with # for each number, size (8 x 8 x 1) or list of numbers (16, 32). */
export type ViewTexts = Readonly<Record<string, string>>

const NUMBER = String.raw`[−-]?\d+(?:[.,]\d+)*(?:e[−+-]?\d+)?`
const NUMBERS = new RegExp(String.raw`(?<![\w.])${NUMBER}(?:(?:, | x )${NUMBER})*`, 'g')

/** Numbers become holes. */
export const keyOf = (text: string): string => text.replace(NUMBERS, '#')

/** A text as a whole, or else its parts between commas and semicolons; what is not known stays as it is. */
export const viewIn = (words: ViewTexts, text: string): string =>
  filled(words, text) ??
  text
    .split(/(; |, )/)
    .map((part) => filled(words, part) ?? part)
    .join('')

function filled(words: ViewTexts, text: string): string | undefined {
  const key = keyOf(text)
  if (!Object.hasOwn(words, key)) return undefined
  const numbers = (text.match(NUMBERS) ?? []).values()
  return words[key]!.replaceAll('#', () => numbers.next().value ?? '#')
}
