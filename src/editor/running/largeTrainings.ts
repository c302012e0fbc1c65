// Starts runs after the user has seen the memory and time of their large trainings.
import type { Graph } from '../../engine/plan/graph.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { hasTraining } from '../graph/hasTraining.ts'
import { mayBeLarge } from '../graph/mayBeLarge.ts'

/** True if a run of the graph waits for an estimate of its trainings. */
export const needsEstimate = (graph: Graph): boolean => hasTraining(graph) && mayBeLarge(graph)

interface LargeTrainings {
  /**
   * Calls `start` unless the user declines; at once for a graph with faults, which the run reports.
   * Ignored while an earlier graph is estimated.
   */
  confirm(graph: Graph, start: () => void): Promise<void>
}

/** @param titleOf returns the title of a node of the graph on the canvas */
export function createLargeTrainings(
  { check, estimateTrainings }: Pick<Client, 'check' | 'estimateTrainings'>,
  titleOf: (node: string) => string,
): LargeTrainings {
  let isEstimating = false
  return {
    async confirm(graph, start) {
      if (isEstimating) return
      isEstimating = true
      try {
        // The run reports faults, and a failure of the engine.
        const faults = await check(graph).catch(() => [])
        if (faults.some(({ notice }) => !notice)) return start()
        const estimates = await estimateTrainings(graph).catch(() => [])
        const { confirmTrainings } = await import('./trainingEstimate.ts')
        if (await confirmTrainings(estimates, titleOf)) start()
      } finally {
        isEstimating = false
      }
    },
  }
}
