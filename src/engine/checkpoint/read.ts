// Reads a checkpoint: files come from strangers, so everything is checked, and what was assumed is said.
import type { PreconditionConfig, PreconditionOptions } from '../models/preconditioning.ts'
import type { Schedule } from '../schedule.ts'
import type { PredictionType, VarianceKind } from '../values.ts'
import { readAbout } from './about.ts'
import { jsonOf, unzip } from './archive.ts'
import type { ReadCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './error.ts'
import { formats } from './formats.ts'
import type { Layout } from './layout.ts'
import { findParts } from './layout.ts'
import { readScheduler, underName } from './scheduler.ts'
import { readTraining } from './training.ts'
import type { StoredWeights } from './weights.ts'
import { checkWeights, readWeights, renameWeights } from './weights.ts'

/** Reads a ZIP. Throws CheckpointError, saying what is wrong. */
export function readCheckpoint(bytes: Uint8Array): ReadCheckpoint {
  const layout = findParts(bytes)
  const format = formats[layout.kind]!
  const { config, predicts: own } = format.read(jsonAt(bytes, layout.config)!)
  const found = readWeights(bytes, layout.weights)
  const weights = format.renamed ? renameWeights(found, format.renamed) : found
  const shapes = format.shapes(config)
  checkWeights(weights, shapes)
  const notices = [...layout.notices, ...noticesOf(weights)]
  const process = readProcess(bytes, layout, own, notices, format.saysVariance(config))
  const { predicts, variance, precondition, schedule, trainedOn } = process
  return {
    model: { kind: layout.kind, config, predicts, ...(variance && { variance }), ...(precondition && { precondition }), weights },
    schedule,
    ...(trainedOn && { trainedOn }),
    ...(layout.training !== undefined && { training: readTraining(bytes, layout.training, shapes) }),
    notices,
  }
}

function noticesOf(weights: StoredWeights): string[] {
  const [broken] = [...weights].find(([, { data }]) => !data.every(Number.isFinite)) ?? []
  return broken === undefined ? [] : [`Some numbers of ${broken} are not finite: whatever the model says will not be either.`]
}

const jsonAt = (bytes: Uint8Array, path: string | undefined) =>
  path === undefined ? undefined : jsonOf(unzip(bytes, [path]).get(path), path)

/** What the model was trained with. What it predicts is said by the model itself, its scheduler, or this program's file. */
function readProcess(
  bytes: Uint8Array,
  layout: Layout,
  own: PredictionType | undefined,
  notices: string[],
  saysVariance: boolean,
) {
  const config = jsonAt(bytes, layout.scheduler)
  const scheduler = config && readScheduler(config)
  const json = jsonAt(bytes, layout.about)
  const about = json && readAbout(json)
  const predicts = own ?? (about?.precondition ? about.predicts : (scheduler?.predicts ?? about?.predicts))
  const schedule = scheduler && underName(scheduler.schedule, about?.schedule)
  const precondition = preconditionOf(about?.precondition ?? scheduler?.precondition, schedule)
  if (!scheduler) notices.push('It has no schedule: use the one that it was trained with.')
  if (!predicts) notices.push('It does not say what the model predicts: epsilon is assumed.')
  else if (scheduler && !precondition && isZeroSnr(scheduler.schedule) && predicts === 'epsilon') {
    notices.push('No signal is left at the last timestep, where a model that predicts epsilon says nothing of the data.')
  }
  return {
    predicts: predicts ?? ('epsilon' as const),
    variance: varianceOf(saysVariance, scheduler?.variance, about?.variance, notices),
    precondition,
    schedule,
    trainedOn: about?.trainedOn,
  }
}

function preconditionOf(
  options: PreconditionOptions | undefined,
  schedule: Schedule | undefined,
): PreconditionConfig | undefined {
  if (!options) return undefined
  if (schedule) return { ...options, schedule }
  throw new CheckpointError(
    'The model is preconditioned, but the schedule is missing that says how much noise it is told of.',
    'Add scheduler/scheduler_config.json, which was beside it.',
  )
}

/** The scheduler of a stranger that says `learned` may mean the variance itself, as diffusers does; here it is its logarithm. */
function varianceOf(
  saysVariance: boolean,
  ofScheduler: VarianceKind | undefined,
  own: VarianceKind | undefined,
  notices: string[],
): VarianceKind | undefined {
  const kind = own ?? ofScheduler
  if (!saysVariance) {
    if (!kind) return undefined
    throw new CheckpointError(
      `The scheduler says that the model learned its variance (variance_type ${kind}), but the model has one output for each number, and not two.`,
      'Choose a model with twice as many channels going out as coming in, or set variance_type to fixed_small.',
    )
  }
  if (!kind) notices.push('It does not say how the model says its variance: learned_range is assumed.')
  else if (kind === 'learned' && !own) {
    notices.push('Its variance is taken to be a logarithm, as OpenAI has it; DDPMScheduler of diffusers takes it as it is.')
  }
  return kind ?? 'learned_range'
}

const isZeroSnr = (schedule: Schedule) => schedule.kind === 'table' && schedule.alphaBar.at(-1) === 0
