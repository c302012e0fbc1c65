// State of the app: which finder or list is open, and app mode.
import { signal } from '@preact/signals'
import type { Point } from '../ui/geometry.ts'

/** Open search: for a command, or for a node of the graph. */
export const shownFinder = signal<'commands' | 'graph' | undefined>(undefined)

/** Place of the list of open workflows, undefined while it is closed. */
export const shownTabList = signal<Point | undefined>(undefined)

/** True while app mode covers the editor. */
export const appModeShown = signal(false)
