// Above a chart: smoothing, logarithms, the ends of the axes, and what is saved of it.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ChartLook } from '../../engine/plan/view.ts'
import { tickText } from '../../nodes/views/canvas.ts'
import type { Ends, Range } from '../../nodes/views/lines.ts'
import { texts } from '../texts.ts'
import { readEnd } from './view.ts'

interface ToolsProps {
  look: ChartLook
  onLook: (change: ChartLook) => void
  zoomed: boolean
  onReset: () => void
  open: 'axes' | 'table' | undefined
  onOpen: (part: 'axes' | 'table') => void
  onCsv: () => void
  onPng: (() => void) | undefined
  before: ComponentChildren
  after: ComponentChildren
}

export function Tools({ look, onLook, zoomed, onReset, open, onOpen, onCsv, onPng, before, after }: ToolsProps) {
  const { charts } = texts
  const log = (name: 'xLog' | 'yLog', label: string) => (
    <button type="button" class="button small" aria-pressed={Boolean(look[name])} onClick={() => onLook({ [name]: !look[name] })}>
      {label}
    </button>
  )
  const part = (name: 'axes' | 'table', label: string) => (
    <button type="button" class="button small" aria-expanded={open === name} onClick={() => onOpen(name)}>
      {label}
    </button>
  )
  return (
    <div class="chart-tools" role="group" aria-label={charts.tools}>
      {before}
      <Smoothing value={look.smoothing ?? 0} onValue={(smoothing) => onLook({ smoothing })} />
      {log('xLog', charts.xLog)}
      {log('yLog', charts.yLog)}
      {part('axes', charts.axes)}
      <button type="button" class="button small" disabled={!zoomed} onClick={onReset}>
        {charts.reset}
      </button>
      {part('table', charts.table)}
      <button type="button" class="button small" title={charts.csv} onClick={onCsv}>
        CSV
      </button>
      <button type="button" class="button small" title={charts.png} disabled={!onPng} onClick={() => onPng?.()}>
        PNG
      </button>
      {after}
    </div>
  )
}

/** Weights near 1 are far apart in what they do: the slider goes by how many values they hold, 1 to 1,000, in equal ratios. */
const weightAt = (place: number) => (place === 0 ? 0 : 1 - 10 ** (-place / 100))
const placeOf = (weight: number) => Math.round(-100 * Math.log10(1 - weight))

function Smoothing({ value, onValue }: { value: number; onValue: (weight: number) => void }) {
  const { charts } = texts
  const shown = value === 0 ? charts.off : value.toFixed(value < 0.99 ? 2 : 3)
  return (
    <label class="chart-smoothing" title={charts.smoothingMeaning}>
      {charts.smoothing}
      <input
        type="range"
        min={0}
        max={300}
        step={5}
        value={placeOf(value)}
        aria-valuetext={shown}
        onInput={(event) => onValue(weightAt(event.currentTarget.valueAsNumber))}
      />
      <span class="figure" aria-hidden="true">
        {shown}
      </span>
    </label>
  )
}

// ---- the ends of the axes

interface AxesProps {
  look: ChartLook
  /** What is seen, said where nothing is typed. */
  range: Range | undefined
  onLook: (change: ChartLook) => void
}

export const Axes = ({ look, range, onLook }: AxesProps) => (
  <div class="chart-axes" role="group" aria-label={texts.charts.axes}>
    {(['x', 'y'] as const).map((axis) => (
      <AxisEnds
        key={axis}
        axis={axis}
        ends={look[axis] ?? [null, null]}
        now={range?.[axis]}
        log={Boolean(look[`${axis}Log`])}
        onEnds={(ends) => onLook({ [axis]: ends })}
      />
    ))}
  </div>
)

interface EndsProps {
  axis: 'x' | 'y'
  ends: Ends
  now: readonly [number, number] | undefined
  log: boolean
  onEnds: (ends: Ends) => void
}

function AxisEnds({ axis, ends, now, log, onEnds }: EndsProps) {
  const { charts } = texts
  const [wrong, setWrong] = useState<readonly [boolean, boolean]>([false, false])
  const set = (i: 0 | 1, text: string) => {
    const end = readEnd(text, log)
    const next: Ends = i ? [ends[0], end ?? null] : [end ?? null, ends[1]]
    const refused = end === undefined || (next[0] !== null && next[1] !== null && next[0] >= next[1])
    setWrong(i ? [wrong[0], refused] : [refused, wrong[1]])
    if (!refused) onEnds(next)
  }
  const field = (i: 0 | 1) => (
    <input
      key={`${i} ${ends[i]}`}
      class="field"
      type="text"
      inputMode="decimal"
      aria-label={charts.end(axis, i)}
      aria-invalid={wrong[i]}
      title={wrong[i] ? (log ? charts.wrongLog : charts.wrong) : undefined}
      placeholder={now && tickText(now[i])}
      defaultValue={ends[i] === null ? '' : String(ends[i])}
      onChange={(event) => set(i, event.currentTarget.value)}
    />
  )
  return (
    <div class="ends" role="group" aria-label={axis}>
      <span aria-hidden="true">{axis}</span>
      {field(0)}
      <span aria-hidden="true">–</span>
      {field(1)}
      {wrong.includes(true) && <span class="wrong">{log ? charts.wrongLog : charts.wrong}</span>}
    </div>
  )
}
