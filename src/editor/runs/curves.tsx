// The losses of runs over each other, and what else their charts showed.
import { useState } from 'preact/hooks'
import type { ChartLook } from '../../engine/plan/view.ts'
import { Chart } from '../charts/chart.tsx'
import type { ChartLine } from '../charts/lines.ts'
import { texts } from '../texts.ts'
import type { Curve, RunDetails } from './record.ts'

interface CurvesProps {
  details: readonly RunDetails[]
  /** What each run is called in a legend. */
  names: readonly string[]
}

/** A row for each node that has some. */
export function Curves({ details, names }: CurvesProps) {
  return (
    <>
      {chartsOf(details, names).map(({ key, title, lines, isLoss }) => (
        <tr key={key} class="curves">
          <th scope="row">{title}</th>
          <td colSpan={details.length}>
            <RunsChart title={title} lines={lines} yLabel={isLoss ? texts.status.loss : ''} />
          </td>
        </tr>
      ))}
    </>
  )
}

interface RunsChartProps {
  title: string
  lines: readonly ChartLine[]
  yLabel: string
}

function RunsChart({ title, lines, yLabel }: RunsChartProps) {
  const [look, setLook] = useState<ChartLook>({})
  return (
    <div class="runs-chart">
      <Chart title={title} lines={lines} xLabel={texts.runs.step} yLabel={yLabel} look={look} onLook={setLook} />
    </div>
  )
}

interface Charted {
  key: string
  title: string
  lines: ChartLine[]
  isLoss: boolean
}

function chartsOf(details: readonly RunDetails[], names: readonly string[]): Charted[] {
  const charts = new Map<string, Charted>()
  const add = ({ node, title, name, x, y }: Curve, run: string, isLoss: boolean) => {
    const key = `${isLoss} ${node}`
    const chart = charts.get(key) ?? { key, title: isLoss ? texts.runs.lossOf(title) : title, lines: [], isLoss }
    chart.lines.push({ name, x, y, run })
    charts.set(key, chart)
  }
  for (const [i, { losses }] of details.entries()) for (const curve of losses) add(curve, names[i]!, true)
  for (const [i, { charts: others }] of details.entries()) for (const curve of others) add(curve, names[i]!, false)
  return [...charts.values()]
}
