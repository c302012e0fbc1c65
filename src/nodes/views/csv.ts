// The numbers of a chart as a table for other programs (RFC 4180).
import type { Line } from './lines.ts'

/**
 * A row for each x that any line has; what a line lacks there is empty, and of several values at an x the last counts. Numbers are
 * whole: read again, they are the same.
 */
export function csvOf(xLabel: string, lines: readonly (Line & { name: string })[]): string {
  const values = lines.map(({ x, y }) => new Map(Array.from(x, (at, i) => [at, y[i]!])))
  const all = [...new Set(values.flatMap((value) => [...value.keys()]))].filter(Number.isFinite).sort((a, b) => a - b)
  const rows = all.map((x) => [x, ...values.map((value) => value.get(x) ?? '')].join(','))
  return [[xLabel, ...lines.map(({ name }) => name)].map(quoted).join(','), ...rows, ''].join('\r\n')
}

/** Names come from files of strangers, and programs for tables take what begins with these signs for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
