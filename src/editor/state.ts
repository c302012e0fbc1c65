// What the screen shows, as signals: one truth for all parts of the editor.
import { computed, signal } from '@preact/signals'
import type { Fault } from '../engine/plan/fault.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { Description } from '../engine/checkpoint/describe.ts'
import type { Points } from '../nodes/litegraph/drawing.ts'
import type { BackendReport, Event, ImageFile, ImportReport, Measure, Timing } from '../engine/protocol.ts'
import type { NodeId } from '../nodes/workflow.ts'
import type { LGraphNode, LLink, PendingWire, Point, Spot } from './canvas.ts'
import type { Placed } from './drops/place.ts'
import type { Draft, SavedWorkflow, Settings } from './library.ts'
import { defaultSettings } from './library.ts'
import { createChartRuns } from './charts/kept.ts'
import type { SavedNode } from './subgraph/mine.ts'
import { texts, translated } from './texts.ts'
import type { ViewerOf } from './viewer/sources.ts'

// ---- the open workflows

export interface Tab {
  /** Which tab it is, for as long as the window is open. */
  key: number
  name: string
  dirty: boolean
}

export const tabs = signal<readonly Tab[]>([])
export const severalTabs = computed(() => tabs.value.length > 1)
/** The key of the one that is shown; what follows is about its workflow. */
export const tab = signal(0)

/** Its id in the library, whether or not it was saved there yet. */
export const id = signal('')
/** Which ready workflow it began as, if it did. */
export const openReady = signal<string | undefined>(undefined)
export const name = signal(texts.untitled)
/** 0 until it is in the library. */
export const revision = signal(0)
/** The text it has now, and the one it was saved or opened with. */
export const present = signal('')
export const saved = signal('')
export const dirty = computed(() => present.value !== saved.value)
/** Rises with every change of the graph, for panels that show parts of it. */
export const changes = signal(0)
/** For components that show what is in the graph: drawn again when it changes. */
export const followGraph = () => void changes.value
export const undoable = signal({ undo: false, redo: false })
export const selection = signal<readonly NodeId[]>([])
/** The titles of the nodes whose inside is open, outermost first. */
export const level = signal<readonly string[]>([])

// ---- the run

export type RunState = 'idle' | 'starting' | 'running' | 'paused' | 'stopping'

export interface Progress {
  node: string
  index: number
  count: number
  label?: string
  rate: number
  secondsLeft: number
  loss?: number
}

export type Speed = 'full' | 'four' | 'one' | 'step'

export interface MadeFile {
  node: string
  name: string
  mime: string
  bytes: Uint8Array<ArrayBuffer>
  kept?: boolean
}

/** The run there is now. */
export interface PresentRun {
  id: number
  name: string
  /** It came out of the queue. */
  queued: boolean
  /** The key of the tab where it is shown; what came out of the queue may have none. */
  tab?: number
}

/** What the last run of a tab came to. */
export const newFound = () => ({
  progress: signal<Progress | undefined>(undefined),
  /** How it ended. */
  ended: signal<Omit<Extract<Event, { type: 'finished' }>, 'type' | 'run'> | undefined>(undefined),
  /** What the nodes took, if that was measured. */
  measures: signal<{ nodes: readonly Measure[]; timing: Timing }>({ nodes: [], timing: 'direct' }),
  faults: signal<readonly Fault[]>([]),
  notices: signal<readonly Fault[]>([]),
  files: signal<readonly MadeFile[]>([]),
  /** The workflow as it ran; '' if it did not. */
  ran: signal(''),
  /** The seeds that were used, by node and param. */
  seeds: signal<ReadonlyMap<string, number>>(new Map()),
  charts: createChartRuns(),
})

export type Found = ReturnType<typeof newFound>

/** Of the tab that is shown. */
export const found = signal(newFound())

export const run = {
  state: signal<RunState>('idle'),
  present: signal<PresentRun | undefined>(undefined),
  /** How far the present run is. */
  going: signal<Progress | undefined>(undefined),
  /** How far the present run is, in whichever tab; without one, how far the last run of the tab that is shown came. */
  get progress() {
    return run.present.value ? run.going : found.value.progress
  },
  get ended() {
    return found.value.ended
  },
  get faults() {
    return found.value.faults
  },
  get notices() {
    return found.value.notices
  },
  get files() {
    return found.value.files
  },
  get measures() {
    return found.value.measures
  },
  get seeds() {
    return found.value.seeds
  },
  /** How fast the run goes, where it is seen. */
  speed: signal<Speed>('full'),
  /** The latest sentence of the engine. */
  says: signal(''),
  /** Kernels of a loop that is about to begin. */
  compiling: signal<{ done: number; total: number } | undefined>(undefined),
  backend: signal<BackendReport | undefined>(undefined),
  engineFailed: signal(''),
  /** What the user keeps for nodes to name. */
  kept: { checkpoint: signal<readonly KeptFile[]>([]), dataset: signal<readonly KeptFile[]>([]) },
}

export const busy = computed(() => run.state.value !== 'idle')
/** Whether what runs is what is shown. */
export const runsHere = computed(() => busy.value && run.present.value?.tab === tab.value)

// ---- the browser's memory

