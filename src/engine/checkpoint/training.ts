// Training state in a checkpoint. A training that resumes from it has the bits of an uninterrupted
// one.
//
//   training/state.json          steps, order of the weights in the optimizer, names of the vectors
//   training/state.safetensors   weight/*, first/*, second/* and other moments, average/*,
//                                average_2/*, ... (EMA), average@500/* (snapshot after 500 updates),
//                                gradient/* (accumulated), losses, record/* (losses by timestep)
//   training/more.pack           further models and carried values, packed as stored states are, if
//                                there are any (format 3)
//
// There is no random state: draws depend only on seeds and the step.
import { WIDEST } from '../training/ema.ts'
import type { Moment } from '../training/moments.ts'
import { MOMENTS } from '../training/moments.ts'
import type { Files } from './archive.ts'
import { jsonBytes, readZipJson } from './archive.ts'
import { archiveLimits } from '../archive/limits.ts'
import type { Zip } from '../archive/zip.ts'
import { quoteValue } from '../base/quote.ts'
import { CheckpointError } from '../archive/checkpointError.ts'
import { TRAINING } from './paths.ts'
import { checkTrainingRecord, recordShapes } from './record.ts'
import { readPackedHeader } from '../plan/packedHeader.ts'
import { writeSafetensors } from '../archive/safetensors.ts'
import type { Shapes, StoredWeights } from './weights.ts'
import { checkWeights, openWeights } from './weights.ts'
import { checkpointMessages } from '../messages/checkpoint.ts'

export interface StoredTraining {
  /** Steps made. */
  step: number
  /** Steps of the optimizer. */
  updates: number
  /** Names of the weights in order; sums over all weights depend on it. */
  order: string[]
  moments: Moment[]
  averages: StoredAverage[]
  /** Number of batches with accumulated gradients. */
  batches: number
  /** Tensors by name in the file, in PyTorch's layout. */
  tensors: StoredWeights
  /** Further models and carried values, packed, if there are any. */
  more?: Uint8Array
}

export interface StoredAverage {
  sigma_rel?: number
  /** Update numbers of the snapshots. */
  snapshots: number[]
}

const jsonPath = (path: string) => path.replace(/safetensors$/, 'json')

/** Name of average `i` in the file, and of its snapshot after update `t`. */
export const averageName = (i: number, t?: number) =>
  `average${i ? `_${i + 1}` : ''}${t === undefined ? '' : `@${t}`}`

type TrainingVectors = Omit<StoredTraining, 'order' | 'tensors' | 'more'>

const morePath = (path: string) => path.replace(/state\.safetensors$/, 'more.pack')

/** Names in the file of all vectors that cover the weights. */
function* vectorNames({ moments, averages, batches }: TrainingVectors): Generator<string> {
  yield 'weight'
  yield* moments
  for (const [i, { snapshots }] of averages.entries()) {
    yield averageName(i)
    for (const t of snapshots) yield averageName(i, t)
  }
  if (batches > 0) yield 'gradient'
}

/**
 * Lists the tensors of a state with their shapes, one at a time: state.json may describe many more
 * than the file holds.
 */
function* trainingShapes(
  state: TrainingVectors,
  weights: ReadonlyMap<string, readonly number[]>,
  found: Shapes,
): Generator<[string, readonly number[]]> {
  for (const part of vectorNames(state))
    for (const [name, shape] of weights) yield [`${part}/${name}`, shape]
  yield ['losses', [state.step]]
  yield* recordShapes(found)
}

export const writeTraining = ({
  step,
  updates,
  order,
  moments,
  averages,
  batches,
  tensors,
  more,
}: StoredTraining): Files =>
  new Map([
    [
      jsonPath(TRAINING),
      jsonBytes({
        format: more ? 3 : 2,
        step,
        updates,
        weights: order,
        moments,
        averages,
        accumulated_batches: batches,
      }),
    ],
    [TRAINING, writeSafetensors(tensors)],
    ...(more ? [[morePath(TRAINING), more] as const] : []),
  ])

/**
 * Reads the training at `path` in a ZIP; `shapes` are those of the weights. Throws CheckpointError
 * and ArchiveError.
 */
export function readTraining(
  zip: Zip,
  path: string,
  shapes: ReadonlyMap<string, number[]>,
): StoredTraining {
  const about = jsonPath(path)
  const json = readZipJson(zip, about)
  const order = json.weights
  if (!isWeightOrder(shapes, order)) {
    throw new CheckpointError(checkpointMessages.weightNames({ file: about }))
  }
  const stored = openWeights(zip, path, archiveLimits.safetensorsHeader)
  const state = parseTrainingState(json, about, stored.shapes)
  // Before anything is unpacked, as for the weights of the model.
  checkWeights(stored.shapes, trainingShapes(state, shapes, stored.shapes))
  const tensors = stored.read()
  checkTrainingRecord(tensors)
  const more = json.format === 3 ? readMore(zip, morePath(path)) : undefined
  return { ...state, order, tensors, ...(more && { more }) }
}

/** Reads the packed models and values. Throws CheckpointError for anything else. */
function readMore(zip: Zip, path: string): Uint8Array {
  const packed = zip.entries.get(path)?.packedSize ?? 0
  const limit = Math.max(archiveLimits.freely, archiveLimits.ratio * packed)
  const bytes = zip.read(path, Math.min(archiveLimits.unpacked, limit))
  try {
    readPackedHeader(bytes)
    return bytes
  } catch {
    throw new CheckpointError(checkpointMessages.trainingMore({ file: path }))
  }
}

/** Parses state.json. The first format had Adam's moments and at most one average. */
function parseTrainingState(json: Record<string, unknown>, about: string, shapes: Shapes) {
  const average = [...shapes.keys()].some((name) => name.startsWith('average/'))
  const {
    step,
    updates = step,
    moments = ['first', 'second'],
    averages = average ? [{ snapshots: [] }] : [],
    accumulated_batches: batches = 0,
  } = json
  const refuse = (key: string, value: unknown) =>
    new CheckpointError(
      checkpointMessages.trainingValue({
        key,
        file: about,
        value: quoteValue(value),
      }),
    )
  if (!isCountUpTo(step, Number.MAX_SAFE_INTEGER)) throw refuse('step', step)
  if (!isCountUpTo(updates, step)) throw refuse('updates', updates)
  if (!isCountUpTo(batches, step)) throw refuse('accumulated_batches', batches)
  if (!areMoments(moments)) throw refuse('moments', moments)
  if (!Array.isArray(averages) || !averages.every((one) => isAverage(one, updates)))
    throw refuse('averages', averages)
  return { step, updates, moments, averages: averages as StoredAverage[], batches }
}

const isCountUpTo = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most

const areMoments = (value: unknown): value is Moment[] =>
  Array.isArray(value) &&
  new Set(value).size === value.length &&
  value.every((name) => MOMENTS.includes(name))

function isAverage(value: unknown, updates: number): boolean {
  const { sigma_rel: width, snapshots } = Object(value) as Record<string, unknown>
  const rises = (all: unknown[]) =>
    all.every((t, i) => isCountUpTo(t, updates) && t > (i ? (all[i - 1] as number) : 0))
  const isWidth = width === undefined || (typeof width === 'number' && width > 0 && width <= WIDEST)
  return isWidth && Array.isArray(snapshots) && rises(snapshots)
}

/** Checks that names are unique. */
const isWeightOrder = (shapes: ReadonlyMap<string, number[]>, order: unknown): order is string[] =>
  Array.isArray(order) &&
  order.length === shapes.size &&
  new Set(order).size === shapes.size &&
  order.every((name) => shapes.has(name))
