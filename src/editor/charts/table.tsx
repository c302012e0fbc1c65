// The numbers of what is seen of a chart, as a table.
import { measureText } from '../../nodes/views/canvas.ts'
import type { Range } from '../../nodes/views/lines.ts'
import { texts } from '../texts.ts'
import { labelOf, together } from './lines.ts'
import type { Drawn } from './look.ts'
import { placeText } from './view.ts'

/** More rows nobody reads; all numbers are in the CSV. */
const ROWS = 200

interface Props {
  title: string
  xLabel: string
  lines: readonly Drawn[]
  range: Range | undefined
}

export function NumbersTable({ title, xLabel, lines, range }: Props) {
  const { x, columns } = together(lines)
  const all = Array.from(x.keys()).filter((i) => !range || (x[i]! >= range.x[0] && x[i]! <= range.x[1]))
  const rows = evenly(all, ROWS)
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={texts.charts.numbers(title)}>
      <table>
        <caption>{rows.length < all.length ? texts.charts.someRows(rows.length, all.length) : texts.charts.allRows}</caption>
        <thead>
          <tr>
            <th scope="col">{xLabel}</th>
            {lines.map((line) => (
              <th key={line.key} scope="col">
                {labelOf(line)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={i}>
              <th scope="row">{placeText(x[i]!)}</th>
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

/** At most so many, the first and the last among them. */
export const evenly = <T,>(items: readonly T[], most: number): T[] =>
  items.length <= most
    ? [...items]
    : Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!)
