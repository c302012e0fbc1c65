// Prompt: typed texts as tokens, for sampling.
import type { MessageText } from '../../engine/base/catalogue.ts'
import {
  encodeCaptions,
  splitterOf,
  unknownWords,
  type UnknownWord,
} from '../../engine/datasets/vocabulary.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

/** Limit on the number of prompts. */
const MOST_PROMPTS = 65_536

export const prompt = defineNode({
  type: 'diffusion/Prompt',
  category: 'model',
  summary:
    'Turns texts into tokens by the vocabulary of the training data. The model must have been trained on such tokens.',
  aliases: [
    'clip',
    'CLIPTextEncode',
    'conditioning',
    'text encoder',
    'text conditioning',
    'negative prompt',
    'encoder_hidden_states',
  ],
  inputs: {
    vocabulary: slot.vocabulary('Words of the training data, from CaptionTokens or LoadVocabulary'),
    like: slot.optional(slot.samples('Batch to describe: all prompts in turn')),
  },
  outputs: {
    condition: slot.condition('Tokens of the words of one prompt per item'),
    labels: slot.labels('Number of the prompt of each item, with its text for Preview'),
  },
  params: {
    prompts: param.text('smiling cat', 'Texts, one per line. No text at all: no condition', true),
  },
  notices({ prompts }, _, { vocabulary }) {
    if (!vocabulary) return []
    const lines = readLines(prompts)
    const split = splitterOf(vocabulary)
    const long = lines.find((line) => split(line).length > vocabulary.length)
    return [
      ...unknownWords(lines, vocabulary).map(unknownNotice),
      ...(long === undefined
        ? []
        : [modelNodeMessages.longPrompt({ prompt: long, most: vocabulary.length })]),
    ]
  },
  run({ vocabulary, like }, { prompts }) {
    const lines = readLines(prompts)
    if (lines.length > MOST_PROMPTS)
      throw new NodeError({
        param: 'prompts',
        message: modelNodeMessages.promptCount({ most: MOST_PROMPTS, got: lines.length }),
        cure: modelNodeMessages.fewerPrompts(),
      })
    const count = like?.tensor.shape[0] ?? lines.length
    const numbers = Int32Array.from({ length: count }, (_, i) => i % lines.length)
    const { ids } = encodeCaptions(
      Array.from(numbers, (number) => lines[number]),
      vocabulary,
    )
    return {
      condition: {
        type: 'condition',
        condition: { kind: 'labels', labels: ids, perItem: vocabulary.length },
      },
      labels: { type: 'labels', labels: numbers, names: lines },
    }
  },
})

/** Lists the lines with text; one empty text if there is none. */
function readLines(prompts: string): string[] {
  const lines = prompts
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.length > 0 ? lines : ['']
}

const unknownNotice = ({ word, nearest }: UnknownWord): MessageText =>
  nearest.length > 0
    ? modelNodeMessages.unknownWord({ word, nearest: nearest.join(', ') })
    : modelNodeMessages.unlikeWord({ word })
