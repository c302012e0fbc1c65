// Noise tensors. Backends with a kernel for it draw large ones on the device, from the same
// integers.
import { activeBackend } from '../base/backend.ts'
import { rememberValues } from '../base/knownValues.ts'
import { drawWithKey, type Random } from '../base/random.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Standard normal noise, the next draw of `random`. A smaller batch is the start of a larger one,
 * to 2e-6 if one of them is drawn on a GPU.
 */
export const gaussianNoise = (random: Random, shape: number[]): Tensor =>
  drawNoise('normal', random, shape)

/**
 * Uniform numbers in [0, 1) with 24 bits, the next draw of `random`. Equal bits on all backends.
 */
export const uniformNoise = (random: Random, shape: number[]): Tensor =>
  drawNoise('uniform', random, shape)

/** Fewer numbers are drawn on the CPU and uploaded, which is as fast. */
const FEW = 8192

function drawNoise(kind: 'normal' | 'uniform', random: Random, shape: number[]): Tensor {
  const count = tf.util.sizeFromShape(shape)
  const step = random.nextStepKey?.()
  // Draws of a step are captured, which an upload cannot be, as its values change.
  const { random: drawThere } = count < FEW && !step ? {} : activeBackend()
  const key = step?.key ?? random.nextKey?.()
  if (!key) return tf.tensor(random[kind](count), shape, 'float32')
  const draw = () => drawWithKey(kind, key, count)
  if (drawThere) return rememberValues(drawThere(kind, key, shape, step?.at), draw)
  const values = draw()
  // Many numbers are drawn again if needed, to save memory.
  return rememberValues(tf.tensor(values, shape, 'float32'), count < FEW ? values : draw)
}

/**
 * Noise of images `[b, h, w, c]` with a random offset per channel: ε + offset ξ with ξ standard
 * normal `[b, 1, 1, c]`. A model trained with it learns to change the mean brightness of an image.
 * Guttenberg 2023, "Diffusion with offset noise".
 */
export const offsetNoise = (
  random: Random,
  [b, h, w, c]: [number, number, number, number],
  offset: number,
): Tensor =>
  tf.tidy(() =>
    gaussianNoise(random, [b, h, w, c]).add(gaussianNoise(random, [b, 1, 1, c]).mul(offset)),
  )

/**
 * Input perturbation, noise + gamma ξ with ξ standard normal: added to the input of a model in
 * training, whose target is still `noise`. Ning et al. 2023, section 3.
 */
export const perturbedNoise = (noise: Tensor, random: Random, gamma: number): Tensor =>
  tf.tidy(() => noise.add(gaussianNoise(random, noise.shape).mul(gamma)))
