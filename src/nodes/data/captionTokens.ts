// CaptionTokens: the captions of a data set as tokens, with a vocabulary learned from them.
import {
  encodeCaptions,
  learnWords,
  longestCaption,
  unknownWords,
} from '../../engine/datasets/vocabulary.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { viewText } from '../../engine/base/viewTexts.ts'
import type { Vocabulary } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'
import { vocabularyRows } from '../observers/inspect.ts'

export const captionTokens = defineNode({
  type: 'diffusion/CaptionTokens',
  category: 'data',
  summary:
    'Turns the captions of a data set into tokens: numbers of words, which a model can attend to. Learns the vocabulary from the captions, the most frequent words first. With further_slots, TrainingStart outputs the tokens of each batch.',
  aliases: ['tokenizer', 'tokenize', 'captions', 'CLIPTokenizer'],
  inputs: {
    dataset: slot.dataset(
      'Data set with captions, such as Emoji, or Images imported with captions',
    ),
    vocabulary: slot.optional(
      slot.vocabulary('Vocabulary to use instead, such as that of the training data'),
    ),
  },
  outputs: {
    dataset: slot.dataset('The same items, with tokens'),
    vocabulary: slot.vocabulary('The words, for Prompt, TokenEmbedding and ConditionInput'),
  },
  params: {
    length: param.unless(
      'vocabulary',
      param.integer(8, { min: 1, max: 64 }, 'Words per caption; longer captions are cut'),
    ),
    words: param.unless(
      'vocabulary',
      param.integer(
        0,
        { max: 50_000 },
        'Size of the vocabulary: the most frequent words; 0: all. Other words become one token, "unknown"',
      ),
    ),
  },
  staticOutputs(params, { dataset, vocabulary }, _, wired) {
    if (wired.has('vocabulary')) return { dataset, vocabulary }
    const known = dataset?.captions && learnVocabulary(dataset.captions, params)
    return { dataset, vocabulary: known }
  },
  room: { width: 230, height: 90 },
  run({ dataset, vocabulary }, params) {
    const { captions } = dataset
    if (!captions)
      throw new NodeError({
        slot: 'dataset',
        message: dataMessages.noCaptions(),
        cure: dataMessages.addCaptions(),
      })
    const known = vocabulary ?? learnVocabulary(captions, params)
    return {
      dataset: { ...dataset, tokens: encodeCaptions(captions, known) },
      vocabulary: known,
    }
  },
  show: ({ dataset, vocabulary }) =>
    vocabulary && {
      kind: 'rows',
      rows: [
        ...vocabularyRows(vocabulary),
        ...(dataset?.captions ? captionRows(dataset.captions, vocabulary) : []),
      ],
    },
})

function captionRows(captions: readonly string[], vocabulary: Vocabulary): [string, string][] {
  const unknown = unknownWords(captions, vocabulary, 0).length
  return [
    [viewText('longestCaption'), viewText('wordCount', longestCaption(captions))],
    ...(unknown > 0
      ? [[viewText('unknownWords'), unknown.toLocaleString('en')] as [string, string]]
      : []),
  ]
}

/** Throws NodeError, at `dataset`, for captions without words. */
function learnVocabulary(
  captions: readonly string[],
  { length, words: most }: { length: number; words: number },
): Vocabulary {
  const words = learnWords(captions, most)
  if (words.length > 0) return { type: 'vocabulary', words, length }
  throw new NodeError({
    slot: 'dataset',
    message: dataMessages.noWords(),
    cure: dataMessages.addCaptions(),
  })
}
