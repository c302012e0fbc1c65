// Noise as tensors.
import type { Random } from './random.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/** Standard normal noise, the next draw of `random`. The first items of a larger batch are those of a smaller one. */
export const gaussianNoise = (random: Random, shape: number[]): Tensor =>
  tf.tensor(random.normal(shape.reduce((product, size) => product * size, 1)), shape, 'float32')

/**
 * Noise of images `[b, h, w, c]` with a level of its own in every channel of each: ε + offset ξ with ξ standard normal `[b, 1, 1, c]`,
 * so that a model learns to change the brightness of the whole. Guttenberg 2023, "Diffusion with offset noise".
 */
export const offsetNoise = (random: Random, [b, h, w, c]: [number, number, number, number], offset: number): Tensor =>
  tf.tidy(() => gaussianNoise(random, [b, h, w, c]).add(gaussianNoise(random, [b, 1, 1, c]).mul(offset)))

/** noise + gamma ξ with ξ standard normal: what a model is given to denoise while it learns the noise itself. Ning et al. 2023, section 3. */
export const perturbedNoise = (noise: Tensor, random: Random, gamma: number): Tensor =>
  tf.tidy(() => noise.add(gaussianNoise(random, noise.shape).mul(gamma)))
