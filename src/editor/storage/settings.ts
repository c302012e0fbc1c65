// Settings of the user, stored in this browser.
import { signal, type ReadonlySignal } from '@preact/signals'
import { languages, type Language } from '../texts/texts.ts'
import { fields, flag, list, oneOf, optional, text, valuesOf, type Shape } from './shapes.ts'

/** Stored tab of a workflow. `ready` is set for ready workflows without changes. */
export interface OpenEntry {
  id: string
  name?: string
  ready?: string
}

/** Progress of the guided tour in the workflow with the id `of`. `ended` is set at its end. */
export interface TourProgress {
  of: string
  step: 'run' | 'watch' | 'change' | 'again' | 'compare' | 'end'
  ended?: 'done' | 'skipped'
}

export interface Settings {
  theme: 'system' | 'dark' | 'light' | 'contrast'
  language: 'system' | Language
  /** Workflow that was shown last. */
  open?: OpenEntry
  /** Workflows that had a tab, in order. */
  tabs?: readonly OpenEntry[]
  recentNodes: string[]
  panel: boolean
  /** Shows a map when the graph is larger than the window. */
  minimap: boolean
  tour?: TourProgress
  /** Reruns graphs without a training after every change. */
  live: boolean
  /** Measures time and memory of the nodes. */
  measures: boolean
  /** Seconds between two saves of a training; 0: only when it stops. */
  saveEvery: SaveInterval
  /** Uses the fastest instructions and kernels of this device, which may change last bits. */
  fastestArithmetic: boolean
  /** Products on a GPU may be of float16 where that is faster. */
  float16Products: boolean
  /** Moves nodes aside where another node is placed. */
  room: boolean
  /** Aligns dragged nodes with others. */
  snap: boolean
  /** Shows a toolbar at several selected nodes. */
  toolbox: boolean
  /** Animations: as the system prefers, or never. */
  motion: 'system' | 'reduced'
  /** Keys of commands that the user has changed, by the id of the command. */
  keys: Readonly<Record<string, readonly string[]>>
}

/** Choices of the settings menu. */
export const saveIntervals = [2, 10, 60, 0] as const
export type SaveInterval = (typeof saveIntervals)[number]

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  recentNodes: [],
  panel: true,
  minimap: true,
  live: true,
  measures: false,
  saveEvery: 2,
  fastestArithmetic: false,
  float16Products: false,
  room: true,
  snap: true,
  toolbox: true,
  motion: 'system',
  keys: {},
}

const openEntry = fields({ id: text, name: optional(text), ready: optional(text) })

export const isOpenEntries: Shape = list(openEntry)

const settingShapes: { [Name in keyof Settings]-?: Shape } = {
  theme: oneOf('system', 'dark', 'light', 'contrast'),
  language: oneOf('system', ...Object.keys(languages)),
  open: openEntry,
  tabs: isOpenEntries,
  recentNodes: list(text),
  panel: flag,
  minimap: flag,
  tour: fields({
    of: text,
    step: oneOf('run', 'watch', 'change', 'again', 'compare', 'end'),
    ended: optional(oneOf('done', 'skipped')),
  }),
  live: flag,
  measures: flag,
  saveEvery: oneOf(...saveIntervals),
  fastestArithmetic: flag,
  float16Products: flag,
  room: flag,
  snap: flag,
  toolbox: flag,
  motion: oneOf('system', 'reduced'),
  keys: valuesOf(list(text)),
}

/**
 * Reads settings that were stored or imported. Those that are missing or damaged have their defaults,
 * so that none of them can keep the page from starting.
 */
export function readSettings(stored: unknown): Settings {
  const values = Object(stored) as Record<string, unknown>
  const valid = Object.entries(settingShapes).flatMap(([name, shape]) =>
    Object.hasOwn(values, name) && shape(values[name]) ? [[name, values[name]] as const] : [],
  )
  return { ...defaultSettings, ...Object.fromEntries(valid) }
}

const current = signal<Settings>(defaultSettings)
export const settings: ReadonlySignal<Settings> = current

let storeChange: (change: Partial<Settings>) => Promise<void> = async () => {}

/** Applies loaded settings, and stores later changes with `store`. */
export function loadSettings(
  loaded: Settings,
  store: (change: Partial<Settings>) => Promise<void>,
) {
  current.value = loaded
  storeChange = store
}

/** Applies changes that another window made. */
export const adoptSettings = (change: Partial<Settings>) =>
  void (current.value = { ...current.value, ...change })

/** Changes some of the settings and stores these, so that other windows keep theirs. */
export function changeSettings(change: Partial<Settings>) {
  adoptSettings(change)
  void storeChange(change)
}
