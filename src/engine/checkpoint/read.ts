// Reads a checkpoint. Files are untrusted, so everything is checked, and assumptions are reported.
import type { PreconditionConfig, PreconditionOptions } from '../models/preconditioning.ts'
import type { Schedule } from '../process/schedule.ts'
import type { PredictionType, VarianceKind } from '../base/values.ts'
import { readAbout } from './about.ts'
import { parseJson, unzip } from './archive.ts'
import type { ReadCheckpoint } from './checkpoint.ts'
import { CheckpointError } from './error.ts'
import { formats } from './formats.ts'
import type { Layout } from './layout.ts'
import { findParts } from './layout.ts'
import { readScheduler, withStoredName } from './scheduler.ts'
import { readTraining } from './training.ts'
import type { StoredWeights } from './weights.ts'
import { checkWeights, readWeights, renameWeights } from './weights.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

/** Reads a ZIP. Throws CheckpointError. */
export function readCheckpoint(bytes: Uint8Array): ReadCheckpoint {
  const layout = findParts(bytes)
  const format = formats[layout.kind]
  const { config, predicts: own } = format.read(readJson(bytes, layout.config)!)
  const found = readWeights(bytes, layout.weights)
  const weights = format.currentName ? renameWeights(found, format.currentName) : found
  const shapes = format.shapes(config)
  checkWeights(weights, shapes)
  const notices = [...layout.notices, ...weightNotices(weights)]
  const process = readProcess(bytes, layout, own, notices, format.predictsVariance(config))
  const { predicts, variance, precondition, schedule, trainedOn } = process
  return {
    model: {
      kind: layout.kind,
      config,
      predicts,
      ...(variance && { variance }),
      ...(precondition && { precondition }),
      weights,
    },
    schedule,
    ...(trainedOn && { trainedOn }),
    ...(layout.training !== undefined && {
      training: readTraining(bytes, layout.training, shapes),
    }),
    notices,
  }
}

function weightNotices(weights: StoredWeights): string[] {
  const [broken] = [...weights].find(([, { data }]) => !data.every(Number.isFinite)) ?? []
  return broken === undefined ? [] : [checkpointMessages.notFinite({ weight: broken })]
}

const readJson = (bytes: Uint8Array, path: string | undefined) =>
  path === undefined ? undefined : parseJson(unzip(bytes, [path]).get(path), path)

/**
 * Determines schedule and prediction type: from the model's config, its scheduler, or our own
 * metadata.
 */
function readProcess(
  bytes: Uint8Array,
  layout: Layout,
  own: PredictionType | undefined,
  notices: string[],
  saysVariance: boolean,
) {
  const config = readJson(bytes, layout.scheduler)
  const scheduler = config && readScheduler(config)
  const json = readJson(bytes, layout.about)
  const about = json && readAbout(json)
  const predicts =
    own ?? (about?.precondition ? about.predicts : (scheduler?.predicts ?? about?.predicts))
  const schedule = scheduler && withStoredName(scheduler.schedule, about?.schedule)
  const precondition = addSchedule(about?.precondition ?? scheduler?.precondition, schedule)
  if (!scheduler) notices.push(checkpointMessages.withoutSchedule())
  if (!predicts) notices.push(checkpointMessages.assumedEpsilon())
  else if (scheduler && !precondition && isZeroSnr(scheduler.schedule) && predicts === 'epsilon') {
    notices.push(checkpointMessages.epsilonWithoutSignal())
  }
  return {
    predicts: predicts ?? ('epsilon' as const),
    variance: readVarianceKind(saysVariance, scheduler?.variance, about?.variance, notices),
    precondition,
    schedule,
    trainedOn: about?.trainedOn,
  }
}

function addSchedule(
  options: PreconditionOptions | undefined,
  schedule: Schedule | undefined,
): PreconditionConfig | undefined {
  if (!options) return undefined
  if (schedule) return { ...options, schedule }
  throw new CheckpointError(checkpointMessages.noSchedule(), checkpointMessages.addScheduler())
}

/** Notice for foreign schedulers with `learned`: diffusers means the variance, we its logarithm. */
function readVarianceKind(
  saysVariance: boolean,
  ofScheduler: VarianceKind | undefined,
  own: VarianceKind | undefined,
  notices: string[],
): VarianceKind | undefined {
  const kind = own ?? ofScheduler
  if (!saysVariance) {
    if (!kind) return undefined
    throw new CheckpointError(
      checkpointMessages.varianceType({ kind }),
      checkpointMessages.chooseVariance(),
    )
  }
  if (!kind) notices.push(checkpointMessages.assumedVariance())
  else if (kind === 'learned' && !own) {
    notices.push(checkpointMessages.logarithmicVariance())
  }
  return kind ?? 'learned_range'
}

const isZeroSnr = (schedule: Schedule) =>
  schedule.kind === 'table' && schedule.alphaBar.at(-1) === 0
