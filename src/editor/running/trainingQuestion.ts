// Dialogs for the engine's questions about discarding a training, and about very much work.
import type { RunControl } from '../../hosts/worker/clientTypes.ts'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { askChoice, shownDialog, whenDialogCloses } from '../ui/state.ts'

type Answer = Parameters<RunControl['answer']>[0]

/** Asks whether to discard `seconds` of training of a node. Closing the dialog cancels the run. */
export async function askAboutTraining(node: string, seconds: number): Promise<Answer> {
  const { dialogs } = texts
  const choices: { label: string; value: Answer; primary?: boolean }[] = [
    { label: dialogs.cancel, value: 'cancel' },
    { label: dialogs.continue, value: 'continue' },
    { label: dialogs.restart, value: 'restart', primary: true },
  ]
  // The user may have opened a dialog since the run was started.
  while (shownDialog.value) await whenDialogCloses()
  const answer = await askChoice(
    dialogs.retrainTitle,
    dialogs.retrainText(node, format.time(seconds)),
    choices,
  )
  return choices.find(({ value }) => value === answer)?.value ?? 'cancel'
}

/** Asks whether to start a run of very many iterations. Closing the dialog cancels the run. */
export async function askAboutWork(node: string, iterations: number): Promise<Answer> {
  const { dialogs } = texts
  const answer = await askChoice(
    dialogs.workTitle,
    dialogs.workText(node, format.count(iterations)),
    [
      { label: dialogs.cancel, value: 'cancel', primary: true },
      { label: dialogs.startAnyway, value: 'restart' },
    ],
  )
  return answer === 'restart' ? 'restart' : 'cancel'
}
