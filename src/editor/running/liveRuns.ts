// Live runs: after the first run of a graph without a training, every change runs it again.
import type { Graph } from '../../engine/plan/graph.ts'
import { graphKey } from '../../workflow/graphKey.ts'
import { debounce } from '../ui/debounce.ts'

/**
 * Delay after a change, in milliseconds; the change follows its edit by 40 ms. Combines the two
 * edits of a moved wire.
 */
const DELAY = 20

export interface LiveRuns {
  /** Reports that a run of this graph started. */
  onRunStart(graph: Graph): void
  onRunEnd(): void
  /** Reports that the graph may have changed. */
  onChange(): void
}

interface LiveRunOptions {
  isOn: () => boolean
  /** Id of the open workflow. The user must start its first run. */
  workflow: () => string
  graph: () => Graph
  trains: (graph: Graph) => boolean
  isIdle: () => boolean
  run: () => void
  stop: () => void
}

export function createLiveRuns(options: LiveRunOptions): LiveRuns {
  const { isOn, workflow, graph, trains, isIdle, run, stop } = options
  let last: { workflow: string; key: string } | undefined
  /** True if the run in progress was stopped for a new one. */
  let restarts = false

  /** Returns true if the graph has changed since the last run and may run automatically. */
  function isStale(): boolean {
    if (!isOn() || last?.workflow !== workflow()) return false
    const now = graph()
    return graphKey(now) !== last.key && !trains(now)
  }

  const change = debounce(DELAY, () => {
    if (!isStale()) return
    if (isIdle()) run()
    else {
      restarts = true
      stop()
    }
  })

  return {
    onRunStart(started) {
      restarts = false
      last = { workflow: workflow(), key: graphKey(started) }
    },
    onRunEnd() {
      if (restarts && isStale()) run()
      restarts = false
    },
    onChange: () => change.call(),
  }
}
