// The numbers of a chart as a table for other programs (RFC 4180).
import { ascending, labelOf, together, type ChartLine } from './lines.ts'

/** A row for each x that any line has; what a line lacks there is empty. Numbers are whole: read again, they are the same. */
export function csvOf(xLabel: string, lines: readonly ChartLine[]): string {
  const { x, columns } = together(lines.map(ascending))
  const rows = Array.from(x, (at, i) => [at, ...columns.map((column) => column[i])].map(inCell).join(','))
  return [[xLabel, ...lines.map(labelOf)].map(quoted).join(','), ...rows, ''].join('\r\n')
}

const inCell = (value: number | null | undefined) => (value === undefined ? '' : value === null ? 'NaN' : String(value))

/** Names come from files of strangers, and programs for tables take what begins with these signs for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
