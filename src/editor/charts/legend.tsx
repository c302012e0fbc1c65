// The names of the lines, what they are where the cursor is, and what can be done with their runs.
import type { Signal } from '@preact/signals'
import { measureText } from '../../nodes/views/canvas.ts'
import { IconButton } from '../buttons.tsx'
import { icons } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { ChartRun } from './chart.tsx'
import { nearest } from './lines.ts'
import type { Drawn } from './look.ts'
import { placeText } from './view.ts'

interface Props {
  lines: readonly Drawn[]
  runs: readonly ChartRun[]
  at: Signal<number | undefined>
  xLabel: string
  hidden: ReadonlySet<string>
  onHidden: (hidden: ReadonlySet<string>) => void
}

export function Legend({ lines, runs, at, xLabel, hidden, onHidden }: Props) {
  const toggle = (these: readonly Drawn[]) => {
    const next = new Set(hidden)
    const hide = these.some((line) => !line.hidden)
    for (const { key } of these) {
      if (hide) next.add(key)
      else next.delete(key)
    }
    onHidden(next)
  }
  const groups = [...new Set(lines.map(({ run }) => run))].map((run) => [run, lines.filter((line) => line.run === run)] as const)
  const several = groups.length > 1
  return (
    <div class="chart-legend" role="group" aria-label={texts.charts.lines}>
      <p class="where">{at.value === undefined ? texts.charts.last : `${xLabel} ${placeText(at.value)}`}</p>
      {groups.map(([run, these]) => {
        const name = run ?? texts.charts.now
        const what = runs.find((each) => each.run === run)
        return (
          <ul key={run ?? ''} aria-label={several ? name : undefined}>
            {these.length > 1 && several && (
              <li class="run">
                <Toggle shown={these.some((line) => !line.hidden)} label={name} onClick={() => toggle(these)} />
                <RunButtons what={what} />
              </li>
            )}
            {these.map((line) => (
              <li key={line.name}>
                <Toggle
                  line={line}
                  shown={!line.hidden}
                  label={these.length === 1 && run !== undefined ? run : line.name}
                  onClick={() => toggle([line])}
                />
                <Value line={line} at={at.value} />
                {these.length === 1 && <RunButtons what={what} />}
              </li>
            ))}
          </ul>
        )
      })}
    </div>
  )
}

interface ToggleProps {
  line?: Drawn
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

/** The last value, or the one at the cursor. */
function Value({ line: { x, value, hidden }, at }: { line: Drawn; at: number | undefined }) {
  const place = at === undefined ? value.length - 1 : nearest(x, at)
  const number = place === undefined ? undefined : value[place]
  return <span class="figure">{hidden || number === undefined ? '' : measureText(number)}</span>
}

function RunButtons({ what }: { what: ChartRun | undefined }) {
  if (!what) return null
  const { charts } = texts
  return (
    <span class="acts">
      {what.onPin && (
        <IconButton
          class="icon small"
          label={charts.pin(what.run)}
          icon={<icons.pin />}
          pressed={Boolean(what.pinned)}
          onClick={what.onPin}
        />
      )}
      {what.onDrop && (
        <IconButton class="icon small" label={charts.drop(what.run)} icon={<icons.close />} onClick={what.onDrop} />
      )}
    </span>
  )
}
