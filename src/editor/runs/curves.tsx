// Overlaid curves of several runs: losses, and the lines of other charts.
import { useState } from 'preact/hooks'
import type { ChartLook } from '../../engine/base/view.ts'
import { Chart } from '../charts/chart.tsx'
import type { ChartLine } from '../charts/lines.ts'
import { texts } from '../texts/texts.ts'
import type { Curve, RunDetails } from './record.ts'

interface CurvesProps {
  details: readonly RunDetails[]
  /** Name of each run in the legend. */
  names: readonly string[]
}

/** One row per node with curves. */
export function CurveRows({ details, names }: CurvesProps) {
  return (
    <>
      {groupCurves(details, names).map(({ key, title, lines, isLoss }) => (
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
      <Chart
        title={title}
        lines={lines}
        xLabel={texts.runs.step}
        yLabel={yLabel}
        look={look}
        onLook={setLook}
      />
    </div>
  )
}

interface CurveChart {
  key: string
  title: string
  lines: ChartLine[]
  isLoss: boolean
}

function groupCurves(details: readonly RunDetails[], names: readonly string[]): CurveChart[] {
  const charts = new Map<string, CurveChart>()
  const add = ({ node, title, name, x, y }: Curve, run: string, isLoss: boolean) => {
    const key = `${isLoss} ${node}`
    const chart = charts.get(key) ?? {
      key,
      title: isLoss ? texts.runs.lossOf(title) : title,
      lines: [],
      isLoss,
    }
    chart.lines.push({ name, x, y, run })
    charts.set(key, chart)
  }
  for (const [i, { losses }] of details.entries())
    for (const curve of losses) add(curve, names[i], true)
  for (const [i, { charts: others }] of details.entries())
    for (const curve of others) add(curve, names[i], false)
  return [...charts.values()]
}
