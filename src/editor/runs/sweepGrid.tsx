// Grid of a sweep: one row or column per value, and the result of a run in each cell.
import { formatControlValue } from '../../workflow/controlSpec.ts'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { texts, translateView } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { growLowerPanel } from '../ui/resizeHandle.tsx'
import { deleteRuns, selectRuns } from './actions.ts'
import { Thumbnail } from './blobImage.tsx'
import type { Axis, Curve, Metric, Run, RunDetails, Sweep } from './record.ts'
import { useRunDetails } from './runDetails.ts'
import { lossText, runFault } from './runText.ts'
import { useRuns, type RunsServices } from './services.ts'
import { runSelection } from './state.ts'
import { gridPositions } from './sweep.ts'
import {
  cellKey,
  cellProgress,
  cellTitle,
  runMissingCells,
  type CellProgress,
} from './sweepRunner.ts'

/** Returns the latest run of each cell, by its key. */
function sweepRuns({ runs }: Pick<RunsServices, 'runs'>, { id }: Sweep): Map<string, Run> {
  const oldestFirst = (runs.all.value ?? []).toReversed()
  return new Map(
    oldestFirst.flatMap((run) =>
      run.sweep?.id === id ? [[cellKey(id, run.sweep.at), run] as const] : [],
    ),
  )
}

/** Returns the run with the lowest loss, or undefined if two share it. */
function bestRun(runs: readonly Run[]): Run | undefined {
  const [first, second] = runs
    .flatMap((run) => (Number.isFinite(run.loss) ? [{ run, loss: run.loss ?? NaN }] : []))
    .sort((a, b) => a.loss - b.loss)
  return second && first.loss < second.loss ? first.run : undefined
}

/** Limit of metrics in one cell. */
const MAX_METRICS = 3

const metricKey = ({ title, name }: Metric) => `${title} ${name}`

/** Returns the keys of metrics that differ between runs: only these reflect the swept values. */
function varyingMetrics(runs: readonly Run[]): string[] {
  const values = new Map<string, Set<number>>()
  for (const metric of runs.flatMap(({ metrics }) => metrics)) {
    const key = metricKey(metric)
    values.set(key, (values.get(key) ?? new Set()).add(metric.value))
  }
  return [...values].filter(([, { size }]) => size > 1 || runs.length === 1).map(([key]) => key)
}

export function SweepTools({ sweep }: { sweep: Sweep }) {
  const editor = useRuns()
  const found = sweepRuns(editor, sweep)
  const runs = [...found.values()]
  const cells = gridPositions(sweep.axes).map((at) => cellKey(sweep.id, at))
  const missing = cells.filter((key) => !found.has(key) && !cellProgress.value.has(key)).length
  const { sweep: words } = texts.runs
  const ids = runs.map(({ id }) => id)
  const remove = () => {
    runSelection.value = undefined
    void deleteRuns(editor, ids)
  }
  return (
    <div class="runs-tools">
      <span class="faint">{words.doneOf(runs.length, cells.length)}</span>
      <span class="gap" />
      {missing > 0 && (
        <button
          type="button"
          class="button outline small"
          onClick={() => runMissingCells(editor, sweep, runs)}
        >
          {words.runMissing(missing)}
        </button>
      )}
      <button
        type="button"
        class="button outline small"
        disabled={runs.length < 2}
        onClick={() => selectRuns(ids)}
      >
        {texts.runs.compare(runs.length)}
      </button>
      <button
        type="button"
        class="button small danger"
        disabled={runs.length === 0}
        onClick={remove}
      >
        {texts.drawer.delete}
      </button>
    </div>
  )
}

