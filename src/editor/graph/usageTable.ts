// The table of usage of the ready workflows, a chunk of its own.
import { signal } from '@preact/signals'
import type { Usage } from './usage.ts'

const noUsage: Usage = { nodes: {}, wires: {} }

const loaded = signal<Usage | undefined>(undefined)
let loading: Promise<void> | undefined

/** Loads the table. If loading fails (offline), the next call tries again. */
export const loadUsage = (): Promise<void> =>
  (loading ??= import('virtual:usage').then(
    (module) => void (loaded.value = module.default),
    () => (loading = undefined),
  ))

/** The table; empty until it is loaded. */
export const getUsage = (): Usage => loaded.value ?? noUsage
