import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import { ownFunctions } from '../wasm/module.ts'
import type { NormOptions } from '../wasm/norm.ts'
import { canNorm, norm, normGradient } from '../wasm/norm.ts'
import { homeFor } from '../webgpu/arena.ts'
import * as webgpu from '../webgpu/kernels/norm.ts'
import { normGradient as webgpuGradient } from '../webgpu/kernels/normGradient.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'
import { channelMeans, constant, rowSums } from './sums.ts'

/**
 * Group normalisation (Wu and He 2018) of `[b, h, w, c]` or `[b, n, c]`: each group of channels of each item gets mean 0 and
 * variance 1, biased as PyTorch's, then every channel its weight and bias; SiLU after it, if wished.
 */
export function groupNorm<T extends Tensor3D | Tensor4D>(x: T, weight: Tensor1D, bias: Tensor1D, options: NormOptions): T {
  if (ownFunctions() && canNorm(x)) return ownNormOp(options)(x, weight, bias) as T
  const [b, c] = [x.shape[0], x.shape.at(-1)!]
  const pixels = x.reshape([b, -1, c]) as Tensor3D
  const op = ownKernels() ? webgpuOp : normOp
  return op(options)(pixels, weight, bias).reshape(x.shape) as T
}

/** On wasm, in five passes there and back. */
const ownNormOp = (options: NormOptions) =>
  tf.customGrad((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [Tensor, Tensor1D, Tensor1D, (tensors: Tensor[]) => void]
    const own = ownFunctions()!
    const [y, moments] = norm(own, x, weight, bias, options)
    save([x, weight, bias, moments])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => normGradient(own, dy, saved as [Tensor, Tensor1D, Tensor1D, Tensor3D], options),
    }
  })

/** On webgpu with kernels of our own: two dispatches forwards, two backwards, which compute y again from x. */
const webgpuOp = ({ groups, eps, silu }: NormOptions) =>
  tf.customGrad((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [Tensor3D, Tensor1D, Tensor1D, (tensors: Tensor[]) => void]
    const backend = ownKernels()!
    const found = webgpu.normStatistics(backend, { x, groups, eps, weight, bias })
    const [affine, moments] = [tensorOf(found.affine), tensorOf(found.moments)]
    save([x, affine, moments])
    return {
      value: tensorOf(webgpu.affineApply(backend, { x, affine, silu })),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, affine, moments] = saved as [Tensor, Tensor, Tensor]
        const into = { dweight: homeFor(weight), dbias: homeFor(bias) }
        const { dx, dweight, dbias } = webgpuGradient(backend, { x, dy, affine, moments, groups, silu, into })
        return [...dx, dweight, dbias].map((each) => tensorOf(each))
      },
    }
  })

/**
 * Means of groups come from means of channels, `[b, c]`: these are one quick kernel, the rest is small. x is centred
 * before its square is taken, as the mean of squares less the square of the mean loses digits.
 */
const normOp = ({ groups, eps, silu }: NormOptions) =>
  tf.customGrad((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [Tensor3D, Tensor1D, Tensor1D, (tensors: Tensor[]) => void]
    const mean = overChannels(groupMeans(channelMeans(x), groups), x.shape[2])
    const centred = x.sub(mean) as Tensor3D
    const inverse = groupMeans(channelMeans(centred.square()), groups).add(eps).rsqrt() as Tensor3D
    const z = centred.mul(scaleOf(inverse, weight)).add(bias)
    const gate = silu ? z.sigmoid() : undefined
    const y = gate ? z.mul(gate) : z
    save([x, weight, mean, inverse, ...(gate ? [gate, y] : [])])
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, weight, mean, inverse, gate, y] = saved as [Tensor3D, Tensor1D, Tensor3D, Tensor3D, Tensor?, Tensor?]
        const dz = gate && y ? dy.mul(gate.add(y.sub(y.mul(gate)))) : dy
        return normGradients(dz as Tensor3D, x.sub(mean), weight, inverse)
      },
    }
  })

/**
 * With n = (x - mean) / std: dweight = sum dz n, dbias = sum dz, and
 * dx = (dz weight - mean(dz weight) - n mean(dz weight n)) / std, means over the group.
 */
function normGradients(dz: Tensor3D, centred: Tensor3D, weight: Tensor1D, inverse: Tensor3D): Tensor[] {
  const [, pixels, channels] = dz.shape
  const groups = inverse.shape[1]
  const means = channelMeans(dz)
  const products = channelMeans(dz.mul(centred))
  const slope = groupMeans(products.mul(weight), groups).mul(inverse.square()).mul(inverse)
  const offset = groupMeans(means.mul(weight), groups).mul(inverse)
  const correction = centred.mul(overChannels(slope, channels)).add(overChannels(offset, channels))
  const normal = products.mul(overChannels(inverse, channels).reshape(products.shape)) as Tensor2D
  return [dz.mul(scaleOf(inverse, weight)).sub(correction), rowSums(normal).mul(pixels), rowSums(means).mul(pixels)]
}

/** Means over the channels of a group: `[b, c]` to `[b, groups, 1]`. */
const groupMeans = (x: Tensor, groups: number) => x.reshape([x.shape[0]!, groups, -1]).mean(2, true) as Tensor3D

/** The number of each group for each of its channels: `[b, groups, 1]` to `[b, 1, c]`. */
const overChannels = (x: Tensor, channels: number) =>
  x.mul(constant([1, 1, channels / x.shape[1]!], 1)).reshape([x.shape[0]!, 1, channels]) as Tensor3D

/** weight / std: `[b, 1, c]`. */
const scaleOf = (inverse: Tensor3D, weight: Tensor1D) =>
  inverse.mul(weight.reshape([1, inverse.shape[1], -1])).reshape([inverse.shape[0], 1, -1]) as Tensor3D
