// Attention between tokens.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import { defineLayerOp, type FeatureShape } from '../layerOp.ts'
import { count } from './attributes.ts'
import { asTokens, channelsOf, checkDivides, shapeText } from './checks.ts'
import { countElements } from '../../../base/shapes.ts'

function attendedShape(
  [q, k, v]: readonly FeatureShape[],
  { heads }: { heads: number },
): FeatureShape {
  const [queries, width] = asTokens(q, 'q')
  const [keys, keyWidth] = asTokens(k, 'k')
  const [values, valueWidth] = asTokens(v, 'v')
  for (const [argument, shape, other] of [
    ['k', k, keyWidth],
    ['v', v, valueWidth],
  ] as const)
    if (other !== width)
      throw new EngineError(layerMessages.widths, {
        argument,
        expected: width,
        shape: shapeText(shape),
      })
  if (keys !== values)
    throw new EngineError(layerMessages.keysAndValues, {
      argument: 'v',
      expected: keys,
      shape: shapeText(v),
    })
  checkDivides(heads, width, 'heads')
  return [queries, width]
}

/** Softmax attention of queries to keys and values. Those with one item apply to all. */
export const attention = defineLayerOp({
  inputs: ['q', 'k', 'v'],
  attrs: { heads: count },
  shape: attendedShape,
  cost: {
    macs: ({ inputs: [q, k] }) => 2 * channelsOf(q) * q[0] * k[0],
    saves: 'inputs',
    savedInside: ({ inputs: [q, k], attrs: { heads } }) => heads * q[0] * k[0],
  },
})

/** Attention whose cost is linear in the number of tokens (Shen et al. 2021). */
export const linear_attention = defineLayerOp({
  inputs: ['q', 'k', 'v'],
  attrs: { heads: count },
  shape: attendedShape,
  cost: {
    macs: ({ inputs: [q], attrs: { heads } }) => (2 * channelsOf(q) * countElements(q)) / heads,
    saves: 'inputs',
    savedInside: ({ inputs: [q], attrs: { heads } }) => channelsOf(q) ** 2 / heads,
  },
})
