// Normalisation.
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { groupNorm } from '../../../layers/groupNorm.ts'
import { layerNorm, rmsNorm } from '../../../layers/layerNorm.ts'
import type { LayerOp, WeightSpec } from '../layer.ts'
import { count, flag, positive } from './attributes.ts'
import { channelsOf, checkDivides } from './checks.ts'

const scale = (channels: number): WeightSpec => ({
  part: 'weight',
  shape: [channels],
  layout: 'plain',
  start: { kind: 'ones' },
})
const shift = (channels: number): WeightSpec => ({
  part: 'bias',
  shape: [channels],
  layout: 'plain',
  start: { kind: 'zeros' },
})

/** Group normalisation over the channels of images, tokens or vectors (Wu & He 2018). */
export const group_norm: LayerOp = {
  inputs: ['x'],
  attrs: { groups: count, eps: positive },
  shape([x], { groups }) {
    checkDivides(groups as number, channelsOf(x), 'groups')
    return x
  },
  weights: ([x]) => [scale(channelsOf(x)), shift(channelsOf(x))],
  run({ inputs: [input], weights, attrs }) {
    const x = input as Tensor
    const images = (x.rank === 2 ? x.expandDims(1) : x) as Tensor3D | Tensor4D
    const { weight, bias } = weights as { weight: Tensor1D; bias: Tensor1D }
    const options = { groups: attrs.groups as number, eps: attrs.eps as number }
    return groupNorm(images, weight, bias, options).reshape(x.shape)
  },
}

/** Layer normalisation over the last axis (Ba et al. 2016). */
export const layer_norm: LayerOp = {
  inputs: ['x'],
  attrs: { eps: positive, affine: flag },
  shape: ([x]) => x,
  weights: ([x], { affine }) => (affine ? [scale(channelsOf(x)), shift(channelsOf(x))] : []),
  run: ({ inputs: [x], weights, attrs }) =>
    overTokens(x as Tensor, (tokens) =>
      layerNorm(
        tokens,
        weights.weight as Tensor1D | undefined,
        weights.bias as Tensor1D | undefined,
        attrs.eps as number,
      ),
    ),
}

/** x / rms(x) over the last axis, with a weight per channel (Zhang & Sennrich 2019). */
export const rms_norm: LayerOp = {
  inputs: ['x'],
  attrs: { eps: positive },
  shape: ([x]) => x,
  weights: ([x]) => [scale(channelsOf(x))],
  run: ({ inputs: [x], weights, attrs }) =>
    rmsNorm(x as Tensor, weights.weight as Tensor1D, attrs.eps as number),
}

/** Applies a function of tokens `[b, n, c]` to the pixels of images, or to vectors. */
function overTokens(x: Tensor, apply: (tokens: Tensor3D) => Tensor): Tensor {
  if (x.rank === 3) return apply(x as Tensor3D)
  return apply(x.reshape([x.shape[0], -1, x.shape.at(-1)!]) as Tensor3D).reshape(x.shape)
}