/** Whether the dark theme is on, by the user's choice or the system's. */
export const dark = signal(true)
export const settings = signal<Settings>(defaultSettings)
export const workflows = signal<readonly SavedWorkflow[]>([])
export const drafts = signal<readonly Draft[]>([])
/** Subgraphs that are kept as nodes of the user's own. */
export const myNodes = signal<readonly SavedNode[]>([])
export const storageUsed = signal<{ used: number; quota: number } | undefined>(undefined)

// ---- what is open on the screen

export interface Toast {
  id: number
  title: string
  text?: string
  error?: boolean
  action?: { label: string; run: () => void }
}

export interface MenuItem {
  label: string
  /** What it stands for, behind the label. */
  about?: string
  run: () => void
  keys?: string
  danger?: boolean
  disabled?: boolean
  checked?: boolean
}

export interface Menu {
  at: Point
  title?: string
  items: (MenuItem | MenuHeading | 'rule')[]
}

/** Says what the entries after it are about. */
export interface MenuHeading {
  heading: string
}

export type Dialog =
  | { kind: 'text'; title: string; value: string; confirm: string; answer: (text: string | undefined) => void }
  | {
      kind: 'choice'
      title: string
      text: string
      choices: { label: string; value: string; primary?: boolean }[]
      answer: (value: string | undefined) => void
    }
  | { kind: 'shortcuts' }
  | { kind: 'storage' }
  /** Of a workflow in the library. */
  | { kind: 'versions'; id: string; name: string }
  /** Values for params are asked for, to run with each; the param to begin with, if one is meant, and its node by its full id. */
  | { kind: 'vary'; node?: string; param?: string }
  /** Images are to become a data set; `on` is the node they were dropped on. */
  | { kind: 'import'; name: string; files: readonly ImageFile[]; on?: NodeId }
  /** A look through a data set; after an import with what became of the files, and of the set in the graph. */
  | { kind: 'dataset'; file: KeptFile; report?: ImportReport; placed?: Placed }
  /** Points are drawn by hand; `done` gets them. */
  | { kind: 'drawing'; points: Points; done: (points: Points) => void }
  | { kind: 'checkpoint'; file: KeptFile; description: Description }

export interface Quick {
  at: Point
  title: string
  value: string
  multiline: boolean
  numeric: boolean
  answer: (text: string) => void
}

export type DrawerTab = 'gallery' | 'mine' | 'checkpoints' | 'datasets'

/** What is open at the left: a part of the library, or the outline of the graph. */
export const drawer = signal<DrawerTab | 'outline' | undefined>(undefined)
/** The node that the outline is to put the focus on, as soon as it has it. */
export const outlineAt = signal<NodeId | undefined>(undefined)
export const panelShown = signal(true)
/** What is open along the lower edge. */
export const lower = signal<'runs' | { chart: NodeId; tab: number } | undefined>(undefined)
/** The node of the tab that is shown whose chart is open there. */
export const chartOpen = () => (typeof lower.value === 'object' && lower.value.tab === tab.value ? lower.value.chart : undefined)
/** `into`: the wire that the node will be put into; `instead`: the node whose place it will take. */
export const palette = signal<{ spot: Spot; wire?: PendingWire; into?: LLink; instead?: LGraphNode; query: string } | undefined>(
  undefined,
)
/** What is being looked for: a command, or a node of the graph. */
export const finder = signal<'commands' | 'graph' | undefined>(undefined)
export const menu = signal<Menu | undefined>(undefined)
export const dialog = signal<Dialog | undefined>(undefined)
/** Whether the list of what runs and waits is open. */
export const queueShown = signal(false)
/** Pictures that are seen large. */
export const viewer = signal<ViewerOf | undefined>(undefined)
export const quick = signal<Quick | undefined>(undefined)
/** The wire that the pointer rests on, and where. */
export const look = signal<{ link: LLink; at: Point } | undefined>(undefined)
export const toasts = signal<readonly Toast[]>([])
export const banner = signal<{ text: string; actions: { label: string; run: () => void }[] } | undefined>(undefined)
export const dropping = signal(false)

let lastToast = 0

/** Says something for a while; what can be acted on, or went wrong, stays longer. Said again, it takes the place of the first. */
export function say(title: string, more: Omit<Toast, 'id' | 'title'> = {}) {
  const toast = { id: ++lastToast, title, ...more }
  toasts.value = [...toasts.value.filter((each) => each.title !== title || each.text !== more.text).slice(-2), toast]
  setTimeout(() => hush(toast.id), more.error ? 14_000 : more.action ? 9000 : 3500)
}

export const hush = (toast: number) => void (toasts.value = toasts.value.filter((each) => each.id !== toast))

export const askText = (title: string, value: string, confirm: string) =>
  new Promise<string | undefined>((answer) => {
    dialog.value = { kind: 'text', title, value, confirm, answer }
  })

/** Asks for another name. One that is read in another language than it is written in stays as it is, unless it is changed. */
export async function askName(title: string, name: string, confirm: string): Promise<string | undefined> {
  const answer = await askText(title, translated(name), confirm)
  return answer === translated(name) ? name : answer
}

export const askChoice = (title: string, text: string, choices: { label: string; value: string; primary?: boolean }[]) =>
  new Promise<string | undefined>((answer) => {
    dialog.value = { kind: 'choice', title, text, choices, answer }
  })
