// Views of finished runs, for later runs of the same graph.
import type { View } from '../../engine/base/view.ts'
import type { ViewEvent } from './clientTypes.ts'

/**
 * Views of finished runs by graph key. A later run of the same graph does not run cached nodes, and
 * shows these views instead. Another workflow gets them without the lines of earlier runs.
 */
export interface ViewCache {
  put(key: string, workflow: string, views: readonly ViewEvent[]): void
  get(key: string, workflow: string): readonly ViewEvent[]
}

/** Stores the views of the last `maxRuns` runs, up to `maxBytes` in total. */
export function createViewCache(maxRuns = 12, maxBytes = 64e6): ViewCache {
  const runs = new Map<string, { workflow: string; views: readonly ViewEvent[]; bytes: number }>()
  const totalBytes = () => [...runs.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  const get: ViewCache['get'] = (key, workflow) => {
    const run = runs.get(key)
    if (!run) return []
    runs.delete(key)
    runs.set(key, run)
    return run.workflow === workflow ? run.views : run.views.map(withoutEarlierRuns)
  }
  return {
    get,
    put(key, workflow, latest) {
      // A run up to one node shows only some of the views.
      const byNode = new Map([...get(key, workflow), ...latest].map((event) => [event.node, event]))
      const views = [...byNode.values()]
      const bytes = views.reduce((sum, { view }) => sum + viewBytes(view), 0)
      runs.delete(key)
      runs.set(key, { workflow, views, bytes })
      for (const [oldest] of runs) {
        if (runs.size <= maxRuns && (totalBytes() <= maxBytes || runs.size === 1)) break
        runs.delete(oldest)
      }
    },
  }
}

const withoutEarlierRuns = (event: ViewEvent): ViewEvent => {
  const { view } = event
  if (view.kind !== 'chart') return event
  return { ...event, view: { ...view, lines: view.lines.filter(({ kept }) => !kept) } }
}

/** Approximate size of a view: its arrays and texts. */
export function viewBytes(part: View | unknown): number {
  if (ArrayBuffer.isView(part)) return part.byteLength
  if (typeof part === 'string') return 2 * part.length
  if (typeof part !== 'object' || part === null) return 8
  return Object.values(part).reduce((sum: number, each) => sum + viewBytes(each), 0)
}
