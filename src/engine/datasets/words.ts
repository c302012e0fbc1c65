// Data sets of words, whose tokens are their characters.
import type { Vocabulary } from '../base/values.ts'
import type { Dataset } from './dataset.ts'
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { MASK } from './mask.ts'
import { countTokens, encodeCaptions, PADDING, splitCharacters, UNKNOWN } from './vocabulary.ts'

/** Limits on the characters of a word, and on the numbers of a data set. */
export const MOST_CHARACTERS = 64
const MOST_NUMBERS = 2 ** 24

export interface WordSet {
  dataset: Dataset
  vocabulary: Vocabulary
}

/** The words of a text, each once, in lower case: those of its lines, between spaces and commas. */
export const listWords = (text: string): string[] => [
  ...new Set(
    text
      .normalize('NFC')
      .toLowerCase()
      .split(/[\s,;]+/)
      .filter((word) => word !== ''),
  ),
]

/**
 * The characters of words in alphabetical order (of code units), and the number of places.
 * @param length number of characters of a word; 0 for that of the longest
 */
export function characterVocabulary(words: readonly string[], length: number): Vocabulary {
  const characters = new Set(words.flatMap(splitCharacters))
  const longest = words.reduce((most, word) => Math.max(most, splitCharacters(word).length), 1)
  return {
    type: 'vocabulary',
    words: [...characters].sort((a, b) => (a < b ? -1 : 1)),
    length: Math.min(MOST_CHARACTERS, length > 0 ? length : longest),
    unit: 'character',
  }
}

/**
 * Words as a data set: their characters as tokens, the words as captions, and one-hot vectors
 * `[n, places, tokens + 1]`. Words that are too long are left out. Throws EngineError about `words`
 * without words, and if the vectors would be too large.
 */
export function wordSet(words: readonly string[], length: number): WordSet {
  const vocabulary = characterVocabulary(words, length)
  const fitting = words.filter((word) => splitCharacters(word).length <= vocabulary.length)
  if (fitting.length === 0) throw new EngineError(processMessages.noWords, { argument: 'words' })
  const width = countTokens(vocabulary) + 1
  const each = vocabulary.length * width
  if (fitting.length * each > MOST_NUMBERS)
    throw new EngineError(processMessages.tooManyWords, {
      argument: 'words',
      most: Math.floor(MOST_NUMBERS / each),
      count: fitting.length,
    })
  const tokens = encodeCaptions(fitting, vocabulary)
  const data = new Float32Array(fitting.length * each)
  tokens.ids.forEach((id, place) => (data[place * width + id] = 1))
  return {
    dataset: {
      type: 'dataset',
      data,
      shape: [vocabulary.length, width],
      size: fitting.length,
      space: 'latent',
      captions: fitting,
      tokens,
    },
    vocabulary,
  }
}

/** Character shown for one that the vocabulary lacks. */
const UNKNOWN_CHARACTER = '?'

/**
 * Texts of tokens: words up to their padding, `_` for masked places. Padding before a character is
 * shown as a space.
 */
export function tokenTexts(ids: ArrayLike<number>, { words, length, unit }: Vocabulary): string[] {
  const texts: string[] = []
  for (let start = 0; start < ids.length; start += length) {
    const parts = Array.from({ length }, (_, i) => {
      const id = ids[start + i]
      if (id < 0) return MASK
      if (id === PADDING) return unit === 'character' ? ' ' : ''
      return id === UNKNOWN ? UNKNOWN_CHARACTER : (words[id - 2] ?? UNKNOWN_CHARACTER)
    })
    texts.push(unit === 'character' ? parts.join('').trimEnd() : parts.filter(Boolean).join(' '))
  }
  return texts
}

/**
 * Ids of texts with masked places, each of which is written as `_`. A text without any character is
 * masked everywhere; places after the last character are padding.
 */
export function maskedTokens(texts: readonly string[], vocabulary: Vocabulary): Float32Array {
  const { length, unit } = vocabulary
  const single = { ...vocabulary, length: 1 }
  const split = unit === 'character' ? splitCharacters : (text: string) => text.match(/\S+/g) ?? []
  const ids = new Float32Array(texts.length * length).fill(PADDING)
  texts.forEach((text, item) => {
    const parts = split(text).slice(0, length)
    if (parts.length === 0) ids.fill(-1, item * length, (item + 1) * length)
    parts.forEach((part, i) => {
      const [id] = encodeCaptions([part], single).ids
      ids[item * length + i] = part === MASK ? -1 : id < 0 ? UNKNOWN : id
    })
  })
  return ids
}
