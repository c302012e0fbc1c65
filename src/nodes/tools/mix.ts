// Mix: weighted sum of two values, by a number or a mask.
import { checkShape, isSameShape } from '../../engine/process/coefficients.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { defineNode, param, slot } from '../define.ts'
import { checkComparable } from '../process/predictions.ts'
import { samplingMessages } from '../../messages/sampling.ts'

const mixed = ['samples', 'noise', 'prediction', 'number', 'loss'] as const

export const mix = defineNode({
  type: 'diffusion/Mix',
  category: 'tools',
  summary:
    'Blends a and b with weight w: the mean of two predictions at 0.5. With a mask as weight, takes b where the mask is 1 and a where it is 0.',
  aliases: ['blend', 'weighted sum', 'ImageBlend'],
  equation: 'a + w \\, (b - a)',
  inputs: {
    a: slot.oneOf(mixed, 'Result for w = 0'),
    b: slot.oneOf(mixed, 'Result for w = 1; same type and shape as a'),
    weight: slot.optional(
      slot.oneOf(
        ['samples', 'noise', 'number', 'loss'],
        'w: a number, or a mask with one value per element, item or pixel of a',
      ),
    ),
  },
  outputs: { mix: slot.like('a', 'Same type as a') },
  params: {
    w: param.symbol(
      'w',
      param.real(
        0.5,
        { min: -100, max: 100, step: 0.05 },
        'Weight of b if weight is not connected; outside 0 to 1 it extrapolates',
      ),
    ),
  },
  run: ({ a, b, weight }, { w }) => {
    if (a.type === 'prediction' && b.type === 'prediction') checkComparable(a, b, ['a', 'b'])
    else if ((a.type === 'prediction') !== (b.type === 'prediction'))
      throw otherKind(a.type, b.type)
    checkShape(b.tensor, a.tensor, 'b', 'a')
    if (weight) checkMask(weight.tensor, a.tensor)
    const difference: Tensor = b.tensor.sub(a.tensor)
    // A number of `a` that is known on the CPU is not that of the mix.
    const { value: _, ...kind } = { value: undefined, ...a }
    return {
      mix: {
        ...kind,
        tensor: (a.tensor as Tensor).add(difference.mul(weight?.tensor ?? w)),
      } as typeof a,
    }
  },
})

const otherKind = (a: string, b: string) =>
  new NodeError({
    slot: 'b',
    message: samplingMessages.otherKind({ expected: a, got: b }),
    cure: samplingMessages.mixOneKind(),
  })

/** Checks that a mask broadcasts to `a`: each size, from the last, is equal or 1. */
function checkMask(mask: Tensor, a: Tensor) {
  const padded = [...new Array<number>(Math.max(0, a.rank - mask.rank)).fill(1), ...mask.shape]
  if (
    isSameShape(
      padded.map((size, i) => (size === 1 ? a.shape[i] : size)),
      a.shape,
    )
  )
    return
  throw new NodeError({
    slot: 'weight',
    message: samplingMessages.mask({ expected: a.shape, got: mask.shape }),
    cure: samplingMessages.fitMask(),
  })
}
