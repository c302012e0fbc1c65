// The runs of a sweep as a grid: a row and a column for each value, in each cell what came of it.
import { useRef } from 'preact/hooks'
import { useEditor } from '../context.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import { said, texts, viewText } from '../texts.ts'
import { deleteRuns, lookAt } from './actions.ts'
import { useDetails } from './details.ts'
import { looking } from './looking.ts'
import { Thumbnail } from './picture.tsx'
import type { Axis, Curve, Metric, Run, RunDetails, Sweep } from './record.ts'
import { placesOf, written } from './sweep.ts'
import { going, keyOf, placeInWords, runMissing, type Going } from './sweeping.ts'
import { lossInWords } from './words.ts'

/** The latest run of each place. */
function runsOf({ runs }: Editor, { id }: Sweep): Map<string, Run> {
  const ours = (runs.all.value ?? []).filter(({ sweep }) => sweep?.id === id)
  return new Map(ours.toReversed().map((run) => [keyOf(id, run.sweep!.at), run]))
}

/** The one run whose loss is lower than that of all others. */
function bestOf(runs: readonly Run[]): Run | undefined {
  const [first, second] = runs.filter(({ loss }) => Number.isFinite(loss)).sort((a, b) => a.loss! - b.loss!)
  return second && first!.loss! < second.loss! ? first : undefined
}

/** So many numbers that nodes showed stand in a cell. */
const METRICS = 3

const metricKey = ({ title, name }: Metric) => `${title} ${name}`

/** Numbers that differ from run to run tell something of the values. */
function metricsIn(runs: readonly Run[]): string[] {
  const values = new Map<string, Set<number>>()
  for (const metric of runs.flatMap(({ metrics }) => metrics)) {
    const key = metricKey(metric)
    values.set(key, (values.get(key) ?? new Set()).add(metric.value))
  }
  return [...values].filter(([, { size }]) => size > 1 || runs.length === 1).map(([key]) => key)
}

export function GridTools({ sweep }: { sweep: Sweep }) {
  const editor = useEditor()
  const runs = [...runsOf(editor, sweep).values()]
  const places = placesOf(sweep.axes).map((at) => keyOf(sweep.id, at))
  const missing =
    places.length -
    new Set([...runs.map((run) => keyOf(sweep.id, run.sweep!.at)), ...places.filter((key) => going.value.has(key))]).size
  const { sweep: words } = texts.runs
  return (
    <div class="runs-tools">
      <span class="faint">{words.doneOf(runs.length, places.length)}</span>
      <span class="gap" />
      {missing > 0 && (
        <button type="button" class="button outline small" onClick={() => runMissing(editor, sweep, runs)}>
          {words.runMissing(missing)}
        </button>
      )}
      <button
        type="button"
        class="button outline small"
        disabled={runs.length < 2}
        onClick={() => lookAt(runs.map(({ id }) => id))}
      >
        {texts.runs.compare(runs.length)}
      </button>
      <button
        type="button"
        class="button small danger"
        disabled={runs.length === 0}
        onClick={() => {
          looking.value = undefined
          void deleteRuns(
            editor,
            runs.map(({ id }) => id),
          )
        }}
      >
        {texts.drawer.delete}
      </button>
    </div>
  )
}

export function Grid({ sweep }: { sweep: Sweep }) {
  const editor = useEditor()
  const runs = runsOf(editor, sweep)
  // What was read stays while more is read: cells come one after the other.
  const last = useRef<RunDetails[]>([])
  last.current = useDetails([...runs.values()]) ?? last.current
  const curves = new Map(last.current.map(({ id, losses }) => [id, losses.at(-1)]))
  const span = spanOf([...curves.values()].filter((curve) => curve !== undefined))
  const [rows, columns] = sweep.axes.length > 1 ? (sweep.axes as [Axis, Axis]) : [undefined, sweep.axes[0]!]
  const [best, metrics] = [bestOf([...runs.values()]), metricsIn([...runs.values()])]
  const cell = (at: number[]) => {
    const run = runs.get(keyOf(sweep.id, at))
    return run ? (
      <RunCell
        run={run}
        place={placeInWords(sweep.axes, at)}
        curve={curves.get(run.id)}
        span={span}
        best={run === best}
        metrics={metrics}
      />
    ) : (
      <Pending now={going.value.get(keyOf(sweep.id, at))} />
    )
  }
  const row = (first: readonly number[]) => columns.values.map((_, i) => <td key={i}>{cell([...first, i])}</td>)
  return (
    <table class="grid">
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
              {written(value)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows ? (
          rows.values.map((value, i) => (
            <tr key={i}>
              <th scope="row">{written(value)}</th>
              {row([i])}
            </tr>
          ))
        ) : (
          <tr>{row([])}</tr>
        )}
      </tbody>
    </table>
  )
}

