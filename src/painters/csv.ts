// Exports the numbers of a chart as a table (RFC 4180).
import { csvCell } from '../engine/base/shownText.ts'
import type { Line } from './lines.ts'

/**
 * One row for each x that any line has, with an empty cell where a line has no value. Of several
 * values at one x the last counts. Numbers have full precision: reading them gives the same values.
 */
export function toCsv(xLabel: string, lines: readonly (Line & { name: string })[]): string {
  const values = lines.map(({ x, y }) => new Map(Array.from(x, (at, i) => [at, y[i]])))
  const all = [...new Set(values.flatMap((value) => [...value.keys()]))]
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  const rows = all.map((x) => [x, ...values.map((value) => value.get(x) ?? '')].join(','))
  return [
    [xLabel, ...lines.map(({ name }) => name)].map((name) => csvCell(name)).join(','),
    ...rows,
    '',
  ].join('\r\n')
}
