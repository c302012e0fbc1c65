// Normalisation.
import type { Tensor1D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { groupNorm } from '../../../layers/groupNorm.ts'
import { layerNorm as applyLayerNorm } from '../../../layers/layerNorm.ts'
import type { LayerOp, WeightSpec } from '../layer.ts'

const scaleAndShift = (channels: number): WeightSpec[] => [
  { part: 'weight', shape: [channels], layout: 'plain', start: { kind: 'ones' } },
  { part: 'bias', shape: [channels], layout: 'plain', start: { kind: 'zeros' } },
]

/** Group normalisation over the channels of images or tokens. */
export const group_norm: LayerOp = {
  shape: ([x]) => x,
  weights: ([x]) => scaleAndShift(x.at(-1) as number),
  run: ({ inputs: [x], weights, attrs }) =>
    groupNorm(x as Tensor3D | Tensor4D, weights.weight as Tensor1D, weights.bias as Tensor1D, {
      groups: attrs.groups as number,
      eps: attrs.eps as number,
    }),
}

/** Layer normalisation of tokens over their width. */
export const layer_norm: LayerOp = {
  shape: ([x]) => x,
  weights: ([x]) => scaleAndShift(x.at(-1) as number),
  run: ({ inputs: [x], weights, attrs }) =>
    applyLayerNorm(
      x as Tensor3D,
      weights.weight as Tensor1D,
      weights.bias as Tensor1D,
      attrs.eps as number,
    ),
}
