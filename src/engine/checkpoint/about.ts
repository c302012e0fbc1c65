// litegraph_diffusion.json: what a checkpoint says of itself beyond diffusers, which ignores the file.
import type { PreconditionOptions } from '../models/preconditioning.ts'
import { preconditionings } from '../models/preconditioning.ts'
import type { Dataset, PredictionType, Space, VarianceKind } from '../values.ts'
import { CheckpointError } from './error.ts'
import { readPrediction, readVariance } from './scheduler.ts'

/** What a model was trained on. */
export interface TrainedOn {
  space: Space
  /** The smallest and the largest value that data may have. */
  range: readonly [min: number, max: number]
  /** Number of examples. */
  size: number
  /** Number of classes; 0 for none. */
  classes: number
  /** What the classes are called, in the order of their labels. */
  classNames?: readonly string[]
}

export interface About {
  predicts: PredictionType
  /** How the model says a variance, if it does. */
  variance?: VarianceKind
  /** How the network is preconditioned, if it is. */
  precondition?: PreconditionOptions
  /** Name of the schedule. */
  schedule?: string
  trainedOn?: TrainedOn
}

/** The parts of a data set that are worth knowing without it. */
export function trainedOn({ data, space, size, classes = 0, classNames }: Dataset): TrainedOn {
  return { space, range: space === 'image' ? [-1, 1] : rangeOf(data), size, classes, ...(classNames && { classNames }) }
}

function rangeOf(data: Float32Array): [number, number] {
  let [min, max] = [Infinity, -Infinity]
  for (const value of data) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return min <= max ? [min, max] : [0, 0]
}

export function writeAbout({ predicts, variance, precondition, schedule, trainedOn }: About): Record<string, unknown> {
  return {
    format: 1,
    prediction_type: predicts,
    ...(variance && { variance_type: variance }),
    ...(precondition && { precondition }),
    ...(schedule !== undefined && { schedule }),
    ...(trainedOn && {
      data: {
        space: trainedOn.space,
        range: trainedOn.range,
        size: trainedOn.size,
        num_classes: trainedOn.classes,
        ...(trainedOn.classNames && { class_names: trainedOn.classNames }),
      },
    }),
  }
}

/** Throws CheckpointError for what is not as {@link writeAbout} writes it; keys of later versions are passed over. */
export function readAbout(json: Record<string, unknown>): About {
  const { prediction_type, variance_type, precondition, schedule, data } = json
  const variance = readVariance(variance_type)
  return {
    predicts: readPrediction(prediction_type),
    ...(variance && { variance }),
    ...(precondition !== undefined && { precondition: readPrecondition(precondition) }),
    ...(typeof schedule === 'string' && { schedule }),
    ...(data !== undefined && { trainedOn: readData(data) }),
  }
}

function readPrecondition(json: unknown): PreconditionOptions {
  const { preconditioning, sigma_data, sigma_min } = Object(json) as Record<keyof PreconditionOptions, unknown>
  const known = preconditionings.find((name) => name === preconditioning)
  if (!known) throw wrong('preconditioning', preconditioning, 'model')
  if (!isSize(sigma_data) || sigma_data === 0) throw wrong('sigma_data', sigma_data, 'model')
  if (!isSize(sigma_min)) throw wrong('sigma_min', sigma_min, 'model')
  return { preconditioning: known, sigma_data, sigma_min }
}

function readData(data: unknown): TrainedOn {
  const { space, range, size, num_classes: classes, class_names: names } = Object(data) as Record<string, unknown>
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] <= range[1]
  const areNames = Array.isArray(names) && names.every((name) => typeof name === 'string') && names.length === classes
  if (!['image', 'point', 'latent'].includes(space as string)) throw wrong('space', space)
  if (!isRange) throw wrong('range', range)
  if (!isCount(size)) throw wrong('size', size)
  if (!isCount(classes)) throw wrong('num_classes', classes)
  if (names !== undefined && !areNames) throw wrong('class_names', names)
  return {
    space: space as Space,
    range: range as [number, number],
    size: size as number,
    classes: classes as number,
    ...(areNames && { classNames: names as string[] }),
  }
}

const isSize = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value < Infinity

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0

const wrong = (key: string, value: unknown, of = 'data') =>
  new CheckpointError(`${key} of the ${of} in litegraph_diffusion.json is ${JSON.stringify(value)?.slice(0, 60)}.`)
