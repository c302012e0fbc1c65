// Evaluation of norms.
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '../../../base/tf.ts'
import { groupNorm } from '../../../layers/groupNorm.ts'
import { layerNorm, rmsNorm } from '../../../layers/layerNorm.ts'
import type { LayerRuns } from '../layer.ts'

export const runs = {
  group_norm({ inputs: [x], weights, attrs }) {
    const images = (x.rank === 2 ? x.expandDims(1) : x) as Tensor3D | Tensor4D
    const { weight, bias } = weights as { weight: Tensor1D; bias: Tensor1D }
    return groupNorm(images, weight, bias, attrs).reshape(x.shape)
  },
  layer_norm: ({ inputs: [x], weights, attrs }) =>
    overTokens(x, (tokens) =>
      layerNorm(
        tokens,
        weights.weight as Tensor1D | undefined,
        weights.bias as Tensor1D | undefined,
        attrs.eps,
      ),
    ),
  rms_norm: ({ inputs: [x], weights, attrs }) => rmsNorm(x, weights.weight as Tensor1D, attrs.eps),
} satisfies Partial<LayerRuns>

/** Applies a function of tokens `[b, n, c]` to the pixels of images, or to vectors. */
function overTokens(x: Tensor, apply: (tokens: Tensor3D) => Tensor): Tensor {
  if (x.rank === 3) return apply(x as Tensor3D)
  return apply(x.reshape([x.shape[0], -1, x.shape.at(-1)!]) as Tensor3D).reshape(x.shape)
}
