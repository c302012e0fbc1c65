// What can be done with runs.
import { pathOf } from '../../nodes/workflow/flatten.ts'
import { download } from '../download.ts'
import type { Editor } from '../editor.ts'
import * as format from '../format.ts'
import * as state from '../state.ts'
import { texts, translated } from '../texts.ts'
import { looking } from './looking.ts'
import type { Run } from './record.ts'
import { showSweep } from './sweeping.ts'

/** Side by side; one by itself. */
export const lookAt = (ids: readonly string[]) => (looking.value = { runs: ids })

export const deleteRuns = (editor: Editor, ids: readonly string[]) => editor.runs.remove(ids)

/** Opens the graph as it ran, in a tab of its own. */
export async function restore(editor: Editor, run: Run) {
  try {
    const details = await editor.runs.details(run.id)
    if (!details) throw new Error(texts.storage.gone)
    await editor.workspace.openText(details.text, run.name)
    const to = run.target !== undefined && editor.stage.titlesOf(run.target) ? run.target : undefined
    if (to !== undefined) editor.goTo(to)
    state.say(texts.runs.restored(format.when(run.when)), {
      text: texts.runs.restoredHint,
      ...(to !== undefined && { action: runAgainTo(editor, run.to!, to) }),
    })
  } catch (error) {
    state.say(translated(run.name), { text: (error as Error).message, error: true })
  }
}

/** As it ran: to one node, as long as its graph is the one that is shown. */
function runAgainTo(editor: Editor, title: string, id: string) {
  const tab = state.tab.value
  const run = () => {
    if (state.tab.value !== tab) return
    editor.goTo(id)
    const node = editor.stage.node(pathOf(id).at(-1)!)
    if (node) editor.runner.run({ to: node })
  }
  return { label: texts.runs.runAgainTo(title), run }
}

async function saveFile(editor: Editor, run: Run) {
  const details = await editor.runs.details(run.id)
  if (details) download({ name: `${format.fileName(translated(run.name))}.json`, mime: 'application/json', bytes: details.text })
}

/** At the row of the run. */
export function askNote(editor: Editor, run: Run) {
  const row = document.querySelector(`tr[data-run="${run.id}"] .changed`)?.getBoundingClientRect()
  state.quick.value = {
    at: row ? [row.left + 20, row.top + 24] : [innerWidth / 3, innerHeight / 2],
    title: texts.runs.note,
    value: run.note,
    multiline: true,
    numeric: false,
    answer: (note) => void editor.runs.change(run.id, { note: note.trim().slice(0, MOST_NOTE) }),
  }
}

const MOST_NOTE = 2000

export const actionsFor = (editor: Editor, run: Run): state.Menu['items'] => [
  { label: texts.runs.look, keys: 'Enter', run: () => lookAt([run.id]) },
  { label: texts.runs.restore, run: () => void restore(editor, run) },
  ...(run.sweep ? [{ label: texts.runs.sweep.show, run: () => showSweep(run.sweep!.id) }] : []),
  'rule',
  { label: texts.runs.addNote, keys: 'N', run: () => askNote(editor, run) },
  { label: texts.commands.download, run: () => void saveFile(editor, run) },
  'rule',
  { label: texts.drawer.delete, danger: true, keys: 'Delete', run: () => void deleteRuns(editor, [run.id]) },
]
