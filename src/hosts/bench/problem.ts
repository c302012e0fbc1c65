// The problem that all peers receive: equal weights, batch and UNet description, in a file that
// peers outside of tfjs can read without our code.
import { timestepEmbedding } from '../../engine/layers/embedding.ts'
import type { UnetConfig } from '../../engine/models/kinds/unet/config.ts'
import type { UnetStructure } from '../../engine/models/kinds/unet/structure.ts'
import { unetStructure } from '../../engine/models/kinds/unet/structure.ts'
import { addNoise } from '../../engine/process/forward.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import type { Tensor, Tensor4D } from '../../engine/base/tf.ts'
import { tf } from '../../engine/base/tf.ts'
import type { Weights } from '../../engine/base/values.ts'
import type { ModelName } from './unets.ts'
import { models, newUnet, randomBatch, schedule } from './unets.ts'

export type Task = 'train' | 'sample'

/** Offset and length in the file, in elements. */
interface Place {
  shape: number[]
  offset: number
}

/** JSON. */
export interface Problem {
  task: Task
  model: ModelName
  config: UnetConfig
  /** Blocks of the UNet with their weight names. */
  structure: UnetStructure
  /** Weights in tfjs's layouts: filters [h, w, in, out], linear layers [in, out]. */
  weights: Record<string, Place>
  /** `x_t` and `noise`, [b, h, w, c]; `sines`, the embedding of `t` before its MLP. */
  batch: { x_t: Place; noise: Place; sines: Place }
  t: number[]
  /** Adam's settings, for a training step. */
  adam: { lr: number; beta1: number; beta2: number; eps: number }
  /** alpha and sigma before and after a sampling step. */
  from: { alpha: number; sigma: number }
  to: { alpha: number; sigma: number }
}

/** A problem with its data. */
export interface ProblemData {
  problem: Problem
  numbers: Float32Array
}

/**
 * Creates a problem on the active backend, with a batch of `items`, by default that of the model.
 * Leaves no tensors.
 */
export async function createProblem(
  task: Task,
  model: ModelName,
  items?: number,
): Promise<ProblemData> {
  const { config } = models[model]
  const parts: Float32Array[] = []
  let offset = 0
  const place = async (tensor: Tensor): Promise<Place> => {
    const data = (await tensor.data()) as Float32Array
    const placed = { shape: tensor.shape, offset }
    parts.push(data)
    offset += data.length
    tensor.dispose()
    return placed
  }
  const weights: Record<string, Place> = {}
  for (const [name, tensor] of Object.entries(newUnet(model).weights))
    weights[name] = await place(tensor)
  const { x, noise, t: drawn } = randomBatch(model, 2, items)
  const t = task === 'train' ? drawn : Float64Array.of(500)
  const x_t =
    task === 'train' ? tf.tidy(() => addNoise(x, noise, levelsAt(schedule, { t }))) : x.clone()
  x.dispose()
  const sines = timestepEmbedding(t, config.block_out_channels[0], config)
  const level = (at: number) => {
    const { alpha, sigma } = levelsAt(schedule, { t: Float64Array.of(at) })
    return { alpha: alpha[0], sigma: sigma[0] }
  }
  const problem: Problem = {
    task,
    model,
    config,
    structure: unetStructure(config),
    weights,
    batch: { x_t: await place(x_t), noise: await place(noise), sines: await place(sines) },
    t: [...t],
    adam: { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
    from: level(500),
    to: level(480),
  }
  const numbers = new Float32Array(offset)
  let at = 0
  for (const part of parts) {
    numbers.set(part, at)
    at += part.length
  }
  return { problem, numbers }
}

const tensorAt = (numbers: Float32Array, { shape, offset }: Place): Tensor =>
  tf.tensor(numbers.slice(offset, offset + tf.util.sizeFromShape(shape)), shape)

/** Uploads the weights to the active backend. */
export const uploadWeights = ({ problem, numbers }: ProblemData): Weights =>
  Object.fromEntries(
    Object.entries(problem.weights).map(([name, place]) => [name, tensorAt(numbers, place)]),
  )

export const batchTensors = ({ problem: { batch, t }, numbers }: ProblemData) => ({
  x: tensorAt(numbers, batch.x_t) as Tensor4D,
  noise: tensorAt(numbers, batch.noise) as Tensor4D,
  t: Float64Array.from(t),
})
