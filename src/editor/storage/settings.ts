// Settings of the user, stored in this browser.
import { signal, type ReadonlySignal } from '@preact/signals'
import type { Language } from '../texts/texts.ts'

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
}

const current = signal<Settings>(defaultSettings)
export const settings: ReadonlySignal<Settings> = current

let storeSettings: (settings: Settings) => Promise<void> = async () => {}

/** Applies loaded settings, and stores later changes with `save`. */
export function loadSettings(loaded: Settings, save: (settings: Settings) => Promise<void>) {
  current.value = loaded
  storeSettings = save
}

/** Changes some of the settings and stores them. Storage errors are ignored. */
export function changeSettings(change: Partial<Settings>) {
  current.value = { ...current.value, ...change }
  storeSettings(current.value).catch(() => {})
}
