// Reads a checkpoint: files come from strangers, so everything is checked, and what was assumed is said.
import type { Schedule } from '../schedule.ts'
import type { PredictionType } from '../values.ts'
import { readAbout } from './about.ts'
import { jsonOf, unzip } from './archive.ts'
import type { ReadCheckpoint } from './checkpoint.ts'
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
  const { predicts, schedule, trainedOn } = readProcess(bytes, layout, own, notices)
  return {
    model: { kind: layout.kind, config, predicts, weights },
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
function readProcess(bytes: Uint8Array, layout: Layout, own: PredictionType | undefined, notices: string[]) {
  const config = jsonAt(bytes, layout.scheduler)
  const scheduler = config && readScheduler(config)
  const json = jsonAt(bytes, layout.about)
  const about = json && readAbout(json)
  const predicts = own ?? scheduler?.predicts ?? about?.predicts
  if (!scheduler) notices.push('It has no schedule: use the one that it was trained with.')
  if (!predicts) notices.push('It does not say what the model predicts: epsilon is assumed.')
  else if (scheduler && isZeroSnr(scheduler.schedule) && predicts === 'epsilon') {
    notices.push('No signal is left at the last timestep, where a model that predicts epsilon says nothing of the data.')
  }
  return {
    predicts: predicts ?? ('epsilon' as const),
    schedule: scheduler && underName(scheduler.schedule, about?.schedule),
    trainedOn: about?.trainedOn,
  }
}

const isZeroSnr = (schedule: Schedule) => schedule.kind === 'table' && schedule.alphaBar.at(-1) === 0
