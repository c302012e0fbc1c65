import type { Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Options of `get_timestep_embedding` in diffusers: cosines first, and the shift of the
 * frequencies.
 */
export interface TimestepEmbeddingOptions {
  flip_sin_to_cos?: boolean
  freq_shift?: number
}

/**
 * Sinusoidal embedding of timesteps, `[n, dim]`: half of the columns cos(t f), half sin(t f), with
 * frequencies f from 1 to 1/10000; a last column of zeros if dim is odd. diffusers'
 * `get_timestep_embedding`. Computed on the CPU, because float32 loses digits of t f.
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

/**
 * One-hot rows `[n, count]`. A product with them is a lookup with an exact gradient on every
 * backend.
 */
export function oneHot(indices: Int32Array, count: number): Tensor2D {
  const values = new Float32Array(indices.length * count)
  indices.forEach((index, i) => (values[i * count + index] = 1))
  return tf.tensor2d(values, [indices.length, count])
}
