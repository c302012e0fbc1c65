// Noise as tensors.
import type { Random } from './random.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/** Standard normal noise, the next draw of `random`. The first items of a larger batch are those of a smaller one. */
export const gaussianNoise = (random: Random, shape: number[]): Tensor =>
  tf.tensor(random.normal(shape.reduce((product, size) => product * size, 1)), shape, 'float32')
