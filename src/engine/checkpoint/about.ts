// litegraph_diffusion.json: metadata of a checkpoint that diffusers has no place for, and ignores.
import { quoteValue } from '../base/quote.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'
import type { PreconditionOptions } from '../models/kinds/precondition/config.ts'
import { preconditionings } from '../models/kinds/precondition/config.ts'
import type { PredictionType, Space, VarianceKind, Vocabulary } from '../base/values.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { readPrediction } from '../models/kinds/file.ts'
import { readVariance } from './scheduler.ts'
import type { TrainedOn } from './trainedOn.ts'

export interface About {
  predicts: PredictionType
  /** Kind of learned variance, if any. */
  variance?: VarianceKind
  /** Preconditioning of the network, if any. */
  precondition?: PreconditionOptions
  /** Name of the schedule. */
  schedule?: string
  trainedOn?: TrainedOn
}

export function writeAbout({
  predicts,
  variance,
  precondition,
  schedule,
  trainedOn,
}: About): Record<string, unknown> {
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
        ...(trainedOn.shape && { shape: trainedOn.shape }),
        num_classes: trainedOn.classes,
        ...(trainedOn.classNames && { class_names: trainedOn.classNames }),
        ...(trainedOn.vocabulary && {
          caption_words: trainedOn.vocabulary.words,
          caption_length: trainedOn.vocabulary.length,
          ...(trainedOn.vocabulary.unit && { caption_unit: trainedOn.vocabulary.unit }),
        }),
      },
    }),
  }
}

/**
 * Parses the file. Throws CheckpointError unless it has the form that {@link writeAbout} writes;
 * unknown keys of later versions are ignored.
 */
export function readAbout(json: Record<string, unknown>): About {
  const { prediction_type, variance_type, precondition, schedule, data } = json
  const variance = readVariance(variance_type)
  return {
    predicts: readPrediction(prediction_type),
    ...(variance && { variance }),
    ...(precondition !== undefined && { precondition: readPrecondition(precondition) }),
    ...(typeof schedule === 'string' && { schedule }),
    ...(data !== undefined && { trainedOn: readAboutData(data) }),
  }
}

function readPrecondition(json: unknown): PreconditionOptions {
  const { preconditioning, sigma_data, sigma_min } = Object(json) as Record<
    keyof PreconditionOptions,
    unknown
  >
  const known = preconditionings.find((name) => name === preconditioning)
  if (!known) throw invalidValue('preconditioning', preconditioning, 'model')
  if (!isSize(sigma_data) || sigma_data === 0) throw invalidValue('sigma_data', sigma_data, 'model')
  if (!isSize(sigma_min)) throw invalidValue('sigma_min', sigma_min, 'model')
  return { preconditioning: known, sigma_data, sigma_min }
}

function readAboutData(data: unknown): TrainedOn {
  const {
    space,
    range,
    size,
    shape,
    num_classes: classes,
    class_names: names,
    caption_words: words,
    caption_length: length,
    caption_unit: unit,
  } = Object(data) as Record<string, unknown>
  const isRange =
    Array.isArray(range) &&
    range.length === 2 &&
    range.every(Number.isFinite) &&
    range[0] <= range[1]
  const areNames =
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string') &&
    names.length === classes
  if (!['image', 'point', 'latent'].includes(space as string)) throw invalidValue('space', space)
  if (!isRange) throw invalidValue('range', range)
  if (!isNonNegativeInteger(size)) throw invalidValue('size', size)
  if (shape !== undefined && !isShape(shape)) throw invalidValue('shape', shape)
  if (!isNonNegativeInteger(classes)) throw invalidValue('num_classes', classes)
  if (names !== undefined && !areNames) throw invalidValue('class_names', names)
  return {
    space: space as Space,
    range: range as [number, number],
    size: size as number,
    ...(isShape(shape) && { shape }),
    classes: classes as number,
    ...(areNames && { classNames: names as string[] }),
    ...(words !== undefined && { vocabulary: readVocabulary(words, length, unit) }),
  }
}

/** Limits on the vocabulary of a stranger's file. */
const MOST_WORDS = 100_000
const MOST_TOKENS = 64

function readVocabulary(words: unknown, length: unknown, unit: unknown): Vocabulary {
  const areWords =
    Array.isArray(words) &&
    words.length <= MOST_WORDS &&
    words.every((word) => typeof word === 'string') &&
    new Set(words).size === words.length
  if (!areWords) throw invalidValue('caption_words', words)
  if (!isNonNegativeInteger(length) || length === 0 || (length as number) > MOST_TOKENS)
    throw invalidValue('caption_length', length)
  if (unit !== undefined && unit !== 'character') throw invalidValue('caption_unit', unit)
  return {
    type: 'vocabulary',
    words: words as string[],
    length: length as number,
    ...(unit === 'character' && { unit }),
  }
}

const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= 3 &&
  value.every((side) => isNonNegativeInteger(side) && side > 0)

const isSize = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < Infinity

const isNonNegativeInteger = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0

const invalidValue = (key: string, value: unknown, of: 'data' | 'model' = 'data') =>
  new CheckpointError(
    (of === 'data' ? checkpointMessages.dataAbout : checkpointMessages.modelAbout)({
      key,
      value: quoteValue(value),
    }),
  )
