// TokenText: typed texts with masked places as tokens, from which sampling starts.
import { countTokens } from '../../engine/datasets/vocabulary.ts'
import { maskedTokens } from '../../engine/datasets/words.ts'
import { randomTokens } from '../../engine/process/tokens.ts'
import { tf } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'

export const tokenText = defineNode({
  type: 'diffusion/TokenText',
  category: 'process',
  summary:
    'Texts as tokens to start sampling from: each _ is a place to fill. Without a text, all places are.',
  inputs: { vocabulary: slot.vocabulary('Characters of the training data, from Words') },
  outputs: { tokens: slot.tokens('Tokens [count, places]') },
  params: {
    texts: param.text(
      '',
      'Texts with _ for places to fill, such as s_i_g, one per line. Empty: every place, and as many as the words need',
      true,
    ),
    count: param.integer(64, { min: 1, max: 65_536 }, 'Number of items: the texts in turn'),
    blank: param.choice(['masked', 'random'], 'Places to fill', {
      masked: 'Masked, for a model of the absorbing chain',
      random: 'Random tokens, for a model of the uniform chain',
    }),
    seed: param.when('blank', 'random', param.seed()),
  },
  run: ({ vocabulary }, { texts, count, blank }, { random }) => {
    const lines = texts
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
    const given = maskedTokens(lines.length > 0 ? lines : [''], vocabulary)
    const { length } = vocabulary
    const shape: [number, number] = [count, length]
    const ids = Float32Array.from({ length: count * length }, (_, i) => given[i % given.length])
    const tensor = tf.tensor2d(ids, shape)
    if (blank === 'masked') return { tokens: { type: 'tokens', tensor, vocabulary } }
    const drawn = randomTokens(shape, countTokens(vocabulary), random)
    const isBlank = tensor.less(0)
    return {
      tokens: {
        type: 'tokens',
        tensor: tf.where(isBlank, drawn, tensor) as typeof tensor,
        vocabulary,
      },
    }
  },
})