const AxisName = ({ axis: { title, param } }: { axis: Axis }) => (
  <>
    {title} <code>{param}</code>
  </>
)

interface RunCellProps {
  run: Run
  /** The values it stands for. */
  place: string
  curve: Curve | undefined
  span: [number, number]
  best: boolean
  /** Which numbers are worth showing. */
  metrics: readonly string[]
}

function RunCell({ run, place, curve, span, best: isBest, metrics }: RunCellProps) {
  const { sweep: words, outcomes } = texts.runs
  const loss = lossInWords(run)
  const shown = run.metrics.filter((metric) => metrics.includes(metricKey(metric))).slice(0, METRICS)
  // All that is seen is in its name, so that it can be called by it.
  const seen = [
    loss ? `${texts.status.loss} ${loss}` : format.time(run.seconds),
    ...shown.map((each) => metricInWords(each).join(' ')),
  ]
  return (
    <button
      type="button"
      class={isBest ? 'cell best' : 'cell'}
      aria-label={[place, outcomes[run.outcome], seen.join(' '), isBest && words.best].filter(Boolean).join(', ')}
      title={run.fault ? said(run.fault) : isBest ? words.best : undefined}
      onClick={() => lookAt([run.id])}
    >
      {run.thumbnail && <Thumbnail image={run.thumbnail} />}
      {curve && <Spark curve={curve} span={span} />}
      <span class="loss">
        {run.outcome !== 'finished' && <span class={`outcome ${run.outcome}`} />}
        {loss || format.time(run.seconds)}
      </span>
      <Metrics of={shown} />
    </button>
  )
}

const metricInWords = ({ title, name, value }: Metric) => [viewText(name) || title, format.number(value)] as const

function Metrics({ of }: { of: readonly Metric[] }) {
  return (
    <>
      {of.map((metric) => {
        const [name, value] = metricInWords(metric)
        return (
          <span key={metricKey(metric)} class="metric" title={`${metric.title}: ${viewText(metric.name)}`}>
            <span>{name}</span> {value}
          </span>
        )
      })}
    </>
  )
}

function Pending({ now }: { now: Going | undefined }) {
  const { sweep: words } = texts.runs
  const how =
    now === undefined
      ? words.notRun
      : now.index !== undefined && now.state === 'running'
        ? texts.status.step(format.count(now.index), format.count(now.count ?? 0))
        : words.states[now.state]
  return (
    <div class="cell pending">
      <span>{how}</span>
      {now?.loss !== undefined && <span class="loss">{format.number(now.loss)}</span>}
    </div>
  )
}

/** The least and the greatest loss of all cells: their lines can be compared. */
function spanOf(curves: readonly Curve[]): [number, number] {
  const values = curves.flatMap(({ y }) => [...y]).filter(Number.isFinite)
  return [Math.min(...values), Math.max(...values)]
}

/** A curve as a thin line: all of a grid at one scale. */
function Spark({ curve: { x, y }, span: [low, high] }: { curve: Curve; span: [number, number] }) {
  const [first, last] = [x[0]!, x.at(-1)!]
  const points = [...y]
    .map((value, i) => `${(100 * (x[i]! - first)) / (last - first || 1)},${(30 * (high - value)) / (high - low || 1)}`)
    .filter((point) => !point.includes('NaN'))
  return (
    <svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polyline points={points.join(' ')} />
    </svg>
  )
}
