// The run in progress: data that the runner shares with its presenter.
import type { ClientRun } from '../../hosts/worker/clientTypes.ts'
import type { Stage } from '../canvas/stage.ts'
import { shownTab } from '../workspace/state.ts'
import type { EventLog } from './eventLog.ts'
import type { QueuedRun } from './queue.ts'
import { tabResults, type RunProgress, type TabResults } from './state.ts'

/**
 * Origin of a run. Runs of the Run command and live runs belong to the tab that started them, and
 * end when it closes. Queued runs do not belong to a tab.
 */
export type RunOrigin = 'command' | 'live' | 'queue'

/** A tab that shows a run. */
export interface RunTab {
  tab: number
  graph: Stage['graph']
  results: TabResults
}

interface Trainings {
  /** Trainings that have not begun. */
  waiting: string[]
  /** Trainings that have begun, in this order. */
  begun: string[]
}

export interface ActiveRun extends QueuedRun {
  readonly origin: RunOrigin
  readonly log: EventLog
  /** Controls the run in the engine. Set when the run is requested. */
  handle?: ClientRun
  /** The tab that shows the run. Undefined while no tab has its graph. */
  shownIn?: RunTab
  /** Progress of its current or last training, if it has one. */
  training?: RunProgress
  /** Its trainings that are not cached, by the ids of their Starts. */
  trainings?: Trainings
}

/** Returns the tab on the canvas. */
export const currentTab = (graph: Stage['graph']): RunTab => ({
  tab: shownTab.value,
  graph,
  results: tabResults.value,
})

/** Returns true if the tab on the canvas shows the run. */
export const isShownHere = ({ shownIn }: ActiveRun): boolean => shownIn?.tab === shownTab.value
