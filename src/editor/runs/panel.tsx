// The runs along the lower edge: all of them as a table, some of them side by side, or the grid of a sweep.
import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import type { Editor } from '../editor.ts'
import { icons } from '../icons.tsx'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { Resize } from '../resize.tsx'
import { Compare } from './compare.tsx'
import { looking } from './looking.ts'
import type { Run, Sweep } from './record.ts'
import './runs.css'
import { Grid, GridTools } from './grid.tsx'
import { RunsTable, RunsTools } from './table.tsx'
import { sweepInWords } from './words.ts'

export function RunsPanel() {
  const editor = useEditor()
  const box = useRef<HTMLElement>(null)
  const { all } = editor.runs
  useEffect(() => {
    focusIn(box.current!)
    void editor.runs.load().then(() => requestAnimationFrame(() => focusIn(box.current)))
  }, [])
  const close = () => closeRuns(editor)
  const back = () => (looking.value = undefined)
  const shown = shownOf(editor)
  return (
    <section
      ref={box}
      class="lower"
      aria-label={texts.runs.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        if (shown.runs || shown.sweep) back()
        else close()
      }}
    >
      <Resize label={texts.runs.height} />
      <div class="lower-head">
        {(shown.runs ?? shown.sweep) && (
          <IconButton class="icon small" label={texts.runs.back} icon={<icons.back />} onClick={back} />
        )}
        <h2 tabIndex={-1}>{titleOf(shown)}</h2>
        {shown.sweep && <GridTools sweep={shown.sweep} />}
        {!shown.runs && !shown.sweep && <RunsTools />}
        <IconButton class="icon small close" label={texts.runs.close} icon={<icons.close />} onClick={close} />
      </div>
      <div class="lower-body">
        {shown.runs ? (
          <Compare runs={shown.runs} />
        ) : shown.sweep ? (
          <Grid sweep={shown.sweep} />
        ) : (
          all.value && <RunsTable runs={all.value} />
        )}
      </div>
    </section>
  )
}

interface Shown {
  runs?: readonly Run[]
  sweep?: Sweep
}

/** What is looked at, as far as it is still there. */
function shownOf({ runs }: Editor): Shown {
  const at = looking.value
  const all = runs.all.value ?? []
  if (at && 'runs' in at) {
    const chosen = at.runs.map((id) => all.find((run) => run.id === id)).filter((run) => run !== undefined)
    return chosen.length > 0 ? { runs: chosen } : {}
  }
  const sweep = at && runs.sweeps.value.find(({ id }) => id === at.sweep)
  return sweep ? { sweep } : {}
}

function titleOf({ runs, sweep }: Shown): string {
  if (sweep) return sweepInWords(sweep)
  return runs && runs.length > 1 ? texts.runs.compared(runs.length) : texts.runs.title
}

/** At the first row; at the title as long as there is none. */
function focusIn(box: HTMLElement | null) {
  const now = document.activeElement
  if (!box || (box.contains(now) && now?.tagName !== 'H2')) return
  ;(box.querySelector<HTMLElement>('tbody tr') ?? box.querySelector<HTMLElement>('h2')!).focus()
}

function closeRuns(editor: Editor) {
  state.lower.value = undefined
  editor.focus()
}
