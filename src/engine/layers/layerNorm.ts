import type { Tensor1D, Tensor3D } from '../base/tf.ts'
import { groupNorm } from './groupNorm.ts'

/**
 * Layer normalisation (Ba et al. 2016) of `[b, n, c]` over c, with weight and bias per channel.
 * Computed as a group norm with one group over items of a single position.
 */
export function layerNorm(x: Tensor3D, weight: Tensor1D, bias: Tensor1D, eps = 1e-5): Tensor3D {
  const [b, n, c] = x.shape
  return groupNorm(x.reshape([b * n, 1, c]) as Tensor3D, weight, bias, { groups: 1, eps }).reshape([
    b,
    n,
    c,
  ])
}
