// Group normalisation.
import { activeBackend } from '../base/backend.ts'
import type { NormOptions } from '../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../base/tf.ts'
import { layerOp } from './operation.ts'
import { channelMeans, constant, rowSums } from '../base/sums.ts'

/**
 * Group normalisation (Wu and He 2018) of `[b, h, w, c]` or `[b, n, c]` with biased variance, as in
 * PyTorch, followed by weight and bias per channel, and optionally SiLU.
 */
export function groupNorm<T extends Tensor3D | Tensor4D>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  options: NormOptions,
): T {
  const fused = activeBackend().groupNorm?.(x, weight, bias, options)
  if (fused) return fused
  const pixels = x.reshape([x.shape[0], -1, x.shape.at(-1)!]) as Tensor3D
  return normOp(options)(pixels, weight, bias).reshape(x.shape) as T
}

/**
 * Computes group means from channel means `[b, c]`, which are one fast kernel. x is centred before
 * squaring, because E[x²] - E[x]² cancels.
 */
const normOp = ({ groups, eps, silu }: NormOptions) =>
  layerOp({
    own: (...args: unknown[]) => {
      const [x, weight, bias, save] = args as [
        Tensor3D,
        Tensor1D,
        Tensor1D,
        (tensors: Tensor[]) => void,
      ]
      const mean = repeatOverChannels(groupMeans(channelMeans(x), groups), x.shape[2])
      const centred = x.sub(mean) as Tensor3D
      const inverse = groupMeans(channelMeans(centred.square()), groups)
        .add(eps)
        .rsqrt() as Tensor3D
      const z = centred.mul(channelScale(inverse, weight)).add(bias)
      const gate = silu ? z.sigmoid() : undefined
      const y = gate ? z.mul(gate) : z
      save([x, weight, mean, inverse, ...(gate ? [gate, y] : [])])
      return {
        value: y,
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [x, weight, mean, inverse, gate, y] = saved as [
            Tensor3D,
            Tensor1D,
            Tensor3D,
            Tensor3D,
            Tensor?,
            Tensor?,
          ]
          const dz = gate && y ? dy.mul(gate.add(y.sub(y.mul(gate)))) : dy
          return normGradients(dz as Tensor3D, x.sub(mean), weight, inverse)
        },
      }
    },
    composed: (x: Tensor3D, weight: Tensor1D, bias: Tensor1D): Tensor3D => {
      const [b, n, c] = x.shape
      const grouped = x.reshape([b, n, groups, c / groups])
      const centred = grouped.sub(grouped.mean([1, 3], true))
      const inverse = centred.square().mean([1, 3], true).add(eps).rsqrt()
      const z = centred.mul(inverse).reshape(x.shape).mul(weight).add(bias)
      return (silu ? z.mul(z.sigmoid()) : z) as Tensor3D
    },
  })

/**
 * With n = (x - mean) / std: dweight = sum dz n, dbias = sum dz, and
 * dx = (dz weight - mean(dz weight) - n mean(dz weight n)) / std, means over the group.
 */
function normGradients(
  dz: Tensor3D,
  centred: Tensor3D,
  weight: Tensor1D,
  inverse: Tensor3D,
): Tensor[] {
  const [, pixels, channels] = dz.shape
  const groups = inverse.shape[1]
  const means = channelMeans(dz)
  const products = channelMeans(dz.mul(centred))
  const slope = groupMeans(products.mul(weight), groups).mul(inverse.square()).mul(inverse)
  const offset = groupMeans(means.mul(weight), groups).mul(inverse)
  const correction = centred
    .mul(repeatOverChannels(slope, channels))
    .add(repeatOverChannels(offset, channels))
  const normal = products.mul(
    repeatOverChannels(inverse, channels).reshape(products.shape),
  ) as Tensor2D
  return [
    dz.mul(channelScale(inverse, weight)).sub(correction),
    rowSums(normal).mul(pixels),
    rowSums(means).mul(pixels),
  ]
}

/** Means over the channels of a group: `[b, c]` to `[b, groups, 1]`. */
const groupMeans = (x: Tensor, groups: number) =>
  x.reshape([x.shape[0], groups, -1]).mean(2, true) as Tensor3D

/** Repeats the value of each group for its channels: `[b, groups, 1]` to `[b, 1, c]`. */
const repeatOverChannels = (x: Tensor, channels: number) =>
  x.mul(constant([1, 1, channels / x.shape[1]!], 1)).reshape([x.shape[0], 1, channels]) as Tensor3D

/** weight / std: `[b, 1, c]`. */
const channelScale = (inverse: Tensor3D, weight: Tensor1D) =>
  inverse
    .mul(weight.reshape([1, inverse.shape[1], -1]))
    .reshape([inverse.shape[0], 1, -1]) as Tensor3D
