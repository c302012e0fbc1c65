// A training as it was left, in a checkpoint: whoever loads it goes on with the same bits as if it had never stopped.
//
//   training/state.json          the steps, the weights in the order in which the optimizer has them, and what is beside them
//   training/state.safetensors   weight/*, first/*, second/* and other moments, average/*, average_2/*, ... (EMA), average@500/*
//                                (what one was after 500 updates), gradient/* (accumulated), losses,
//                                and record/* of losses by timestep, where there is one
//
// Nothing of randomness: what is drawn follows from seeds and the number of the step.
import { WIDEST } from '../ema.ts'
import type { Moment } from '../moments.ts'
import { MOMENTS } from '../moments.ts'
import type { Files } from './archive.ts'
import { jsonBytes, jsonOf, unzip } from './archive.ts'
import { CheckpointError } from './error.ts'
import { TRAINING } from './paths.ts'
import { recordShapes } from './record.ts'
import { writeSafetensors } from './safetensors.ts'
import type { StoredWeights } from './weights.ts'
import { checkWeights, readWeights } from './weights.ts'

export interface StoredTraining {
  /** Steps made. */
  step: number
  /** Steps of the optimizer. */
  updates: number
  /** The names of the weights in their order, which sums over all of them depend on. */
  order: string[]
  moments: Moment[]
  averages: StoredAverage[]
  /** Batches whose gradients wait for the optimizer. */
  batches: number
  /** By the names in the file, in the layout of PyTorch. */
  tensors: StoredWeights
}

export interface StoredAverage {
  sigma_rel?: number
  /** The numbers of the updates that it was kept after. */
  snapshots: number[]
}

const beside = (path: string) => path.replace(/safetensors$/, 'json')

/** What the average number `i` is called in the file, and what it was after update `t`. */
export const averageName = (i: number, t?: number) => `average${i ? `_${i + 1}` : ''}${t === undefined ? '' : `@${t}`}`

/** What has tensors of all weights, by the names in the file. */
const partsOf = ({ moments, averages, batches }: Omit<StoredTraining, 'order' | 'tensors'>): string[] => [
  'weight',
  ...moments,
  ...averages.flatMap(({ snapshots }, i) => [averageName(i), ...snapshots.map((t) => averageName(i, t))]),
  ...(batches > 0 ? ['gradient'] : []),
]

export const writeTraining = ({ step, updates, order, moments, averages, batches, tensors }: StoredTraining): Files =>
  new Map([
    [beside(TRAINING), jsonBytes({ format: 2, step, updates, weights: order, moments, averages, accumulated_batches: batches })],
    [TRAINING, writeSafetensors(tensors)],
  ])

/** Reads the training at `path` in a ZIP; `shapes` are those of the model's weights. Throws CheckpointError. */
export function readTraining(bytes: Uint8Array, path: string, shapes: ReadonlyMap<string, number[]>): StoredTraining {
  const about = beside(path)
  const json = jsonOf(unzip(bytes, [about]).get(about), about)
  const order = json.weights
  if (!isOrderOf(shapes, order)) {
    throw new CheckpointError(`${about} does not name the weights of the model.`)
  }
  const tensors = readWeights(bytes, path)
  const state = readState(json, about, tensors)
  const named = partsOf(state).flatMap((part) =>
    [...shapes].map(([name, shape]): [string, number[]] => [`${part}/${name}`, shape]),
  )
  checkWeights(tensors, new Map([...named, ['losses', [state.step]], ...recordShapes(tensors)]))
  return { ...state, order, tensors }
}

/** What state.json says. The first format had the moments of Adam, and one average or none. */
function readState(json: Record<string, unknown>, about: string, tensors: StoredWeights) {
  const average = [...tensors.keys()].some((name) => name.startsWith('average/'))
  const {
    step,
    updates = step,
    moments = ['first', 'second'],
    averages = average ? [{ snapshots: [] }] : [],
    accumulated_batches: batches = 0,
  } = json
  const refuse = (key: string, value: unknown) =>
    new CheckpointError(`${key} in ${about} is ${JSON.stringify(value)?.slice(0, 60)}.`)
  if (!isCount(step, Number.MAX_SAFE_INTEGER)) throw refuse('step', step)
  if (!isCount(updates, step)) throw refuse('updates', updates)
  if (!isCount(batches, step)) throw refuse('accumulated_batches', batches)
  if (!areMoments(moments)) throw refuse('moments', moments)
  if (!Array.isArray(averages) || !averages.every((one) => isAverage(one, updates))) throw refuse('averages', averages)
  return { step, updates, moments, averages: averages as StoredAverage[], batches }
}

const isCount = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most

const areMoments = (value: unknown): value is Moment[] =>
  Array.isArray(value) && new Set(value).size === value.length && value.every((name) => MOMENTS.includes(name))

function isAverage(value: unknown, updates: number): boolean {
  const { sigma_rel: width, snapshots } = Object(value) as Record<string, unknown>
  const rises = (all: unknown[]) => all.every((t, i) => isCount(t, updates) && t > (i ? (all[i - 1] as number) : 0))
  const isWidth = width === undefined || (typeof width === 'number' && width > 0 && width <= WIDEST)
  return isWidth && Array.isArray(snapshots) && rises(snapshots)
}

/** Every name once. */
const isOrderOf = (shapes: ReadonlyMap<string, number[]>, order: unknown): order is string[] =>
  Array.isArray(order) &&
  order.length === shapes.size &&
  new Set(order).size === shapes.size &&
  order.every((name) => shapes.has(name))
