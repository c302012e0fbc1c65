// What a checkpoint is, in words, for whoever drops one. Uses no device.
import type { TrainedOn } from './about.ts'
import type { ReadCheckpoint, StoredModel } from './checkpoint.ts'
import { formats } from './formats.ts'
import type { PreconditionConfig } from '../models/preconditioning.ts'
import { onlyChild } from '../models/tree.ts'
import type { Schedule } from '../schedule.ts'
import type { Model } from '../values.ts'
import { readCheckpoint } from './read.ts'

export interface Description {
  /** "UNet of 2 levels (16, 32 channels) for images of 8 x 8 x 1". */
  title: string
  /** What is known of it, by name: size, images, parameters, predicts, schedule, classes, training, data. */
  rows: [name: string, text: string][]
  /** What was assumed or left out, in sentences. */
  notices: string[]
}

/** Reads the whole file and says what is in it. Throws CheckpointError, with a cure. */
export function describeCheckpoint(bytes: Uint8Array): Description {
  const checkpoint = readCheckpoint(bytes)
  const { model, notices } = checkpoint
  const title = formats[model.kind]!.describe(model.config)
  return { title: model.precondition ? `${title}, preconditioned` : title, rows: rowsOf(checkpoint, bytes.length), notices }
}

function rowsOf({ model, schedule, trainedOn, training }: ReadCheckpoint, size: number): [string, string][] {
  const parameters = [...model.weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  const classes = formats[model.kind]!.classes(model.config)
  return [
    ['size', sizeText(size)],
    ...modelRows(model, parameters, schedule),
    ...row('classes', classes > 0 ? (trainedOn?.classNames?.join(', ') ?? String(classes)) : undefined),
    ...row('training', training && trainingText(training.step)),
    ...row('data', trainedOn && dataText(trainedOn)),
  ]
}

/** The rows that a node has room for. `made`: the steps of a training that can be gone on with. */
export function loadedRows(model: Model, schedule: Schedule | undefined, made: number | undefined): [string, string][] {
  const precondition = model.kind === 'precondition' ? (model.config as unknown as PreconditionConfig) : undefined
  const network = precondition ? onlyChild(model) : model
  const parameters = Object.values(network.weights).reduce((sum, tensor) => sum + tensor.size, 0)
  return [
    ...modelRows({ ...network, ...(precondition && { precondition }) }, parameters, schedule),
    ...row('training', made === undefined ? undefined : trainingText(made)),
  ]
}

const modelRows = (
  { kind, config, predicts, variance, precondition }: Omit<StoredModel, 'weights'>,
  parameters: number,
  schedule: Schedule | undefined,
): [string, string][] => [
  formats[kind]!.item(config),
  ['parameters', grouped(parameters)],
  precondition
    ? ['predicts', `sample, preconditioned (${precondition.preconditioning})`]
    : ['predicts', variance ? `${predicts}, and a variance (${variance})` : predicts],
  ...row('schedule', schedule && `${schedule.name}${'T' in schedule ? `, ${grouped(schedule.T)} timesteps` : ''}`),
]

const trainingText = (step: number) => `can go on after ${grouped(step)} steps`

const row = (name: string, text: string | undefined): [string, string][] => (text === undefined ? [] : [[name, text]])

const dataText = ({ size, range: [min, max] }: TrainedOn) =>
  `${grouped(size)} examples, values from ${short(min)} to ${short(max)}`

const short = (value: number) => String(Number(value.toPrecision(3)))

/** 6472195 as 6,472,195. */
const grouped = (count: number) => count.toLocaleString('en')

const sizeText = (bytes: number) => (bytes < 2 ** 20 ? `${short(bytes / 1024)} KiB` : `${short(bytes / 2 ** 20)} MiB`)
