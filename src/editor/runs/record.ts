// A run as it is kept: what was run, how it ended, and what came of it. Plain data and functions on it; no screen, no storage.
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import { isMeant } from '../../engine/plan/op.ts'
import { titleOfNode } from '../../nodes/titles.ts'
import type { Change } from '../changes.ts'

/** What the list shows of a run. */
export interface Run {
  id: string
  /** When it began, in milliseconds. */
  when: number
  /** The workflow's id in the library, and what it was called. */
  workflow: string
  name: string
  /** What the node is called that it ran to, if it did not run all, and its full id. */
  to?: string
  target?: string
  outcome: 'finished' | 'stopped' | 'failed'
  /** Why it failed. */
  fault?: string
  /** What differs from the run of the same workflow before it; undefined for the first. */
  changed?: Change[]
  seeds: Setting[]
  seconds: number
  /** Of its training, or of the last loop it was in: iterations done, and wanted. */
  iterations?: { done: number; of: number }
  /** The last one of the last training. */
  loss?: number
  metrics: Metric[]
  backend?: string
  star: boolean
  note: string
  /** What it takes in storage, about, in bytes. */
  size: number
  /** A change began it, nobody pressed Run: the next such run takes its place. */
  byItself?: true
  /** The sweep it belongs to, and its place in the grid: an index for each axis. */
  sweep?: { id: string; at: number[] }
  thumbnail?: Blob
}

/** What is only needed where a run is looked at. */
export interface RunDetails {
  id: string
  /** The file as it ran, its seeds fixed. */
  text: string
  /** Of each training. */
  losses: Curve[]
  /** Lines of charts, but for those that are the loss. */
  charts: Curve[]
  pictures: Picture[]
}

export interface Setting {
  node: string
  /** What the node is called. */
  title: string
  param: string
  value: unknown
}

export interface Metric {
  title: string
  name: string
  value: number
}

export interface Curve {
  node: string
  title: string
  /** Of the line, where a chart has several. */
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
  /** The file that it began with. */
  text: string
  /** Rows, then columns; one alone is columns. */
  axes: Axis[]
}

export interface Axis {
  node: string
  title: string
  param: string
  values: unknown[]
}

/** Opened from the gallery or from a run, a workflow has a new id each time: its name tells as well. */
export const isOf = (run: Pick<Run, 'workflow' | 'name'>, workflow: string, name: string): boolean =>
  run.workflow === workflow || run.name === name

/** The seeds of all nodes, but for those that mean nothing as the other params stand. */
export const seedsOf = ({ nodes }: Graph, declared: ByType): Setting[] =>
  nodes.flatMap((node) => {
    const specs = declared.get(node.op)?.params ?? {}
    return Object.entries(specs)
      .filter(([param, { kind }]) => kind === 'seed' && isMeant(specs, param, (other) => node.params[other]))
      .map(([param]) => ({ node: node.id, title: titleOfNode(node, declared), param, value: node.params[param] }))
  })

/** At most about `most` points of a line that are true to its looks: of each span the lowest and the highest, and both ends. */
export function thinned(x: ArrayLike<number>, y: ArrayLike<number>, most: number): Pick<Curve, 'x' | 'y'> {
  const count = y.length
  const kept = new Set<number>(count ? [0, count - 1] : [])
  const spans = count <= most ? count : Math.max(1, Math.floor((most - 2) / 2))
  for (let span = 0; span < spans; span++) {
    const [from, to] = [span, span + 1].map((i) => Math.floor((i * count) / spans)) as [number, number]
    let [low, high] = [from, from]
    for (let i = from; i < to; i++) {
      if (y[i]! < y[low]! || Number.isNaN(y[low]!)) low = i
      if (y[i]! > y[high]! || Number.isNaN(y[high]!)) high = i
    }
    kept.add(low).add(high)
  }
  const order = Uint32Array.from(kept).sort()
  return { x: Float64Array.from(order, (i) => x[i]!), y: Float64Array.from(order, (i) => y[i]!) }
}

/** How many runs without a star are kept, and how much they may take, in bytes. */
export interface Bounds {
  runs: number
  bytes: number
}

export const bounds: Bounds = { runs: 200, bytes: 200e6 }

/** The runs that fall away: the oldest without a star, until what is left is within the bounds. Newest first goes in. */
export function beyond(runs: readonly Run[], { runs: most, bytes }: Bounds = bounds): Run[] {
  let [count, size] = [0, 0]
  return runs
    .filter(({ star }) => !star)
    .filter((run) => {
      count++
      size += run.size
      return count > most || (size > bytes && count > 1)
    })
}

/** Whether what was read from storage can be shown as a run. */
export function isRun(value: unknown): value is Run {
  if (typeof value !== 'object' || value === null) return false
  const { id, when, workflow, name, outcome, seeds, seconds, metrics, star, note, size, changed } = value as Partial<Run>
  return (
    [id, workflow, name, outcome, note].every((each) => typeof each === 'string') &&
    [when, seconds, size].every((each) => typeof each === 'number') &&
    Array.isArray(seeds) &&
    Array.isArray(metrics) &&
    (changed === undefined || Array.isArray(changed)) &&
    typeof star === 'boolean'
  )
}
