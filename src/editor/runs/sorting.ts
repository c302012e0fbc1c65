// Filter and order of the table of runs.
import { translateWorkflow } from '../texts/texts.ts'
import { belongsTo, type Run } from './record.ts'

export interface RunFilter {
  /** Limits the table to the runs of a workflow. */
  workflow?: { id: string; name: string }
  /** Words that must all occur in the text of a run. */
  text: string
  starred: boolean
}

/** Filters runs; `runText` returns the text to search in. */
export function filterRuns(
  runs: readonly Run[],
  { workflow, text, starred }: RunFilter,
  runText: (run: Run) => string,
): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (starred && !run.star) return false
    if (workflow && !belongsTo(run, workflow.id, workflow.name)) return false
    if (words.length === 0) return true
    const searched = runText(run).toLowerCase()
    return words.every((word) => searched.includes(word))
  })
}

export const columns = ['when', 'name', 'changed', 'seed', 'loss', 'seconds', 'sample'] as const
export type RunColumn = (typeof columns)[number]

export interface RunOrder {
  column: RunColumn
  down: boolean
}

/** Sort key in a column; undefined if the run has no value there. */
function sortKey(
  run: Run,
  column: RunColumn,
  changesText: (run: Run) => string,
): number | string | undefined {
  switch (column) {
    case 'name':
      return translateWorkflow(run.name)
    case 'changed':
      return changesText(run) || undefined
    case 'seed':
      return run.seeds[0] && Number(run.seeds[0].value)
    case 'sample':
      return run.thumbnail ? 1 : undefined
    case 'loss':
      return Number.isFinite(run.loss) ? run.loss : undefined
    default:
      return run[column]
  }
}

/** Sorts stably. Runs without a value are last in both directions. */
export function sortRuns(
  runs: readonly Run[],
  { column, down }: RunOrder,
  changesText: (run: Run) => string,
): Run[] {
  const keys = new Map(runs.map((run) => [run, sortKey(run, column, changesText)]))
  return [...runs].sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    const by =
      typeof x === 'string'
        ? x.localeCompare(String(y), undefined, { numeric: true })
        : x - (y as number)
    return down ? -by : by
  })
}

/** Initial direction of a column: the newest or the best runs come first. */
export const isDescendingByDefault = (column: RunColumn): boolean => column === 'when'
