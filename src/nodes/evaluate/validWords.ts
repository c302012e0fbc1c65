// ValidWords: the share of samples that are words.
import { tokenTexts } from '../../engine/datasets/words.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'
import { readTensor } from '../observers/read.ts'
import { toTokens } from '../process/tokenValues.ts'
import { toMeasurement } from './features.ts'

export const validWords = defineNode({
  type: 'diffusion/ValidWords',
  category: 'evaluate',
  summary:
    'Valid-word rate: the share of generated words that are in a list of words, and how many of these the model has not been trained on.',
  aliases: ['spelling'],
  inputs: {
    tokens: slot.tokens('Generated words'),
    words: slot.dataset('All words that are valid, such as those of Words'),
    training: slot.optional(slot.dataset('Words that the model was trained on, such as a Subset')),
  },
  outputs: {
    valid: slot.number('Share of words in the list, 0 to 1'),
    fresh: slot.number('Share of valid words that are not in training, 0 to 1'),
    distinct: slot.number('Number of different words over the number of words, 0 to 1'),
  },
  room: { width: 320, height: 110 },
  params: {},
  measure: async ({ tokens: value, words, training }) => {
    const { tensor, vocabulary } = toTokens(value)
    const texts = tokenTexts(await readTensor(tensor), vocabulary)
    const known = new Set(captionsOf(words, 'words'))
    const seen = training ? new Set(captionsOf(training, 'training')) : known
    const found = texts.filter((text) => known.has(text))
    const fresh = found.filter((text) => !seen.has(text)).length / Math.max(1, found.length)
    const numbers = {
      valid: found.length / texts.length,
      fresh,
      distinct: new Set(texts).size / texts.length,
    }
    return toMeasurement(numbers, [
      { name: viewText('validWords'), value: numbers.valid, note: viewText('ofAll', texts.length) },
      ...(training
        ? [{ name: viewText('freshWords'), value: fresh, note: viewText('ofAll', found.length) }]
        : []),
      { name: viewText('distinctWords'), value: numbers.distinct },
    ])
  },
})

function captionsOf({ captions }: Dataset, slot: string): readonly string[] {
  if (captions) return captions
  throw new NodeError({
    slot,
    message: dataMessages.noCaptions(),
    cure: dataMessages.addWords(),
  })
}
