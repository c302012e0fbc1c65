// Table of the visible numbers of a chart.
import { measureText } from '../../painters/ticks.ts'
import type { Range } from '../../painters/lines.ts'
import { texts } from '../texts/texts.ts'
import { lineLabel, alignLines } from './lines.ts'
import type { StyledLine } from './lineStyles.ts'
import { xText } from './axes.ts'

/** Limit for readability; the CSV contains all rows. */
const MAX_ROWS = 200

interface NumbersTableProps {
  title: string
  xLabel: string
  lines: readonly StyledLine[]
  range: Range | undefined
}

export function NumbersTable({ title, xLabel, lines, range }: NumbersTableProps) {
  const { x, columns } = alignLines(lines)
  const all = Array.from(x.keys()).filter(
    (i) => !range || (x[i] >= range.x[0] && x[i] <= range.x[1]),
  )
  const rows = sampleEvenly(all, MAX_ROWS)
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={texts.charts.numbers(title)}>
      <table>
        <caption>
          {rows.length < all.length
            ? texts.charts.someRows(rows.length, all.length)
            : texts.charts.allRows}
        </caption>
        <thead>
          <tr>
            <th scope="col">{xLabel}</th>
            {lines.map((line) => (
              <th key={line.key} scope="col">
                {lineLabel(line)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={i}>
              <th scope="row">{xText(x[i])}</th>
              {columns.map((column, at) => (
                <td key={at}>{column[i] === undefined ? '' : measureText(column[i] ?? NaN)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Samples at most `limit` items at even distances, including the first and the last. */
export const sampleEvenly = <T,>(items: readonly T[], limit: number): T[] =>
  items.length <= limit
    ? [...items]
    : Array.from(
        { length: limit },
        (_, i) => items[Math.round((i * (items.length - 1)) / (limit - 1))],
      )
