// Checkpoints: a model and its schedule as a ZIP of a diffusers pipeline folder.
//
//   model_index.json                          what is in it
//   mlp/config.json                           the model's config
//   mlp/diffusion_pytorch_model.safetensors   its weights, laid out as PyTorch has them
//   scheduler/scheduler_config.json           the schedule, by diffusers' names
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import type { MlpConfig } from '../models/mlp.ts'
import type { Schedule, ScheduleName } from '../schedule.ts'
import { noiseSchedule, scheduleNames } from '../schedule.ts'
import { tf } from '../tf.ts'
import type { Model, PredictionType } from '../values.ts'
import type { StoredTensor } from './safetensors.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'

/** A checkpoint without tensors on a device: what a file holds. */
export interface StoredModel {
  kind: string
  config: Record<string, unknown>
  predicts: PredictionType
  weights: Map<string, StoredTensor>
}

export interface Checkpoint {
  model: StoredModel
  /** Undefined if the file has none. */
  schedule: Schedule | undefined
}

/** A file that is no checkpoint, or none for this version; the message is for people. */
export class CheckpointError extends Error {
  override name = 'CheckpointError'
}

const MAX_UNPACKED = 2 ** 31
const WEIGHTS = 'diffusion_pytorch_model.safetensors'
const PREDICTS: readonly string[] = ['epsilon', 'sample', 'v_prediction', 'flow_prediction'] satisfies PredictionType[]

/** What a checkpoint has to know of a kind of model. */
interface Format {
  /** The folder in the ZIP, and the class in model_index.json. */
  folder: string
  className: [library: string, name: string]
  /** Whether the weight of this name is a matrix that PyTorch keeps as [out, in], and this engine as [in, out]. */
  transposed(name: string): boolean
  /** The names and shapes, as in PyTorch, that a config asks for; throws CheckpointError for a config that makes no sense. */
  shapes(config: Record<string, unknown>): Map<string, number[]>
}

const formats: Record<string, Format> = {
  mlp: {
    folder: 'mlp',
    className: ['litegraph_diffusion', 'MLP'],
    transposed: (name) => name.endsWith('.weight') && name !== 'class_embedding.weight',
    shapes: mlpShapes,
  },
}

export const sha256Of = (bytes: Uint8Array): string => bytesToHex(sha256(bytes))

/** Reads the weights of a model back from the device. Throws CheckpointError for a model that is not learned. */
export async function storeModel({ kind, config, predicts, weights }: Model): Promise<StoredModel> {
  const format = formats[kind]
  if (!format) throw new CheckpointError(`A model of kind "${kind}" cannot be saved: it has no weights of its own.`)
  const stored = new Map<string, StoredTensor>()
  for (const [name, tensor] of Object.entries(weights)) {
    const value = { shape: tensor.shape, data: (await tensor.data()) as Float32Array }
    stored.set(name, format.transposed(name) ? transpose(value) : value)
  }
  return { kind, config, predicts, weights: stored }
}

/** The model on the device. */
export function loadModel({ kind, config, predicts, weights }: StoredModel): Model {
  const { transposed } = formats[kind]!
  const tensors = [...weights].map(([name, stored]) => {
    const { shape, data } = transposed(name) ? transpose(stored) : stored
    return [name, tf.tensor(data, shape)] as const
  })
  return { type: 'model', kind, config, predicts, weights: Object.fromEntries(tensors), children: {} }
}

function transpose({ shape, data }: StoredTensor): StoredTensor {
  const [rows, columns] = shape as [number, number]
  const out = new Float32Array(data.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j]!
  return { shape: [columns, rows], data: out }
}

/** The ZIP. Equal checkpoints give equal bytes. */
export function writeCheckpoint({ model, schedule }: Checkpoint): Uint8Array {
  const { folder, className } = formats[model.kind]!
  const index = {
    _class_name: 'DDPMPipeline',
    [folder]: className,
    ...(schedule && { scheduler: ['diffusers', 'DDPMScheduler'] }),
  }
  const files: Record<string, Uint8Array> = {
    'model_index.json': json(index),
    [`${folder}/config.json`]: json({ _class_name: className[1], ...model.config, prediction_type: model.predicts }),
    [`${folder}/${WEIGHTS}`]: writeSafetensors(model.weights),
    ...(schedule && { 'scheduler/scheduler_config.json': json(schedulerConfig(schedule, model.predicts)) }),
  }
  // Weights hardly shrink, and a fixed date keeps the bytes the same.
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) })
}

const json = (value: unknown) => strToU8(JSON.stringify(value, null, 2) + '\n')

/** `trained_betas` holds for every schedule, those that diffusers has no name for as well. */
const schedulerConfig = ({ name, T, betas }: Schedule, predicts: PredictionType) => ({
  _class_name: 'DDPMScheduler',
  num_train_timesteps: T,
  beta_schedule: name,
  trained_betas: [...betas],
  prediction_type: predicts,
})

