// The queue of runs. Each item contains a copy of its graph, made when the item was added.
import { signal } from '@preact/signals'
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { RunEvent } from '../../hosts/worker/clientTypes.ts'
import type { RunFile } from './state.ts'

export type RunOutcome = 'done' | 'failed' | 'stopped' | 'removed'

/** A cell of the grid of a sweep. */
export interface SweepCell {
  /** Id of the sweep. */
  id: string
  /** An index for each axis. */
  at: number[]
}

/** A waiting or running graph. Later edits do not affect it. */
export interface QueuedRun {
  readonly id: number
  /** The workflow it belongs to, by its id in the library, and its name. */
  readonly workflow: { readonly id: string; readonly name: string }
  readonly name: string
  readonly graph: Graph
  /** See {@link graphKey}. */
  readonly key: string
  /** Text of the workflow, stored in image files and used to open it again. */
  readonly text: string
  readonly sweep?: SweepCell
  /** Run of the editor itself, such as a check: neither in the history nor among the past runs. */
  readonly internal?: true
  /** Receives every event of the run. The listener also reports its result to the user. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined
  /** Called once, when the run ends or is removed from the queue. */
  readonly onEnd?: ((outcome: RunOutcome) => void) | undefined
}

/** A run from the queue that has ended. */
export interface PastRun extends Pick<QueuedRun, 'id' | 'name' | 'text'> {
  outcome: Exclude<RunOutcome, 'removed'>
  seconds: number
  fault?: Fault
  files: readonly RunFile[]
}

/** Number of past runs in the list. */
const MAX_PAST = 6

export interface Queue {
  /** Waiting runs, the next one first. */
  readonly waiting: { readonly value: readonly QueuedRun[] }
  /** Past runs, the latest first. */
  readonly past: { readonly value: readonly PastRun[] }
  add(item: QueuedRun): void
  remove(id: number): void
  /** Moves a waiting run one place up (-1) or down (1). */
  move(id: number, by: -1 | 1): void
  /** Removes all waiting runs. */
  clear(): void
  clearPast(): void
  /** Removes the next run from the queue and returns it. */
  takeNext(): QueuedRun | undefined
  addPast(past: PastRun): void
}

export function createQueue(): Queue {
  const waiting = signal<readonly QueuedRun[]>([])
  const past = signal<readonly PastRun[]>([])
  return {
    waiting,
    past,
    add: (item) => void (waiting.value = [...waiting.value, item]),
    remove(id) {
      const item = waiting.value.find((each) => each.id === id)
      waiting.value = waiting.value.filter((each) => each !== item)
      item?.onEnd?.('removed')
    },
    move(id, by) {
      const list = [...waiting.value]
      const at = list.findIndex((each) => each.id === id)
      const to = at + by
      if (at < 0 || to < 0 || to >= list.length) return
      ;[list[at], list[to]] = [list[to], list[at]]
      waiting.value = list
    },
    clear() {
      const items = waiting.value
      waiting.value = []
      for (const item of items) item.onEnd?.('removed')
    },
    clearPast: () => void (past.value = []),
    takeNext() {
      const [first, ...rest] = waiting.value
      if (first) waiting.value = rest
      return first
    },
    addPast: (item) => void (past.value = [item, ...past.value].slice(0, MAX_PAST)),
  }
}
