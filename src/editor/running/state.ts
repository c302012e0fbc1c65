// State of the runs: the current run, and the results of each tab's last run.
import type { MessageText } from '../../engine/base/catalogue.ts'
import type { SafeFileName } from '../../engine/base/fileName.ts'
import { computed, signal } from '@preact/signals'
import type { Fault } from '../../engine/messages/fault.ts'
import type { StoredFile } from '../../engine/plan/op.ts'
import type { View } from '../../engine/base/view.ts'
import type {
  BackendReport,
  Event,
  Measure,
  StoredTraining,
  Timing,
} from '../../engine/protocol.ts'
import { shownTab } from '../workspace/state.ts'

export type RunPhase = 'idle' | 'starting' | 'running' | 'paused' | 'stopping'

export interface RunProgress {
  node: string
  index: number
  count: number
  label?: string
  rate: number
  secondsLeft: number
  loss?: number
  /** Place of this training among those of the run, if there are several. */
  training?: { number: number; of: number }
}

export type RunSpeed = 'full' | 'four' | 'one' | 'step'

/** File that a run wrote. */
export interface RunFile {
  node: string
  name: SafeFileName
  mime: string
  bytes: Uint8Array<ArrayBuffer>
  /** True if the user stored it in this browser. */
  stored?: boolean
}

export interface PresentRun {
  id: number
  name: string
  /** True if it came from the queue. */
  queued: boolean
  /** Key of the tab that shows it; a queued run may have none. */
  tab?: number
}

const createTabResults = () => ({
  progress: signal<RunProgress | undefined>(undefined),
  /** Final event of the run. */
  ended: signal<Omit<Extract<Event, { type: 'finished' }>, 'type' | 'run'> | undefined>(undefined),
  /** True if the run ended with a fault, even after its cause was corrected. */
  failed: signal(false),
  /** Time and memory of the nodes, if measured. */
  measures: signal<{ nodes: readonly Measure[]; timing: Timing }>({ nodes: [], timing: 'direct' }),
  /** Last save of a training. */
  saved: signal<{ index: number; at: number } | undefined>(undefined),
  faults: signal<readonly Fault[]>([]),
  notices: signal<readonly Fault[]>([]),
  /** Latest views, also of earlier runs, by the full ids of their nodes. */
  views: signal<ReadonlyMap<string, View>>(new Map()),
  files: signal<readonly RunFile[]>([]),
  /** Text of the workflow as it ran; '' before the first run. */
  workflowText: signal(''),
  /** Seeds that were used, by node and param. */
  seeds: signal<ReadonlyMap<string, number>>(new Map()),
})

/** Results of a tab's last run. */
export type TabResults = ReturnType<typeof createTabResults>

const results = new Map<number, TabResults>()

export function getTabResults(tab: number): TabResults {
  const known = results.get(tab) ?? createTabResults()
  results.set(tab, known)
  return known
}

/** Forgets the results of a closed tab. */
export const forgetResults = (tab: number) => void results.delete(tab)

/** Returns true if a tab has a run or results of one. */
export const hasRun = (tab: number): boolean =>
  getTabResults(tab).ended.value !== undefined || runState.present.value?.tab === tab

/** Results in the tab on the canvas. */
export const tabResults = computed(() => getTabResults(shownTab.value))

export const runState = {
  phase: signal<RunPhase>('idle'),
  present: signal<PresentRun | undefined>(undefined),
  /** Progress of the current run. */
  presentProgress: signal<RunProgress | undefined>(undefined),
  /** Progress of the current run in any tab, or else of the last run of the current tab. */
  get progress() {
    return runState.present.value ? runState.presentProgress : tabResults.value.progress
  },
  get ended() {
    return tabResults.value.ended
  },
  get failed() {
    return tabResults.value.failed
  },
  get faults() {
    return tabResults.value.faults
  },
  get notices() {
    return tabResults.value.notices
  },
  get files() {
    return tabResults.value.files
  },
  get measures() {
    return tabResults.value.measures
  },
  get seeds() {
    return tabResults.value.seeds
  },
  get saved() {
    return tabResults.value.saved
  },
  /** Trainings that a run of the graph on the canvas would continue. */
  storedTrainings: signal<readonly StoredTraining[]>([]),
  /** Speed of a run that is on screen. */
  speed: signal<RunSpeed>('full'),
  /** Latest status text of the engine. */
  statusText: signal<MessageText>(''),
  /** Compilation of the kernels of a loop that is about to begin. */
  compiling: signal<{ done: number; total: number } | undefined>(undefined),
  backend: signal<BackendReport | undefined>(undefined),
  engineError: signal<MessageText>(''),
  /** Files stored in this browser that nodes can reference. */
  storedFiles: {
    checkpoint: signal<readonly StoredFile[]>([]),
    dataset: signal<readonly StoredFile[]>([]),
  },
}

export const isIdle = () => runState.phase.value === 'idle'
export const busy = computed(() => !isIdle())
/** True if the current run is shown in the current tab. */
export const runsHere = computed(() => busy.value && runState.present.value?.tab === shownTab.value)

/** True while the list of the queue is open. */
export const queueShown = signal(false)