export function SweepGrid({ sweep }: { sweep: Sweep }) {
  const [first, second] = sweep.axes
  // A single axis is shown as columns.
  const [rows, columns] = second ? [first, second] : [undefined, first]
  const cell = useCells(sweep)
  // The default height shows little more than one row.
  useLayoutEffect(() => {
    if (rows) growLowerPanel(0.64)
  }, [sweep.id])
  const cells = (row: readonly number[]) =>
    columns.values.map((_, i) => <td key={i}>{cell([...row, i])}</td>)
  return (
    <table class={rows ? 'grid rows' : 'grid'}>
      <caption class="hidden">{texts.runs.sweep.grid}</caption>
      <thead>
        <tr>
          {rows && (
            <td>
              <AxisName axis={rows} />
            </td>
          )}
          <th scope="colgroup" colSpan={columns.values.length}>
            <AxisName axis={columns} />
          </th>
        </tr>
        <tr>
          {rows && <td />}
          {columns.values.map((value, i) => (
            <th key={i} scope="col">
              {formatControlValue(value)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows ? (
          rows.values.map((value, i) => (
            <tr key={i}>
              <th scope="row">{formatControlValue(value)}</th>
              {cells([i])}
            </tr>
          ))
        ) : (
          <tr>{cells([])}</tr>
        )}
      </tbody>
    </table>
  )
}

/** Returns a function that renders the cell at a position of the grid. */
function useCells(sweep: Sweep) {
  const runs = sweepRuns(useRuns(), sweep)
  // Shows the loaded details while others are loading, since cells finish one at a time.
  const last = useRef<RunDetails[]>([])
  last.current = useRunDetails([...runs.values()]) ?? last.current
  const curves = new Map(last.current.map(({ id, losses }) => [id, losses.at(-1)]))
  const range = lossRange([...curves.values()].filter((curve) => curve !== undefined))
  const [best, metrics] = [bestRun([...runs.values()]), varyingMetrics([...runs.values()])]
  return (at: number[]) => {
    const run = runs.get(cellKey(sweep.id, at))
    if (!run) return <PendingCell progress={cellProgress.value.get(cellKey(sweep.id, at))} />
    const [title, curve] = [cellTitle(sweep.axes, at), curves.get(run.id)]
    return <RunCell {...{ run, title, curve, range, metrics }} isBest={run === best} />
  }
}

const AxisName = ({ axis: { title, param } }: { axis: Axis }) => (
  <>
    {title} <code>{param}</code>
  </>
)

interface RunCellProps {
  run: Run
  /** Values that the cell stands for. */
  title: string
  curve: Curve | undefined
  /** Common scale of all curves. */
  range: [number, number]
  isBest: boolean
  /** Keys of the metrics to show. */
  metrics: readonly string[]
}

function RunCell({ run, title, curve, range, isBest, metrics }: RunCellProps) {
  const { sweep: words, outcomes } = texts.runs
  const loss = lossText(run)
  const shown = run.metrics
    .filter((metric) => metrics.includes(metricKey(metric)))
    .slice(0, MAX_METRICS)
  // Voice control needs all visible text in the accessible name.
  const visible = [
    loss ? `${texts.status.loss} ${loss}` : format.time(run.seconds),
    ...shown.map((each) => metricText(each).join(' ')),
  ]
  return (
    <button
      type="button"
      class={isBest ? 'cell best' : 'cell'}
      aria-label={[title, outcomes[run.outcome], visible.join(' '), isBest && words.best]
        .filter(Boolean)
        .join(', ')}
      title={run.fault ? runFault(run) : isBest ? words.best : undefined}
      onClick={() => selectRuns([run.id])}
    >
      {run.thumbnail && <Thumbnail image={run.thumbnail} />}
      {curve && <Sparkline curve={curve} range={range} />}
      <span class="loss">
        {run.outcome !== 'finished' && <span class={`outcome ${run.outcome}`} />}
        {loss || format.time(run.seconds)}
      </span>
      <MetricList metrics={shown} />
    </button>
  )
}

const metricText = ({ title, name, value }: Metric) =>
  [translateView(name) || title, format.number(value)] as const

function MetricList({ metrics }: { metrics: readonly Metric[] }) {
  return (
    <>
      {metrics.map((metric) => {
        const [name, value] = metricText(metric)
        return (
          <span
            key={metricKey(metric)}
            class="metric"
            title={`${metric.title}: ${translateView(metric.name)}`}
          >
            <span>{name}</span> {value}
          </span>
        )
      })}
    </>
  )
}

function PendingCell({ progress }: { progress: CellProgress | undefined }) {
  const { sweep: words } = texts.runs
  const state =
    progress === undefined
      ? words.notRun
      : progress.index !== undefined && progress.state === 'running'
        ? texts.status.step(format.count(progress.index), format.count(progress.count ?? 0))
        : words.states[progress.state]
  return (
    <div class="cell pending">
      <span>{state}</span>
      {progress?.loss !== undefined && <span class="loss">{format.number(progress.loss)}</span>}
    </div>
  )
}

/** Least and greatest loss of all cells. */
function lossRange(curves: readonly Curve[]): [number, number] {
  const values = curves.flatMap(({ y }) => [...y]).filter(Number.isFinite)
  return [Math.min(...values), Math.max(...values)]
}

function Sparkline({
  curve: { x, y },
  range: [low, high],
}: {
  curve: Curve
  range: [number, number]
}) {
  const [start, length] = [x[0], x[x.length - 1] - x[0] || 1]
  const height = high - low || 1
  const points = [...y]
    .map((value, i) => `${(100 * (x[i] - start)) / length},${(30 * (high - value)) / height}`)
    .filter((point) => !point.includes('NaN'))
  return (
    <svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  )
}
