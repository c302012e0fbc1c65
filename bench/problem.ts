// What every peer is given: the same weights and the same batch, as numbers in a file, and the same description of the UNet.
// A peer that is not of tfjs reads it without a line of this program.
import { timestepEmbedding } from '../src/engine/layers/embedding.ts'
import type { UnetConfig } from '../src/engine/models/unet/config.ts'
import type { UnetStructure } from '../src/engine/models/unet/structure.ts'
import { unetStructure } from '../src/engine/models/unet/structure.ts'
import { addNoise } from '../src/engine/forward.ts'
import { levelsAt } from '../src/engine/schedule.ts'
import type { Tensor, Tensor4D } from '../src/engine/tf.ts'
import { tf } from '../src/engine/tf.ts'
import type { Weights } from '../src/engine/values.ts'
import { schedule } from './digits.ts'
import type { ModelName } from './models.ts'
import { batchOf, models, newModel } from './models.ts'

export type Task = 'train' | 'sample'

/** Where numbers lie in the file, in numbers. */
interface Place {
  shape: number[]
  offset: number
}

/** JSON. */
export interface Problem {
  task: Task
  model: ModelName
  config: UnetConfig
  /** The blocks of the UNet with the names of their weights. */
  structure: UnetStructure
  /** As tfjs has them: filters [h, w, from, to], linear layers [from, to]. */
  weights: Record<string, Place>
  /** `x_t` and `noise`, [b, h, w, c]; `sines`, the embedding of `t` before its MLP. */
  batch: { x_t: Place; noise: Place; sines: Place }
  t: number[]
  /** Adam's, of a training step. */
  adam: { lr: number; beta1: number; beta2: number; eps: number }
  /** alpha and sigma of a sampling step, before and after. */
  from: { alpha: number; sigma: number }
  to: { alpha: number; sigma: number }
}

/** A problem and its numbers. */
export interface Given {
  problem: Problem
  numbers: Float32Array
}

/** On the backend that is active. */
export async function problemOf(task: Task, model: ModelName): Promise<Given> {
  const { config } = models[model]
  const parts: Float32Array[] = []
  let offset = 0
  const place = async (tensor: Tensor): Promise<Place> => {
    const data = (await tensor.data()) as Float32Array
    const placed = { shape: tensor.shape, offset }
    parts.push(data)
    offset += data.length
    return placed
  }
  const weights: Record<string, Place> = {}
  for (const [name, tensor] of Object.entries(newModel(model).weights)) weights[name] = await place(tensor)
  const { x, noise, t: drawn } = batchOf(model, 2)
  const t = task === 'train' ? drawn : Float64Array.of(500)
  const x_t = task === 'train' ? addNoise(x, noise, levelsAt(schedule, { t })) : x
  const sines = timestepEmbedding(t, config.block_out_channels[0]!, config)
  const level = (at: number) => {
    const { alpha, sigma } = levelsAt(schedule, { t: Float64Array.of(at) })
    return { alpha: alpha[0]!, sigma: sigma[0]! }
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

/** The weights as tensors of the active backend. */
export const weightsOf = ({ problem, numbers }: Given): Weights =>
  Object.fromEntries(Object.entries(problem.weights).map(([name, place]) => [name, tensorAt(numbers, place)]))

export const batchTensors = ({ problem: { batch, t }, numbers }: Given) => ({
  x: tensorAt(numbers, batch.x_t) as Tensor4D,
  noise: tensorAt(numbers, batch.noise) as Tensor4D,
  t: Float64Array.from(t),
})
