// Noise as tensors. Large ones are drawn where they are needed: on webgpu by a kernel, from the same integers.
import type { Random } from './random.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'
import { ownKernels, tensorOf } from './webgpu/own.ts'
import { drawn } from './webgpu/kernels/philox.ts'

/**
 * Standard normal noise, the next draw of `random`. The first items of a larger batch are those of a smaller one, to 2e-6 where
 * one is drawn on a GPU.
 */
export const gaussianNoise = (random: Random, shape: number[]): Tensor => draw('normal', random, shape)

/** Uniform in [0, 1) with 24 bits, the next draw of `random`: the same bits everywhere. */
export const uniformNoise = (random: Random, shape: number[]): Tensor => draw('uniform', random, shape)

/** Fewer numbers are drawn here and sent there in no more time. */
const FEW = 8192

function draw(kind: 'normal' | 'uniform', random: Random, shape: number[]): Tensor {
  const count = tf.util.sizeFromShape(shape)
  const backend = count < FEW ? undefined : ownKernels()
  if (backend && random.nextKey) return tensorOf(drawn(backend, kind, random.nextKey(), shape))
  return tf.tensor(random[kind](count), shape, 'float32')
}

/**
 * Noise of images `[b, h, w, c]` with a level of its own in every channel of each: ε + offset ξ with ξ standard normal `[b, 1, 1, c]`,
 * so that a model learns to change the brightness of the whole. Guttenberg 2023, "Diffusion with offset noise".
 */
export const offsetNoise = (random: Random, [b, h, w, c]: [number, number, number, number], offset: number): Tensor =>
  tf.tidy(() => gaussianNoise(random, [b, h, w, c]).add(gaussianNoise(random, [b, 1, 1, c]).mul(offset)))

/** noise + gamma ξ with ξ standard normal: what a model is given to denoise while it learns the noise itself. Ning et al. 2023, section 3. */
export const perturbedNoise = (noise: Tensor, random: Random, gamma: number): Tensor =>
  tf.tidy(() => noise.add(gaussianNoise(random, noise.shape).mul(gamma)))
