// State of the app: which finder is open, and app mode.
import { signal } from '@preact/signals'

/** Open search: for a command, or for a node of the graph. */
export const shownFinder = signal<'commands' | 'graph' | undefined>(undefined)

/** True while app mode covers the editor. */
export const appModeShown = signal(false)
