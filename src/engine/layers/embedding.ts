import type { Tensor, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { stopGradient } from '../gradients/stopGradient.ts'
import { embeddingFrequencies } from './timeWaves.ts'

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
 *
 * `tensor`: the times as a tensor, `[n]`, that carries derivatives.
 */
export const timestepEmbedding = (
  t: Float64Array,
  dim: number,
  { flip_sin_to_cos = true, freq_shift = 0 }: TimestepEmbeddingOptions = {},
  tensor?: Tensor,
): Tensor2D => {
  const half = Math.floor(dim / 2)
  const frequencies = embeddingFrequencies(dim, freq_shift)
  const [cos, sin] = flip_sin_to_cos ? [0, half] : [half, 0]
  const writeRow = (row: Float32Array, step: number, order: 0 | 1 | 2) =>
    frequencies.forEach((frequency, k) => {
      const [c, s] = [Math.cos(step * frequency), Math.sin(step * frequency)]
      const [ofCos, ofSin] = order === 0 ? [c, s] : order === 1 ? [-s, c] : [-c, -s]
      row[cos + k] = frequency ** order * ofCos
      row[sin + k] = frequency ** order * ofSin
    })
  return withDerivatives(tensor, (order) => {
    const values = new Float32Array(t.length * dim)
    const rows = order === 0 ? cachedRows(`${dim} ${flip_sin_to_cos} ${freq_shift}`) : undefined
    t.forEach((step, i) => {
      const row = values.subarray(i * dim, (i + 1) * dim)
      const cached = rows?.get(step)
      if (cached) row.set(cached)
      else {
        writeRow(row, step, order)
        if (rows && rows.size < MAX_ROWS && Number.isInteger(step)) rows.set(step, row.slice())
      }
    })
    return tf.tensor2d(values, [t.length, dim])
  })
}

/**
 * Embeddings of integer timesteps by the options of the embedding. Trainings repeat timesteps, and
 * the sines of a batch take longer than a layer of a small network.
 */
const rowCaches = new Map<string, Map<number, Float32Array>>()

/** The most embeddings that are cached, and timesteps of each. */
const [MAX_CACHES, MAX_ROWS] = [8, 1024]

function cachedRows(options: string): Map<number, Float32Array> {
  const found = rowCaches.get(options)
  if (found) return found
  if (rowCaches.size >= MAX_CACHES) rowCaches.clear()
  const rows = new Map<number, Float32Array>()
  rowCaches.set(options, rows)
  return rows
}

/**
 * Fourier embedding of the logarithm of times above 0, `[n, 2 m]`: sin(2π w ln t), then
 * cos(2π w ln t), for m fixed frequencies w (Tancik et al. 2020; Song et al. 2021). diffusers'
 * `GaussianFourierProjection`. Computed on the CPU, because float32 loses digits of w ln t.
 *
 * `tensor`: the times as a tensor, `[n]`, that carries derivatives.
 */
export function fourierTimeEmbedding(
  t: Float64Array,
  frequencies: Float32Array,
  tensor?: Tensor,
): Tensor2D {
  const half = frequencies.length
  return withDerivatives(tensor, (order) => {
    const values = new Float32Array(t.length * 2 * half)
    frequencies.forEach((frequency, k) =>
      t.forEach((time, i) => {
        const phase = 2 * Math.PI * frequency * Math.log(time)
        const slope = (2 * Math.PI * frequency) / time
        const [c, s] = [Math.cos(phase), Math.sin(phase)]
        const [ofSin, ofCos] =
          order === 0
            ? [s, c]
            : order === 1
              ? [slope * c, -slope * s]
              : [-slope * (slope * s + c / time), -slope * (slope * c - s / time)]
        values[2 * half * i + k] = ofSin
        values[2 * half * i + half + k] = ofCos
      }),
    )
    return tf.tensor2d(values, [t.length, 2 * half])
  })
}

/**
 * An embedding E of times, by its derivative of an order. With times as a tensor: E + E' δ +
 * E'' δ² / 2 with δ = t - sg(t) = 0, which has the bits of E and its derivatives up to the second.
 */
function withDerivatives(
  tensor: Tensor | undefined,
  derivative: (order: 0 | 1 | 2) => Tensor2D,
): Tensor2D {
  const embedding = derivative(0)
  if (!tensor) return embedding
  const delta = tensor.sub(stopGradient(tensor)).reshape([-1, 1])
  const [slope, curvature] = [derivative(1), derivative(2)]
  return embedding.add(slope.mul(delta)).add(curvature.mul(delta.square().mul(0.5)))
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
