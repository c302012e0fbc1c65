// Legend of a chart: line names, values at the cursor, and actions on runs.
import type { Signal } from '@preact/signals'
import { measureText } from '../../painters/ticks.ts'
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { texts } from '../texts/texts.ts'
import type { ChartRun } from './chart.tsx'
import { nearestIndex } from './lines.ts'
import type { StyledLine } from './lineStyles.ts'
import { xText } from './axes.ts'

interface LegendProps {
  lines: readonly StyledLine[]
  runs: readonly ChartRun[]
  /** Position of the cursor along x. */
  cursor: Signal<number | undefined>
  xLabel: string
  hidden: ReadonlySet<string>
  onHidden: (hidden: ReadonlySet<string>) => void
}

export function Legend({ lines, runs, cursor, xLabel, hidden, onHidden }: LegendProps) {
  const toggle = (toggled: readonly StyledLine[]) => {
    const next = new Set(hidden)
    const hide = toggled.some((line) => !line.hidden)
    for (const { key } of toggled) {
      if (hide) next.add(key)
      else next.delete(key)
    }
    onHidden(next)
  }
  const groups = [...new Set(lines.map(({ run }) => run))].map(
    (run) => [run, lines.filter((line) => line.run === run)] as const,
  )
  return (
    <div class="chart-legend" role="group" aria-label={texts.charts.lines}>
      <p class="where">
        {cursor.value === undefined ? texts.charts.last : `${xLabel} ${xText(cursor.value)}`}
      </p>
      {groups.map(([name, lines]) => (
        <RunLines
          key={name ?? ''}
          {...{ name, lines, cursor }}
          run={runs.find(({ run }) => run === name)}
          isOnly={groups.length === 1}
          onToggle={toggle}
        />
      ))}
    </div>
  )
}

interface RunLinesProps {
  /** Name of the run; undefined for the current one. */
  name: string | undefined
  run: ChartRun | undefined
  lines: readonly StyledLine[]
  cursor: Signal<number | undefined>
  /** True if the chart shows no other run. */
  isOnly: boolean
  onToggle: (lines: readonly StyledLine[]) => void
}

function RunLines({ name, run, lines, cursor, isOnly, onToggle }: RunLinesProps) {
  const label = name ?? texts.charts.now
  return (
    <ul aria-label={isOnly ? undefined : label}>
      {lines.length > 1 && !isOnly && (
        <li class="run">
          <Toggle
            shown={lines.some((line) => !line.hidden)}
            label={label}
            onClick={() => onToggle(lines)}
          />
          <RunActions run={run} />
        </li>
      )}
      {lines.map((line) => (
        <li key={line.name}>
          <Toggle
            line={line}
            shown={!line.hidden}
            label={lines.length === 1 && name !== undefined ? name : line.name}
            onClick={() => onToggle([line])}
          />
          <Value line={line} at={cursor.value} />
          {lines.length === 1 && <RunActions run={run} />}
        </li>
      ))}
    </ul>
  )
}

interface ToggleProps {
  line?: StyledLine
  shown: boolean
  label: string
  onClick: () => void
}

const Toggle = ({ line, shown, label, onClick }: ToggleProps) => (
  <button type="button" class="name" aria-pressed={shown} title={label} onClick={onClick}>
    {line && (
      <svg class="ink" width="18" height="8" viewBox="0 0 18 8" aria-hidden="true">
        <path
          d="M1 4h16"
          stroke={line.ink}
          stroke-width={line.faint ? 2 : 3}
          stroke-dasharray={line.dash.join(' ')}
          opacity={line.faint ? 0.75 : 1}
        />
      </svg>
    )}
    <span>{label}</span>
  </button>
)

/** Value at the cursor, or the last one. */
function Value({ line: { x, value, hidden }, at }: { line: StyledLine; at: number | undefined }) {
  const index = at === undefined ? value.length - 1 : nearestIndex(x, at)
  const number = index === undefined ? undefined : value[index]
  return <span class="figure">{hidden || number === undefined ? '' : measureText(number)}</span>
}

function RunActions({ run }: { run: ChartRun | undefined }) {
  if (!run) return null
  const { charts } = texts
  return (
    <span class="acts">
      {run.onPin && (
        <IconButton
          class="icon small"
          label={charts.pin(run.run)}
          icon={<icons.pin />}
          pressed={Boolean(run.pinned)}
          onClick={run.onPin}
        />
      )}
      {run.onDrop && (
        <IconButton
          class="icon small"
          label={charts.removeRun(run.run)}
          icon={<icons.close />}
          onClick={run.onDrop}
        />
      )}
    </span>
  )
}
