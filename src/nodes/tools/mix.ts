// Between two values, or here the one and there the other.
import { checkShape, sameShape } from '../../engine/coefficients.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor } from '../../engine/tf.ts'
import { defineNode, like, oneOf, optional, real, symbol } from '../define.ts'
import { checkAlike } from '../predictions.ts'

const mixed = ['samples', 'noise', 'prediction', 'number', 'loss'] as const

export const mix = defineNode({
  type: 'diffusion/Mix',
  category: 'tools',
  summary:
    'Goes from a to b by a share w: the mean of two predictions at 0.5, or with a mask b where it is 1 and a where it is 0.',
  equation: 'a + w \\, (b - a)',
  inputs: {
    a: oneOf(mixed, 'for w = 0'),
    b: oneOf(mixed, 'for w = 1, of the kind and shape of a'),
    weight: optional(
      oneOf(
        ['samples', 'noise', 'number', 'loss'],
        'w: a number, or a mask with one for each number of a (or each item or pixel)',
      ),
    ),
  },
  outputs: { mix: like('a', 'of the type of a') },
  params: {
    w: symbol(
      'w',
      real(0.5, { min: -100, max: 100, step: 0.05 }, 'the share of b, if weight is unwired; outside of 0 and 1 goes beyond'),
    ),
  },
  run: ({ a, b, weight }, { w }) => {
    if (a.type === 'prediction' && b.type === 'prediction') checkAlike(a, b, ['a', 'b'])
    else if ((a.type === 'prediction') !== (b.type === 'prediction')) throw otherKind(a.type, b.type)
    checkShape(b.tensor, a.tensor, 'b', 'a')
    if (weight) checkMask(weight.tensor, a.tensor)
    const difference: Tensor = b.tensor.sub(a.tensor)
    return { mix: { ...a, tensor: (a.tensor as Tensor).add(difference.mul(weight?.tensor ?? w)) } as typeof a }
  },
})

const otherKind = (a: string, b: string) =>
  new NodeError({
    slot: 'b',
    message: `Expected ${a}, as a is, got ${b}.`,
    cure: 'Mix values of one kind; ConvertPrediction gives a prediction as samples too.',
  })

/** A mask fits if each of its sizes, counted from the last, is that of `a` or 1. */
function checkMask(mask: Tensor, a: Tensor) {
  const padded = [...new Array<number>(Math.max(0, a.rank - mask.rank)).fill(1), ...mask.shape]
  if (
    sameShape(
      padded.map((size, i) => (size === 1 ? a.shape[i]! : size)),
      a.shape,
    )
  )
    return
  throw new NodeError({
    slot: 'weight',
    message: `Expected a number or a mask that fits a, [${a.shape}], got [${mask.shape}].`,
    cure: 'Make the mask as large as a, with 1 for a size that it does not vary along.',
  })
}
