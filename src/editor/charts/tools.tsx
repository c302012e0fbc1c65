// Toolbar of a chart: smoothing, log axes, axis ranges, table, CSV and PNG.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { ChartLook } from '../../engine/base/view.ts'
import { tickText } from '../../painters/ticks.ts'
import type { Ends, Range } from '../../painters/lines.ts'
import { texts } from '../texts/texts.ts'
import { parseAxisEnd } from './axes.ts'

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

export function ChartTools(props: ToolsProps) {
  const { look, onLook, zoomed, onReset, onCsv, onPng, before, after } = props
  const { charts } = texts
  return (
    <div class="chart-tools" role="group" aria-label={charts.tools}>
      {before}
      <Smoothing value={look.smoothing ?? 0} onValue={(smoothing) => onLook({ smoothing })} />
      <LogToggle name="xLog" label={charts.xLog} {...props} />
      <LogToggle name="yLog" label={charts.yLog} {...props} />
      <PartToggle name="axes" label={charts.axes} {...props} />
      <button type="button" class="button small" disabled={!zoomed} onClick={onReset}>
        {charts.reset}
      </button>
      <PartToggle name="table" label={charts.table} {...props} />
      <button type="button" class="button small" title={charts.csv} onClick={onCsv}>
        CSV
      </button>
      <button
        type="button"
        class="button small"
        title={charts.png}
        disabled={!onPng}
        onClick={() => onPng?.()}
      >
        PNG
      </button>
      {after}
    </div>
  )
}

interface LogToggleProps extends Pick<ToolsProps, 'look' | 'onLook'> {
  name: 'xLog' | 'yLog'
  label: string
}

const LogToggle = ({ name, label, look, onLook }: LogToggleProps) => (
  <button
    type="button"
    class="button small"
    aria-pressed={Boolean(look[name])}
    onClick={() => onLook({ [name]: !look[name] })}
  >
    {label}
  </button>
)

interface PartToggleProps extends Pick<ToolsProps, 'open' | 'onOpen'> {
  name: 'axes' | 'table'
  label: string
}

const PartToggle = ({ name, label, open, onOpen }: PartToggleProps) => (
  <button
    type="button"
    class="button small"
    aria-expanded={open === name}
    onClick={() => onOpen(name)}
  >
    {label}
  </button>
)

/** The slider is logarithmic in the averaging length 1 / (1 - weight), from 1 to 1,000 values. */
const weightAtPosition = (position: number) => (position === 0 ? 0 : 1 - 10 ** (-position / 100))
const sliderPosition = (weight: number) => Math.round(-100 * Math.log10(1 - weight))

function Smoothing({ value, onValue }: { value: number; onValue: (weight: number) => void }) {
  const { charts } = texts
  const shown = value === 0 ? charts.off : value.toFixed(value < 0.99 ? 2 : 3)
  return (
    <label class="chart-smoothing" title={charts.smoothingHint}>
      {charts.smoothing}
      <input
        type="range"
        min={0}
        max={300}
        step={5}
        value={sliderPosition(value)}
        aria-valuetext={shown}
        onInput={(event) => onValue(weightAtPosition(event.currentTarget.valueAsNumber))}
      />
      <span class="figure" aria-hidden="true">
        {shown}
      </span>
    </label>
  )
}

interface AxesProps {
  look: ChartLook
  /** Visible range, shown as placeholder. */
  range: Range | undefined
  onLook: (change: ChartLook) => void
}

export const AxisRanges = ({ look, range, onLook }: AxesProps) => (
  <div class="chart-axes" role="group" aria-label={texts.charts.axes}>
    {(['x', 'y'] as const).map((axis) => (
      <AxisEnds
        key={axis}
        axis={axis}
        ends={look[axis] ?? [null, null]}
        visible={range?.[axis]}
        log={Boolean(look[`${axis}Log`])}
        onEnds={(ends) => onLook({ [axis]: ends })}
      />
    ))}
  </div>
)

interface EndsProps {
  axis: 'x' | 'y'
  ends: Ends
  visible: readonly [number, number] | undefined
  log: boolean
  onEnds: (ends: Ends) => void
}

function AxisEnds({ axis, ends, visible, log, onEnds }: EndsProps) {
  const { charts } = texts
  const [wrong, setWrong] = useState<readonly [boolean, boolean]>([false, false])
  const set = (i: 0 | 1, text: string) => {
    const end = parseAxisEnd(text, log)
    const next: Ends = i ? [ends[0], end ?? null] : [end ?? null, ends[1]]
    const refused =
      end === undefined || (next[0] !== null && next[1] !== null && next[0] >= next[1])
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
      title={wrong[i] ? (log ? charts.invalidLog : charts.invalid) : undefined}
      placeholder={visible && tickText(visible[i])}
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
      {wrong.includes(true) && (
        <span class="wrong">{log ? charts.invalidLog : charts.invalid}</span>
      )}
    </div>
  )
}
