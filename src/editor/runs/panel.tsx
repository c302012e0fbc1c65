// The runs along the lower edge: all of them as a table, some of them side by side, or the grid of a sweep.
import { useEffect, useRef } from 'preact/hooks'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import type { Editor } from '../editor.ts'
import { icons } from '../icons.tsx'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { Compare } from './compare.tsx'
import { looking } from './looking.ts'
import './runs.css'
import { Resize } from './resize.tsx'
import { RunsTable, RunsTools } from './table.tsx'

export function RunsPanel() {
  const editor = useEditor()
  const box = useRef<HTMLElement>(null)
  const { all } = editor.runs
  useEffect(() => {
    void editor.runs.load()
    box.current!.querySelector<HTMLElement>('h2')!.focus()
  }, [])
  const close = () => closeRuns(editor)
  const back = () => (looking.value = [])
  const runs = all.value ?? []
  const chosen = looking.value.map((id) => runs.find((run) => run.id === id)).filter((run) => run !== undefined)
  return (
    <section
      ref={box}
      class="lower"
      aria-label={texts.runs.title}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        if (chosen.length) back()
        else close()
      }}
    >
      <Resize />
      <div class="lower-head">
        {chosen.length > 0 && <IconButton class="icon small" label={texts.runs.back} icon={<icons.back />} onClick={back} />}
        <h2 tabIndex={-1}>{chosen.length > 1 ? texts.runs.compared(chosen.length) : texts.runs.title}</h2>
        {chosen.length === 0 && <RunsTools />}
        <IconButton class="icon small close" label={texts.runs.close} icon={<icons.close />} onClick={close} />
      </div>
      <div class="lower-body">{chosen.length > 0 ? <Compare runs={chosen} /> : all.value && <RunsTable runs={all.value} />}</div>
    </section>
  )
}

function closeRuns(editor: Editor) {
  state.lower.value = undefined
  editor.focus()
}
