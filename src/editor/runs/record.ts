// Record of a run: workflow, outcome and results. Plain data and functions on it.
import type { MessageFields } from '../../engine/base/catalogue.ts'
import type { Change } from '../graph/changes.ts'
import type { Seed } from '../graph/seeds.ts'
import { runShape } from '../storage/recordShapes.ts'
import type { SweepCell } from '../running/queue.ts'

/** Summary of a run for the table. Stored in IndexedDB, so its fields are part of a format. */
export interface Run {
  id: string
  /** Start time in milliseconds. */
  when: number
  /** Place in the history: like `when`, but later than all runs before. Missing in old records. */
  order?: number
  /** Id of the workflow in the library, and its name. */
  workflow: string
  name: string
  /** Title and full id of the target node, if the run was limited to it. */
  to?: string
  target?: string
  outcome: 'finished' | 'stopped' | 'failed'
  /** Message of the failure, in English. */
  fault?: string
  /** The message by id; missing in old records. */
  messages?: MessageFields<'fault'>
  /** Changes since the previous run of the workflow; undefined for the first. */
  changed?: Change[]
  seeds: Seed[]
  seconds: number
  /** Iterations done and requested in its training, or else in its last loop. */
  iterations?: { done: number; of: number }
  /** Last loss of the last training. */
  loss?: number
  metrics: Metric[]
  backend?: string
  star: boolean
  note: string
  /** Approximate size in storage, in bytes. */
  size: number
  /** Live run after an edit. The next live run replaces it. */
  byItself?: true
  /** Cell in the grid of its sweep. */
  sweep?: SweepCell
  thumbnail?: Blob
}

/** Data of a run that is only loaded when it is shown. */
export interface RunDetails {
  id: string
  /** Workflow file as it ran, with fixed seeds. */
  text: string
  /** One curve per training. */
  losses: Curve[]
  /** Lines of charts, except losses. */
  charts: Curve[]
  pictures: Picture[]
}

export interface Metric {
  title: string
  name: string
  value: number
}

export interface Curve {
  node: string
  title: string
  /** Name of the line in its chart. */
  name: string
  x: Float64Array
  y: Float64Array
}

export interface Picture {
  node: string
  title: string
  image: Blob
  width: number
  height: number
}

/** A grid of runs that differ in one or two params. */
export interface Sweep {
  id: string
  when: number
  workflow: string
  name: string
  /** Workflow file that the sweep varies. */
  text: string
  /** Rows, then columns; a single axis is columns. */
  axes: Axis[]
}

export interface Axis {
  node: string
  title: string
  param: string
  values: unknown[]
}

/** Matches by id or by name: a workflow opened from the gallery has a new id each time. */
export const belongsTo = (
  run: Pick<Run, 'workflow' | 'name'>,
  workflow: string,
  name: string,
): boolean => run.workflow === workflow || run.name === name

/** Downsamples to about `limit` points: the extremes of each span, and both ends. */
export function downsampleCurve(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  limit: number,
): Pick<Curve, 'x' | 'y'> {
  const count = y.length
  const indices = new Set<number>(count ? [0, count - 1] : [])
  const spans = count <= limit ? count : Math.max(1, Math.floor((limit - 2) / 2))
  for (let span = 0; span < spans; span++) {
    const [from, to] = [span, span + 1].map((i) => Math.floor((i * count) / spans)) as [
      number,
      number,
    ]
    let [low, high] = [from, from]
    for (let i = from; i < to; i++) {
      if (y[i] < y[low] || Number.isNaN(y[low])) low = i
      if (y[i] > y[high] || Number.isNaN(y[high])) high = i
    }
    indices.add(low).add(high)
  }
  const order = Uint32Array.from(indices).sort()
  return { x: Float64Array.from(order, (i) => x[i]), y: Float64Array.from(order, (i) => y[i]) }
}

/** Limits for runs without a star. */
export interface StorageLimits {
  runs: number
  bytes: number
}

export const storageLimits: StorageLimits = { runs: 200, bytes: 200e6 }

/** Returns the oldest runs without a star that exceed the limits. `runs` are newest first. */
export function runsToDrop(
  runs: readonly Run[],
  { runs: maxRuns, bytes }: StorageLimits = storageLimits,
): Run[] {
  let [count, size] = [0, 0]
  return runs
    .filter(({ star }) => !star)
    .filter((run) => {
      count++
      size += run.size
      return count > maxRuns || (size > bytes && count > 1)
    })
}

/** Checks a stored record. */
export const isRunRecord = (value: unknown): value is Run => runShape(value)
