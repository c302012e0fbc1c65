import type { Tensor, Tensor1D, Tensor3D } from '../base/tf.ts'
import { groupNorm } from './groupNorm.ts'
import { constant } from '../base/sums.ts'

/**
 * Layer normalisation (Ba et al. 2016) of `[b, n, c]` over c, with weight and bias per channel or
 * without. Computed as a group norm with one group over items of a single position.
 */
export function layerNorm(
  x: Tensor3D,
  weight: Tensor1D | undefined,
  bias: Tensor1D | undefined,
  eps = 1e-5,
): Tensor3D {
  const [b, n, c] = x.shape
  const rows = x.reshape([b * n, 1, c]) as Tensor3D
  const scale = weight ?? (constant([c], 1) as Tensor1D)
  const shift = bias ?? (constant([c], 0) as Tensor1D)
  return groupNorm(rows, scale, shift, { groups: 1, eps }).reshape([b, n, c])
}

/** x / sqrt(mean(x²) + eps) over the last axis, times `weight` (Zhang & Sennrich 2019). */
export const rmsNorm = (x: Tensor, weight: Tensor1D, eps: number): Tensor =>
  x.mul(x.square().mean(-1, true).add(eps).rsqrt()).mul(weight)
