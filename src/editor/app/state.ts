// State of the app: which finder is open.
import { signal } from '@preact/signals'

/** Open search: for a command, or for a node of the graph. */
export const shownFinder = signal<'commands' | 'graph' | undefined>(undefined)
