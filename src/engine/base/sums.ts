// Sums over the outer axes of activations. tfjs would transpose first.
import { activeBackend } from './backend.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from './tf.ts'
import { tf } from './tf.ts'

const { fill } = tf

/** A constant tensor, filled on the device. `tf.ones` fills on the CPU and uploads. */
export const constant = (shape: number[], value: number): Tensor =>
  activeBackend().constant?.(shape, value) ?? fill(shape, value)

/**
 * Means over the pixels of `[b, n, c]`: `[b, c]`. A global pool, or on GPUs, where a pool uses one
 * thread per channel, a product.
 */
export function channelMeans(x: Tensor3D): Tensor2D {
  const [b, n, c] = x.shape
  if (n === 1) return x.reshape([b, c])
  const means = onGPU()
    ? tf.matMul(constant([1, 1, n], 1 / n), x)
    : tf.avgPool(x.reshape([b, n, 1, c]) as Tensor4D, [n, 1], 1, 'valid')
  return means.reshape([b, c])
}

/** Sums `[b, ..., c]` over all axes except the last: `[c]`. */
export function channelSums(x: Tensor): Tensor1D {
  const sums = activeBackend().channelSums?.(x)
  if (sums) return sums
  const [b, c] = [x.shape[0], x.shape.at(-1)!]
  const pixels = x.size / b / c
  if (pixels === 1) return rowSums(x.reshape([b, c]))
  const means = channelMeans(x.reshape([b, pixels, c]) as Tensor3D)
  return rowSums(means).mul(pixels) as Tensor1D
}

/** Sums over the rows of `[n, c]`: `[c]`. */
export function rowSums(x: Tensor2D): Tensor1D {
  const { rowSums: fused } = activeBackend()
  return fused ? fused(x) : tf.matMul(constant([1, x.shape[0]], 1) as Tensor2D, x).as1D()
}

export const onGPU = () => activeBackend().isGPU ?? false
