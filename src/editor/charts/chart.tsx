// A chart that can be worked with: zoom, logarithms, smoothing, runs over each other, CSV and PNG. uPlot and all else that it
// needs is fetched with the first one.
import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { ChartLook } from '../../engine/plan/view.ts'
import { texts } from '../texts.ts'
import type { ChartLine } from './lines.ts'

/** What can be done with a run whose lines are in a chart. */
export interface ChartRun {
  /** Its name, as {@link ChartLine.run} says it. */
  run: string
  pinned?: boolean
  onPin?: () => void
  onDrop?: () => void
}

export interface ChartProps {
  /** Its name: for those who do not see it, on its PNG, and for the names of files. */
  title: string
  /** Lines in any order of x. Those without a `run` are what runs now; `faint` ones lie behind. */
  lines: readonly ChartLine[]
  xLabel: string
  yLabel: string
  /** Whether y is logarithmic as long as the look does not say. */
  yLog?: boolean
  /** The ends of y as long as the look does not say. */
  yRange?: [number, number]
  /** Upright strokes at places along x. */
  marks?: readonly number[]
  /** Axes and smoothing: the caller keeps them, and gives them back changed. */
  look: ChartLook
  onLook: (look: ChartLook) => void
  /** What can be pinned and dropped in the legend. */
  runs?: readonly ChartRun[]
  /** Before the tools, and behind them. */
  before?: ComponentChildren
  after?: ComponentChildren
}

type Board = (typeof import('./board.tsx'))['Board']

const board = signal<Board | undefined>(undefined)
const failed = signal(false)
let fetching: Promise<void> | undefined

const fetchBoard = () =>
  (fetching ??= import('./board.tsx').then(
    (module) => {
      failed.value = false
      board.value = module.Board
    },
    () => {
      failed.value = true
      fetching = undefined // offline on the first visit: asked for again with the next chart
    },
  ))

/**
 * Lines of one or several runs over each other. It fills its parent, which has to have a height:
 *
 *     const [look, setLook] = useState<ChartLook>({})
 *     <Chart
 *       title="loss" xLabel="step" yLabel="loss" look={look} onLook={setLook}
 *       lines={runs.map(({ name, x, y }) => ({ name: 'loss', run: name, x, y }))}
 *     />
 *
 * Lines of one name differ in colour by run; of several names, in colour by name and in dashes by run. Lines may be long and
 * change many times a second: what is drawn is thinned to the pixels there are.
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
        <p class="empty">{failed.value ? texts.charts.notHere : texts.charts.loading}</p>
        {props.after}
      </div>
    </div>
  )
}
