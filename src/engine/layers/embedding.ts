import type { Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'

/** diffusers' names: the cosines first, and what is taken from the divisor of the exponent. */
export interface TimestepEmbeddingOptions {
  flip_sin_to_cos?: boolean
  freq_shift?: number
}

/**
 * Sinusoidal embedding of timesteps, `[n, dim]`: half the columns cos(t f), half sin(t f), with frequencies from 1 to 1/10000;
 * a last column of zeros where dim is odd. diffusers' `get_timestep_embedding`; on the CPU, because float32 loses digits
 * of t f.
 */
export function timestepEmbedding(
  t: Float64Array,
  dim: number,
  { flip_sin_to_cos = true, freq_shift = 0 }: TimestepEmbeddingOptions = {},
): Tensor2D {
  const half = Math.floor(dim / 2)
  const [cos, sin] = flip_sin_to_cos ? [0, half] : [half, 0]
  const values = new Float32Array(t.length * dim)
  for (let k = 0; k < half; k++) {
    const frequency = Math.exp((-Math.log(10000) * k) / (half - freq_shift))
    t.forEach((step, i) => {
      values[i * dim + cos + k] = Math.cos(step * frequency)
      values[i * dim + sin + k] = Math.sin(step * frequency)
    })
  }
  return tf.tensor2d(values, [t.length, dim])
}

/** Rows of the identity: `[n, count]` with a 1 at each index; a product with it looks rows up, with an exact gradient. */
export function oneHot(indices: Int32Array, count: number): Tensor2D {
  const values = new Float32Array(indices.length * count)
  indices.forEach((index, i) => (values[i * count + index] = 1))
  return tf.tensor2d(values, [indices.length, count])
}
