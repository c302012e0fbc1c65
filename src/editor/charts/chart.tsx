// Interactive chart: zoom, log axes, smoothing, overlaid runs, CSV and PNG. uPlot and the chart
// board are loaded with the first chart.
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { ChartLook } from '../../engine/base/view.ts'
import { texts } from '../texts/texts.ts'
import type { ChartLine } from './lines.ts'

/** Actions on a run whose lines are in a chart. */
export interface ChartRun {
  /** Name of the run: {@link ChartLine.run}. */
  run: string
  pinned?: boolean
  onPin?: () => void
  onDrop?: () => void
}

export interface ChartProps {
  /** Used for screen readers, in the PNG, and in file names. */
  title: string
  /** Lines in any order of x. Lines without a `run` belong to the current run. */
  lines: readonly ChartLine[]
  xLabel: string
  yLabel: string
  /** Default of `look.yLog`. */
  yLog?: boolean
  /** Default of `look.y`. */
  yRange?: [number, number]
  /** Vertical lines at these x. */
  marks?: readonly number[]
  /** Axes and smoothing, stored by the caller. */
  look: ChartLook
  onLook: (look: ChartLook) => void
  /** Runs with pin and drop buttons in the legend. */
  runs?: readonly ChartRun[]
  /** Elements before and after the tools. */
  before?: ComponentChildren
  after?: ComponentChildren
}

type Board = (typeof import('./board.tsx'))['ChartBoard']

const board = signal<Board | undefined>(undefined)
const failed = signal(false)
let fetching: Promise<void> | undefined

const fetchBoard = () =>
  (fetching ??= import('./board.tsx').then(
    (module) => {
      failed.value = false
      board.value = module.ChartBoard
    },
    () => {
      failed.value = true
      fetching = undefined // Loading may fail offline, so the next chart tries again.
    },
  ))

/**
 * Overlaid lines of one or several runs. Fills its parent, which needs a height:
 *
 *     const [look, setLook] = useState<ChartLook>({})
 *     <Chart
 *       title="loss" xLabel="step" yLabel="loss" look={look} onLook={setLook}
 *       lines={runs.map(({ name, x, y }) => ({ name: 'loss', run: name, x, y }))}
 *     />
 *
 * With one line name, colours differ by run; with several, colours differ by name and dashes by
 * run. Lines may be long and change many times a second: they are downsampled to the pixels.
 */
export function Chart(props: ChartProps) {
  if (!board.value) void fetchBoard()
  const Loaded = board.value
  return Loaded ? (
    <Loaded {...props} />
  ) : (
    <div class="chart">
      <div class="chart-tools">
        {props.before}
        <p class="empty">{failed.value ? texts.charts.notLoaded : texts.charts.loading}</p>
        {props.after}
      </div>
    </div>
  )
}
