// Attention between tokens.
import { EngineError } from '../../../base/errors.ts'
import { layerMessages } from '../../../messages/layers.ts'
import type { Attributes, FeatureShape, LayerOp } from '../layer.ts'
import { count } from './attributes.ts'
import { asTokens, checkDivides, shapeText } from './checks.ts'

function attendedShape([q, k, v]: readonly FeatureShape[], { heads }: Attributes): FeatureShape {
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
  checkDivides(heads as number, width, 'heads')
  return [queries, width]
}

/** Softmax attention of queries to keys and values. Those with one item apply to all. */
export const attention: LayerOp = {
  inputs: ['q', 'k', 'v'],
  attrs: { heads: count },
  shape: attendedShape,
}

/** Attention whose cost is linear in the number of tokens (Shen et al. 2021). */
export const linear_attention: LayerOp = {
  inputs: ['q', 'k', 'v'],
  attrs: { heads: count },
  shape: attendedShape,
}
