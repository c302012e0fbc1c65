// Actions on recorded runs.
import { getErrorText } from '../../engine/messages/fault.ts'
import { idPath } from '../../engine/base/ids.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { showPrompt, showToast, type Menu } from '../ui/state.ts'
import { goToNode } from '../workspace/navigation.ts'
import { shownTab } from '../workspace/state.ts'
import type { Run } from './record.ts'
import type { RunsServices } from './services.ts'
import { runSelection } from './state.ts'
import { showSweep } from './sweepRunner.ts'

/** Shows one run, or several side by side. */
export const selectRuns = (ids: readonly string[]) => (runSelection.value = { runs: ids })

export const deleteRuns = ({ runs }: Pick<RunsServices, 'runs'>, ids: readonly string[]) =>
  runs.remove(ids)

/** Opens the graph of a run in a new tab. */
export async function openRun(editor: RunsServices, run: Run) {
  try {
    const details = await editor.runs.details(run.id)
    if (!details) throw new Error(texts.storage.deleted)
    await editor.workspace.openText(details.text, run.name)
    const target =
      run.target !== undefined && editor.stage.nodeTitles(run.target) ? run.target : undefined
    if (target !== undefined) goToNode(editor, target)
    showToast(texts.runs.restored(format.dateTime(run.when)), {
      text: texts.runs.restoredHint,
      ...(target !== undefined && { action: rerunAction(editor, run.to ?? '', target) }),
    })
  } catch (error) {
    showToast(translateWorkflow(run.name), { text: getErrorText(error), error: true })
  }
}

/** Action that runs to the same node again. Available while the opened tab is shown. */
function rerunAction(editor: RunsServices, title: string, id: string) {
  const tab = shownTab.value
  const run = () => {
    if (shownTab.value !== tab) return
    goToNode(editor, id)
    const node = editor.stage.node(idPath(id).at(-1) ?? id)
    if (node) editor.runner.run({ to: node })
  }
  return { label: texts.runs.runAgainTo(title), run }
}

async function downloadRun({ runs }: Pick<RunsServices, 'runs'>, run: Run) {
  const details = await runs.details(run.id)
  if (!details) return
  const name = format.fileName(translateWorkflow(run.name), '.json')
  download({ name, mime: 'application/json', bytes: details.text })
}

const MAX_NOTE = 2000

/** Prompts for the note of a run, beside its row. */
export function editNote({ runs }: Pick<RunsServices, 'runs'>, run: Run) {
  const row = document.querySelector(`tr[data-run="${run.id}"] .changed`)?.getBoundingClientRect()
  showPrompt({
    at: row ? [row.left + 20, row.top + 24] : [innerWidth / 3, innerHeight / 2],
    title: texts.runs.note,
    value: run.note,
    multiline: true,
    numeric: false,
    answer: (note) => void runs.change(run.id, { note: note.trim().slice(0, MAX_NOTE) }),
  })
}

export function runActions(editor: RunsServices, run: Run): Menu['items'] {
  const { sweep } = run
  return [
    { label: texts.runs.details, keys: 'Enter', run: () => selectRuns([run.id]) },
    { label: texts.runs.restore, run: () => void openRun(editor, run) },
    ...(sweep ? [{ label: texts.runs.sweep.show, run: () => showSweep(sweep.id) }] : []),
    'rule',
    { label: texts.runs.addNote, keys: 'N', run: () => editNote(editor, run) },
    { label: texts.commands.download, run: () => void downloadRun(editor, run) },
    'rule',
    {
      label: texts.drawer.delete,
      danger: true,
      keys: 'Delete',
      run: () => void deleteRuns(editor, [run.id]),
    },
  ]
}
