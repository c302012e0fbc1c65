// State of the runs panel: what it shows, and filter, order and selection of the table.
import { computed, signal } from '@preact/signals'
import { workflowId, workflowName } from '../workspace/state.ts'
import type { RunFilter, RunOrder } from './sorting.ts'

export type RunSelection = { runs: readonly string[] } | { sweep: string }

/** Runs side by side, or the grid of a sweep; undefined while the table of all runs is shown. */
export const runSelection = signal<RunSelection | undefined>(undefined)

export const filterScope = signal<'this' | 'all'>('this')
export const filterText = signal('')
export const starredOnly = signal(false)

export const runFilter = computed<RunFilter>(() => ({
  text: filterText.value,
  starred: starredOnly.value,
  ...(filterScope.value === 'this' && {
    workflow: { id: workflowId.value, name: workflowName.value },
  }),
}))

export const sortOrder = signal<RunOrder>({ column: 'when', down: true })

/** Ids of the runs that are selected in the table. */
export const selectedRuns = signal<ReadonlySet<string>>(new Set())

export function toggleSelected(id: string) {
  const next = new Set(selectedRuns.value)
  if (!next.delete(id)) next.add(id)
  selectedRuns.value = next
}
