import type { Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Appends sines and cosines of x, 2x, 4x, ..., which make fine structure easier to learn (Tancik et
 * al. 2020): `[b, d]` to `[b, d (1 + 2 count)]`.
 */
export function fourierFeatures(x: Tensor2D, count: number): Tensor2D {
  if (count === 0) return x
  const angles = tf.concat(
    Array.from({ length: count }, (_, k) => x.mul(2 ** k)),
    1,
  )
  return tf.concat([x, angles.sin(), angles.cos()], 1) as Tensor2D
}
