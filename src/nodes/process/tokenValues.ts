// Values on wires as tokens.
import { countTokens } from '../../engine/datasets/vocabulary.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Condition, Tokens } from '../../engine/base/values.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

/** Converts the tokens of a batch. Throws NodeError at `slot` for another condition. */
export function toTokens(value: Tokens | Condition, slot = 'tokens'): Tokens {
  if (value.type === 'tokens') return value
  const { condition } = value
  if (condition.kind === 'labels' && condition.vocabulary) {
    const { labels, vocabulary } = condition
    const shape: [number, number] = [labels.length / vocabulary.length, vocabulary.length]
    return { type: 'tokens', tensor: tf.tensor2d(Float32Array.from(labels), shape), vocabulary }
  }
  throw new NodeError({
    slot,
    message: modelNodeMessages.notTokens({ kind: condition.kind }),
    cure: modelNodeMessages.connectTokens(),
  })
}

/** Number of different tokens, without the mask. */
export const countClasses = ({ vocabulary }: Pick<Tokens, 'vocabulary'>): number =>
  countTokens(vocabulary)

/** Throws NodeError at `logits` unless they have the shape of tokens, with one number per token. */
export function checkLogits(shape: readonly number[], tokens: Tokens, slot = 'logits') {
  const expected = [...tokens.tensor.shape, countClasses(tokens)]
  if (String(shape) === String(expected)) return
  throw new NodeError({
    slot,
    message: modelNodeMessages.tokenLogits({
      expected: expected.join(', '),
      got: shape.join(', '),
    }),
    cure: modelNodeMessages.connectPredictTokens(),
  })
}
