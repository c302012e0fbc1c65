// Checks of a faulty graph after each edit, until it has no faults.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { debounce } from '../ui/debounce.ts'
import { shownTab } from '../workspace/state.ts'
import { isIdle, runState } from './state.ts'

/** Delay after the last edit, in milliseconds. */
const DELAY = 250

export interface FaultCheck {
  /** Sets the key of the graph that the current faults belong to. */
  setChecked(key: string): void
  /** Schedules a check if the graph has faults and no run is in progress. */
  schedule(): void
  cancel(): void
}

interface FaultCheckOptions {
  /** The graph on the canvas. */
  graph: () => Graph
  check: (graph: Graph) => Promise<Fault[]>
  /** Shows faults on their nodes. */
  setFaults: (faults: Fault[]) => void
}

export function createFaultCheck({ graph, check, setFaults }: FaultCheckOptions): FaultCheck {
  let checkedKey = ''

  async function checkGraph() {
    const checked = graph()
    if (graphKey(checked) === checkedKey) return
    const tab = shownTab.value
    const all = await check(checked).catch(() => undefined) // the runner reports a broken engine
    if (!all || !isIdle() || tab !== shownTab.value) return
    checkedKey = graphKey(checked)
    // A check cannot find the faults that only runs detect. These disappear until the next run.
    const faults = all.filter(({ notice }) => !notice)
    runState.faults.value = faults
    runState.notices.value = all.filter(({ notice }) => notice)
    setFaults(faults)
  }

  const edit = debounce(DELAY, () => void checkGraph())

  return {
    setChecked: (key) => void (checkedKey = key),
    schedule() {
      if (runState.faults.value.length && isIdle()) edit.call()
    },
    cancel: edit.cancel,
  }
}
