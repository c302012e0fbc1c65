// Which runs the table shows, and in which order.
import type { Run } from './record.ts'
import { translated } from '../texts.ts'
import { isOf } from './record.ts'

export interface Filter {
  /** Only of this workflow; of all, without it. */
  workflow?: { id: string; name: string }
  /** Only with all of these words somewhere in what is said of it. */
  text: string
  starred: boolean
}

/** `inWords`: all that the table says of a run. */
export function filtered(runs: readonly Run[], { workflow, text, starred }: Filter, inWords: (run: Run) => string): Run[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter((run) => {
    if (starred && !run.star) return false
    if (workflow && !isOf(run, workflow.id, workflow.name)) return false
    if (words.length === 0) return true
    const said = inWords(run).toLowerCase()
    return words.every((word) => said.includes(word))
  })
}

export const columns = ['when', 'name', 'changed', 'seed', 'loss', 'seconds', 'sample'] as const
export type Column = (typeof columns)[number]

export interface Order {
  column: Column
  down: boolean
}

/** What a column is sorted by; undefined where the run has nothing there, which comes last either way. */
function keyOf(run: Run, column: Column, changesInWords: (run: Run) => string): number | string | undefined {
  switch (column) {
    case 'name':
      return translated(run.name)
    case 'changed':
      return changesInWords(run) || undefined
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

/** Equal ones stay as they came, the newest first. */
export function sorted(runs: readonly Run[], { column, down }: Order, changesInWords: (run: Run) => string): Run[] {
  const keys = new Map(runs.map((run) => [run, keyOf(run, column, changesInWords)]))
  return [...runs].sort((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    const by = typeof x === 'string' ? x.localeCompare(String(y), undefined, { numeric: true }) : x - (y as number)
    return down ? -by : by
  })
}

/** Which way a column is sorted at first: what is best, or newest, comes first. */
export const firstWay = (column: Column): boolean => column === 'when'
