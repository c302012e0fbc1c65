// Vocabulary of captions: words and their numbers, learned from the captions of a data set.
import { editDistance } from '../base/editDistance.ts'
import type { Vocabulary } from '../base/values.ts'
import type { CaptionTokens } from './dataset.ts'

/** Id of the places after the last word of a caption. */
export const PADDING = 0
/** Id of words that are not in the vocabulary. */
export const UNKNOWN = 1
/** Ids below that of the first word. */
const RESERVED = 2

/** Number of ids: of words, padding and unknown words. */
export const countTokens = ({ words }: Pick<Vocabulary, 'words'>): number => words.length + RESERVED

/**
 * Splits a text into words of letters, digits and their accents, in lower case. Everything else
 * separates words: spaces, punctuation, underscores, hyphens, symbols.
 */
export const splitWords = (text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []

/** The characters of a text in lower case, without spaces at the ends. */
export const splitCharacters = (text: string): string[] => [
  ...text.normalize('NFC').toLowerCase().trim(),
]

/** The function that splits a text into the words of a vocabulary. */
export const splitterOf = ({ unit }: Pick<Vocabulary, 'unit'>): ((text: string) => string[]) =>
  unit === 'character' ? splitCharacters : splitWords

/**
 * Lists the words of all captions, the most frequent first, equally frequent ones in alphabetical
 * order (of code units, which no language setting changes). `most` limits their number; 0: all.
 */
export function learnWords(captions: readonly string[], most = 0): string[] {
  const counts = new Map<string, number>()
  for (const caption of captions)
    for (const word of splitWords(caption)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const words = [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([word]) => word)
  return most > 0 ? words.slice(0, most) : words
}

/** Number of words of the longest caption. */
export const longestCaption = (captions: readonly string[]): number =>
  captions.reduce((most, caption) => Math.max(most, splitWords(caption).length), 0)

const idsByVocabulary = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

function wordIds({ words }: Vocabulary): ReadonlyMap<string, number> {
  const known = idsByVocabulary.get(words)
  if (known) return known
  const ids = new Map(words.map((word, i) => [word, i + RESERVED]))
  idsByVocabulary.set(words, ids)
  return ids
}

/**
 * Converts texts to `length` ids each: those of the first words, then padding. A text without words
 * has -1 in all places, like a dropped condition.
 */
export function encodeCaptions(captions: readonly string[], vocabulary: Vocabulary): CaptionTokens {
  const ids = wordIds(vocabulary)
  const { length } = vocabulary
  const splitWords = splitterOf(vocabulary)
  const tokens = new Int32Array(captions.length * length).fill(PADDING)
  captions.forEach((caption, item) => {
    const words = splitWords(caption)
    const start = item * length
    if (words.length === 0) tokens.fill(-1, start, start + length)
    words.slice(0, length).forEach((word, i) => (tokens[start + i] = ids.get(word) ?? UNKNOWN))
  })
  return { ids: tokens, vocabulary }
}

/** A word that a vocabulary lacks, and the words of the vocabulary that are nearest to it. */
export interface UnknownWord {
  word: string
  nearest: readonly string[]
}

/** Lists the words of texts that a vocabulary lacks, each once, in the order of the texts. */
export function unknownWords(
  captions: readonly string[],
  vocabulary: Vocabulary,
  suggestions = 3,
): UnknownWord[] {
  const ids = wordIds(vocabulary)
  const unknown = new Set(captions.flatMap(splitterOf(vocabulary)).filter((word) => !ids.has(word)))
  return [...unknown].map((word) => ({
    word,
    nearest: suggestions > 0 ? nearestWords(word, vocabulary.words, suggestions) : [],
  }))
}

/**
 * The `count` words with the smallest edit distance to `word`; of equally near ones, the first. Words
 * of which more than half would change are left out.
 */
export function nearestWords(word: string, words: readonly string[], count: number): string[] {
  return words
    .map((known) => ({ known, distance: editDistance(word, known) }))
    .filter(({ known, distance }) => 2 * distance <= Math.max(word.length, known.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ known }) => known)
}
