// What is looked at of the runs: all in the table, some side by side, or the grid of a sweep.
import { signal } from '@preact/signals'

export type Looking = { runs: readonly string[] } | { sweep: string }

/** Undefined: the table. */
export const looking = signal<Looking | undefined>(undefined)
