// Sums over the outer axes of activations, where tfjs transposes first; by kernels that are quick where they run.
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import { channelSums as ownChannelSums } from '../wasm/filter.ts'
import { ownFunctions } from '../wasm/module.ts'
import { columnSums } from '../webgpu/kernels/reduce.ts'
import { ownKernels, tensorOf } from '../webgpu/own.ts'

const { fill } = tf

/** A tensor of one number, made on the device: `tf.ones` makes it here and sends it there. On webgpu it is made once. */
export function constant(shape: number[], value: number): Tensor {
  const backend = ownKernels()
  return backend ? tensorOf(backend.constant(shape, value)) : fill(shape, value)
}

/** Means over the pixels of `[b, n, c]`: `[b, c]`. A pool over the whole image, or on GPUs, where a pool is one thread a channel, a product. */
export function channelMeans(x: Tensor3D): Tensor2D {
  const [b, n, c] = x.shape
  if (n === 1) return x.reshape([b, c])
  const means = onGPU()
    ? tf.matMul(constant([1, 1, n], 1 / n), x)
    : tf.avgPool(x.reshape([b, n, 1, c]) as Tensor4D, [n, 1], 1, 'valid')
  return means.reshape([b, c])
}

/** Sums over all but the last axis of `[b, ..., c]`: `[c]`. */
export function channelSums(x: Tensor): Tensor1D {
  const [b, c] = [x.shape[0]!, x.shape.at(-1)!]
  const own = ownFunctions()
  if (own) return ownChannelSums(own, x)
  if (ownKernels()) return rowSums(x.reshape([-1, c]))
  const pixels = x.size / b / c
  if (pixels === 1) return rowSums(x.reshape([b, c]))
  const means = channelMeans(x.reshape([b, pixels, c]) as Tensor3D)
  return rowSums(means).mul(pixels) as Tensor1D
}

/** Sums over the rows of `[n, c]`: `[c]`. */
export function rowSums(x: Tensor2D): Tensor1D {
  const [rows, channels] = x.shape
  const kernels = ownKernels()
  const sums = kernels
    ? tensorOf(columnSums(kernels, x, { outer: 1, rows, channels }))
    : tf.matMul(constant([1, rows], 1) as Tensor2D, x)
  return sums.as1D()
}

export const onGPU = () => ['webgpu', 'webgl'].includes(tf.getBackend())