/** Reads a ZIP. Throws CheckpointError or SafetensorsError, saying what is wrong. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const files = unpack(bytes)
  const kind = Object.keys(formats).find((kind) => files.has(`${formats[kind]!.folder}/config.json`))
  if (!kind) throw new CheckpointError(`The ZIP holds no model of a known kind (${Object.keys(formats).join(', ')}).`)
  const format = formats[kind]!
  const { _class_name, prediction_type: predicts, ...config } = readJson(files, `${format.folder}/config.json`)
  if (typeof predicts !== 'string' || !PREDICTS.includes(predicts)) {
    throw new CheckpointError(`The model predicts ${JSON.stringify(predicts)}; known are ${PREDICTS.join(', ')}.`)
  }
  const weights = readSafetensors(fileOf(files, `${format.folder}/${WEIGHTS}`))
  checkWeights(weights, format.shapes(config))
  const schedule = files.has('scheduler/scheduler_config.json')
    ? readSchedule(readJson(files, 'scheduler/scheduler_config.json'))
    : undefined
  return { model: { kind, config, predicts: predicts as PredictionType, weights }, schedule }
}

/** The files of a ZIP by path; a folder around all of them is taken off. */
function unpack(bytes: Uint8Array): Map<string, Uint8Array> {
  let size = 0
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes, {
      filter: ({ originalSize }) => {
        size += originalSize
        if (size > MAX_UNPACKED) throw new CheckpointError('The ZIP unpacks to more than 2 GiB.')
        return true
      },
    })
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw new CheckpointError('The file is not a ZIP, or is damaged.')
  }
  const index = Object.keys(files).find((path) => path === 'model_index.json' || path.endsWith('/model_index.json'))
  if (index === undefined) throw new CheckpointError('The ZIP has no model_index.json, so it is no pipeline of diffusers.')
  const root = index.slice(0, -'model_index.json'.length)
  return new Map(
    Object.entries(files).flatMap(([path, file]) => (path.startsWith(root) ? [[path.slice(root.length), file]] : [])),
  )
}

function fileOf(files: Map<string, Uint8Array>, path: string): Uint8Array {
  const file = files.get(path)
  if (!file) throw new CheckpointError(`${path} is missing in the ZIP.`)
  return file
}

function readJson(files: Map<string, Uint8Array>, path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(strFromU8(fileOf(files, path)))
  } catch (error) {
    if (error instanceof CheckpointError) throw error
    throw new CheckpointError(`${path} is not JSON.`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CheckpointError(`${path} is not an object.`)
}

function checkWeights(weights: Map<string, StoredTensor>, expected: Map<string, number[]>) {
  for (const [name, shape] of expected) {
    const found = weights.get(name)
    if (!found) throw new CheckpointError(`The weight ${name} is missing.`)
    if (String(found.shape) !== String(shape)) {
      throw new CheckpointError(`The weight ${name} has shape [${found.shape}], but the config asks for [${shape}].`)
    }
  }
  const extra = [...weights.keys()].find((name) => !expected.has(name))
  if (extra !== undefined) throw new CheckpointError(`The weight ${extra} belongs to no part of the model.`)
}

function mlpShapes(config: Record<string, unknown>): Map<string, number[]> {
  const size = (name: keyof MlpConfig, min: number, max: number) => {
    const value = config[name]
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
    throw new CheckpointError(
      `${name} in the config of the MLP is ${JSON.stringify(value)}, not a whole number from ${min} to ${max}.`,
    )
  }
  if (!['silu', 'relu', 'tanh'].includes(config.activation as string)) {
    throw new CheckpointError(`The activation ${JSON.stringify(config.activation)} is unknown.`)
  }
  const [dim, hidden, time] = [size('dim', 1, 4096), size('hidden', 1, 4096), size('time_embedding_dim', 2, 1024)]
  const [layers, classes, fourier] = [size('layers', 0, 64), size('num_classes', 0, 100_000), size('fourier_features', 0, 16)]
  const linear = (name: string, from: number, to: number): [string, number[]][] => [
    [`${name}.weight`, [to, from]],
    [`${name}.bias`, [to]],
  ]
  return new Map([
    ...linear('time_embedding.linear_1', time, hidden),
    ...linear('time_embedding.linear_2', hidden, hidden),
    ...(classes ? [['class_embedding.weight', [classes + 1, hidden]] as [string, number[]]] : []),
    ...linear('linear_in', dim * (1 + 2 * fourier), hidden),
    ...Array.from({ length: layers }, (_, i) => linear(`layers.${i}`, hidden, hidden)).flat(),
    ...linear('linear_out', hidden, dim),
  ])
}

function readSchedule(config: Record<string, unknown>): Schedule {
  const { num_train_timesteps: T, beta_schedule: name, trained_betas: betas, beta_start, beta_end } = config
  if (!Number.isInteger(T) || (T as number) < 1 || (T as number) > 100_000) {
    throw new CheckpointError(`num_train_timesteps of the schedule is ${JSON.stringify(T)}.`)
  }
  if (Array.isArray(betas)) return scheduleOf(String(name ?? 'trained'), T as number, betas)
  if (!scheduleNames.includes(name as ScheduleName)) throw new CheckpointError(`The schedule ${JSON.stringify(name)} is unknown.`)
  const end = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return noiseSchedule({ name: name as ScheduleName, T: T as number, betaStart: end(beta_start), betaEnd: end(beta_end) })
}

function scheduleOf(name: string, T: number, values: unknown[]): Schedule {
  if (values.length !== T || !values.every((beta) => typeof beta === 'number' && beta >= 0 && beta <= 1)) {
    throw new CheckpointError(`trained_betas of the schedule are not ${T} numbers from 0 to 1.`)
  }
  const betas = Float64Array.from(values as number[])
  let signal = 1
  return { name, T, betas, alphaBar: betas.map((beta) => (signal *= 1 - beta)) }
}
