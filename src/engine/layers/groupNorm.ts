import type { Tensor1D, Tensor3D, Tensor4D } from '../tf.ts'
import { silu as siluOf } from './activations.ts'

/**
 * Group normalisation (Wu and He 2018) of `[b, h, w, c]` or `[b, n, c]`: each group of channels of each item gets mean 0 and
 * variance 1, biased as PyTorch's, then every channel its weight and bias; SiLU after it, if wished.
 */
export function groupNorm<T extends Tensor3D | Tensor4D>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  { groups, eps, silu = false }: { groups: number; eps: number; silu?: boolean },
): T {
  const channels = x.shape.at(-1)!
  const grouped = x.reshape([x.shape[0], -1, groups, channels / groups])
  const centred = grouped.sub(grouped.mean([1, 3], true))
  const normal = centred.mul(centred.square().mean([1, 3], true).add(eps).rsqrt())
  const y = normal.reshape(x.shape).mul(weight).add(bias)
  return (silu ? siluOf(y) : y) as T
}
