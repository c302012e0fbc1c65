// Faults after edits: once there were any, they are looked for again.
import type { Fault } from '../engine/plan/fault.ts'
import type { Graph } from '../engine/plan/graph.ts'
import { meaningOf } from './live.ts'
import * as state from './state.ts'
import { whenStill } from './still.ts'

/** So long after the last edit, in milliseconds. */
const PAUSE = 250

export interface Checking {
  /** The faults that are shown are those of a graph of this meaning. */
  judged(meaning: string): void
  /** The graph was edited. */
  soon(): void
  /** What was to be looked for is not any more. */
  cancel(): void
}

interface CheckingOptions {
  /** What is on the canvas. */
  graph: () => Graph
  check: (graph: Graph) => Promise<Fault[]>
  /** Shows faults on their nodes. */
  setFaults: (faults: Fault[]) => void
}

export function createChecking({ graph, check, setFaults }: CheckingOptions): Checking {
  const { run: shown } = state
  let judged = ''

  async function look() {
    const now = graph()
    if (meaningOf(now) === judged) return
    const tab = state.tab.value
    const faults = await check(now)
    if (shown.state.value !== 'idle' || tab !== state.tab.value) return
    judged = meaningOf(now)
    const [wrong, notices] = [faults.filter((fault) => !fault.notice), faults.filter((fault) => fault.notice)]
    // What only shows while running is not found again here: it stays until the next run.
    shown.faults.value = wrong
    shown.notices.value = notices
    setFaults(wrong)
  }

  const edit = whenStill(PAUSE, () => void look())

  return {
    judged: (meaning) => void (judged = meaning),
    soon: () => void (shown.faults.value.length && shown.state.value === 'idle' && edit.ask()),
    cancel: edit.cancel,
  }
}
