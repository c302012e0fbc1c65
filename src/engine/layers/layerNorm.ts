import type { Tensor1D, Tensor3D } from '../tf.ts'
import { groupNorm } from './groupNorm.ts'

/**
 * Layer normalisation (Ba et al. 2016) of `[b, n, c]` over c: every place of every item gets mean 0 and variance 1, then every
 * channel its weight and bias. A group norm with one group of items that are one place each.
 */
export function layerNorm(x: Tensor3D, weight: Tensor1D, bias: Tensor1D, eps = 1e-5): Tensor3D {
  const [b, n, c] = x.shape
  return groupNorm(x.reshape([b * n, 1, c]) as Tensor3D, weight, bias, { groups: 1, eps }).reshape([b, n, c])
}
