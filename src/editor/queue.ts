// The queue: graphs that run one after the other, each as it was when it was put there.
import { signal } from '@preact/signals'
import type { Fault } from '../engine/plan/fault.ts'
import type { Graph } from '../engine/plan/graph.ts'
import type { Event } from '../engine/protocol.ts'
import type { Run } from './runs/record.ts'
import type { MadeFile } from './state.ts'

/** What became of a run. */
export type Outcome = 'done' | 'failed' | 'stopped' | 'removed'

/** A graph that is to run, or runs: a copy, which no edit reaches. */
export interface Queued {
  readonly id: number
  /** What it belongs to: the workflow's id in the library, and what it is called. */
  readonly workflow: { readonly id: string; readonly name: string }
  readonly name: string
  readonly graph: Graph
  /** Equal for graphs that run the same. */
  readonly meaning: string
  /** The workflow, for pictures that come of it and to open it again. */
  readonly text: string
  /** The sweep it belongs to, and its place in the grid. */
  readonly sweep?: Run['sweep']
  /** Hears every event of the run. Whoever listens says himself what came of it. */
  readonly onEvent?: ((event: Event) => void) | undefined
  /** Called once, whatever becomes of it. */
  readonly onEnd?: ((outcome: Outcome) => void) | undefined
}

/** One that has run. */
export interface Past extends Pick<Queued, 'id' | 'name' | 'text'> {
  outcome: Exclude<Outcome, 'removed'>
  seconds: number
  /** What went wrong. */
  why?: Fault
  files: readonly MadeFile[]
}

/** So many that have run stay in the list. */
const MOST_PAST = 6

export interface Queue {
  /** Those that wait, the next one first. */
  readonly waiting: { readonly value: readonly Queued[] }
  /** Those that came out of the queue and have run, the latest first. */
  readonly past: { readonly value: readonly Past[] }
  add(item: Queued): void
  remove(id: number): void
  /** One place up (-1) or down (1). */
  move(id: number, by: -1 | 1): void
  /** Removes all that wait. */
  clear(): void
  forgetPast(): void
  /** Takes the next one out. */
  next(): Queued | undefined
  ended(past: Past): void
}

export function createQueue(): Queue {
  const waiting = signal<readonly Queued[]>([])
  const past = signal<readonly Past[]>([])
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
      ;[list[at], list[to]] = [list[to]!, list[at]!]
      waiting.value = list
    },
    clear() {
      const items = waiting.value
      waiting.value = []
      for (const item of items) item.onEnd?.('removed')
    },
    forgetPast: () => void (past.value = []),
    next() {
      const [first, ...rest] = waiting.value
      if (first) waiting.value = rest
      return first
    },
    ended: (item) => void (past.value = [item, ...past.value].slice(0, MOST_PAST)),
  }
}
