// Recorded PyTorch tensors, converted to our layouts: NCHW to NHWC, OIHW to HWIO, [out, in] to [in,
// out].
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { StoredTensor } from '../src/engine/archive/safetensors.ts'
import { readSafetensors } from '../src/engine/archive/safetensors.ts'
import { parseUnetConfig } from '../src/engine/models/kinds/unet/config.ts'
import type { Tensor, Tensor4D } from '../src/engine/base/tf.ts'
import { tf } from '../src/engine/base/tf.ts'
import type { PredictionType, Weights } from '../src/engine/base/values.ts'
import type { Model } from '../src/engine/models/model.ts'

const at = (path: string) => new URL(`./golden/${path}`, import.meta.url)

export const goldenTensors = (path: string): Map<string, StoredTensor> =>
  readSafetensors(gunzipSync(readFileSync(at(`${path}.safetensors.gz`))))

export const goldenJson = <T>(path: string): T =>
  JSON.parse(readFileSync(at(`${path}.json`), 'utf8')) as T

/** The tensor as recorded. */
export const recorded = (tensors: Map<string, StoredTensor>, name: string): Tensor => {
  const { shape, data } = tensors.get(name)!
  return tf.tensor(data as Float32Array, shape)
}

/** Converts images `[b, c, h, w]` to `[b, h, w, c]`; other shapes are unchanged. */
export const images = (tensors: Map<string, StoredTensor>, name: string): Tensor4D =>
  tf.tidy(() => {
    const tensor = recorded(tensors, name)
    return (tensor.rank === 4 ? tensor.transpose([0, 2, 3, 1]) : tensor) as Tensor4D
  })

/** Converts a PyTorch weight to our layout. */
export const weight = (tensors: Map<string, StoredTensor>, name: string, from = name): Tensor =>
  tf.tidy(() => {
    const tensor = recorded(tensors, from)
    if (tensor.rank === 4) return tensor.transpose([2, 3, 1, 0])
    return tensor.rank === 2 && name !== 'class_embedding.weight' ? tensor.transpose() : tensor
  })

export const readWeights = (tensors: Map<string, StoredTensor>): Weights =>
  Object.fromEntries([...tensors.keys()].map((name) => [name, weight(tensors, name)]))

/** A recorded UNet: its config, and weights from a file. */
export const goldenUnet = (
  config: string,
  weights: string,
  predicts: PredictionType = 'epsilon',
): Model => ({
  type: 'model',
  kind: 'unet',
  config: { ...parseUnetConfig(goldenJson(config)) },
  predicts,
  weights: readWeights(goldenTensors(weights)),
  children: {},
})

export const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/**
 * Largest difference of two tensors (NaN if there is one), and the largest element of the second.
 */
export async function gap(got: Tensor, right: Tensor): Promise<{ gap: number; size: number }> {
  expect(got.shape).toEqual(right.shape)
  const [a, b] = [await got.data(), await right.data()]
  // Not Math.max, so that NaN shows.
  let most = 0
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i])
    if (!(difference <= most)) most = difference
  }
  return { gap: most, size: largest(b) }
}

/** A sinusoidal embedding of timesteps. */
interface RecordedEmbedding {
  embedding_dim: number
  flip_sin_to_cos: boolean
  downscale_freq_shift: number
  timesteps: number[]
  out: number[]
}

export const recordedEmbeddings = (): RecordedEmbedding[] =>
  goldenJson<RecordedEmbedding[]>('layers/timestep_embeddings')

export async function expectEmbedding(
  got: Tensor,
  { embedding_dim, timesteps, out }: RecordedEmbedding,
) {
  expect(got.shape).toEqual([timesteps.length, embedding_dim])
  const values = await got.data()
  // torch computes t f in float32, which is an error of 3e-5 in the angle at t = 999.
  for (const [i, value] of values.entries()) {
    const t = timesteps[Math.floor(i / embedding_dim)]
    expect(Math.abs(value - out[i])).toBeLessThanOrEqual(1e-7 * Math.max(1, t) + 1e-7)
  }
}
