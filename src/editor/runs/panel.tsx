// Runs panel below the canvas: a table of all runs, some side by side, or the grid of a sweep.
import { useEffect, useRef } from 'preact/hooks'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { returnFocus } from '../ui/focus.ts'
import { icons } from '../ui/icons.tsx'
import { ResizeHandle } from '../ui/resizeHandle.tsx'
import { showLowerPanel } from '../ui/state.ts'
import { CompareRuns } from './compare.tsx'
import './compare.css'
import type { Run, Sweep } from './record.ts'
import './runs.css'
import { sweepTitle } from './runText.ts'
import { useRuns, type RunsServices } from './services.ts'
import './small.css'
import { RunsTools } from './runsTools.tsx'
import { runSelection } from './state.ts'
import { SweepGrid, SweepTools } from './sweepGrid.tsx'
import './sweepGrid.css'
import { RunsTable } from './table.tsx'

export function RunsPanel() {
  const editor = useRuns()
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    focusFirstRow(box.current)
    void editor.runs.load().then(() => requestAnimationFrame(() => focusFirstRow(box.current)))
  }, [])
  const shown = resolveSelection(editor)
  return (
    <section
      ref={box}
      class="lower"
      aria-label={texts.runs.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        if (shown.runs || shown.sweep) showAllRuns()
        else closePanel()
      }}
    >
      <ResizeHandle label={texts.runs.height} />
      <PanelHead {...shown} />
      <div class="lower-body">
        {shown.runs ? (
          <CompareRuns runs={shown.runs} />
        ) : shown.sweep ? (
          <SweepGrid sweep={shown.sweep} />
        ) : (
          editor.runs.all.value && <RunsTable runs={editor.runs.all.value} />
        )}
      </div>
    </section>
  )
}

/** Contents of the panel: some runs, a sweep, or neither for the table. */
interface ShownRuns {
  runs?: readonly Run[]
  sweep?: Sweep
}

function PanelHead({ runs, sweep }: ShownRuns) {
  return (
    <div class="lower-head">
      {(runs ?? sweep) && (
        <IconButton
          class="icon small"
          label={texts.runs.back}
          icon={<icons.back />}
          onClick={showAllRuns}
        />
      )}
      <h2 tabIndex={-1}>{panelTitle({ runs, sweep })}</h2>
      {sweep && <SweepTools sweep={sweep} />}
      {!runs && !sweep && <RunsTools />}
      <IconButton
        class="icon small close"
        label={texts.runs.close}
        icon={<icons.close />}
        onClick={closePanel}
      />
    </div>
  )
}

/** Returns the selected runs or sweep, without deleted ones. */
function resolveSelection({ runs }: Pick<RunsServices, 'runs'>): ShownRuns {
  const selection = runSelection.value
  if (!selection) return {}
  if ('sweep' in selection) {
    const sweep = runs.sweeps.value.find(({ id }) => id === selection.sweep)
    return sweep ? { sweep } : {}
  }
  const all = runs.all.value ?? []
  const selected = selection.runs
    .map((id) => all.find((run) => run.id === id))
    .filter((run) => run !== undefined)
  return selected.length > 0 ? { runs: selected } : {}
}

function panelTitle({ runs, sweep }: ShownRuns): string {
  if (sweep) return sweepTitle(sweep)
  return runs && runs.length > 1 ? texts.runs.compared(runs.length) : texts.runs.title
}

const showAllRuns = () => (runSelection.value = undefined)

/** Focuses the first row, or the title if there is none. Leaves a focus inside the panel alone. */
function focusFirstRow(box: HTMLElement | null) {
  const focused = document.activeElement
  if (!box || (box.contains(focused) && focused?.tagName !== 'H2')) return
  const target = box.querySelector<HTMLElement>('tbody tr') ?? box.querySelector<HTMLElement>('h2')
  target?.focus()
}

function closePanel() {
  showLowerPanel(undefined)
  returnFocus()
}
