// Runs the graphs of checks in the queue, so that they wait for other runs and can be stopped.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { View } from '../../engine/base/view.ts'
import type { RunResult } from '../../lessons/runChecks.ts'
import type { Runner } from '../running/runnerTypes.ts'

/** Returns a function that runs a graph. Without a result it was stopped. */
export const runInQueue =
  (runner: Pick<Runner, 'enqueue'>, name: string) =>
  (graph: Graph): Promise<RunResult> =>
    new Promise((resolve) => {
      const views = new Map<string, View>()
      const faults: Fault[] = []
      runner.enqueue(graph, {
        name,
        internal: true,
        onEvent(event) {
          if (event.type === 'view') views.set(event.node, event.view)
          if (event.type === 'faults') faults.push(...event.faults)
        },
        onEnd: () => resolve({ views, faults }),
      })
    })
