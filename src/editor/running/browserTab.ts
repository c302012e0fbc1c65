// Display of runs in the page title, and a warning before the page closes.
import { toLabel } from '../../painters/cutText.ts'
import type { Queue } from './queue.ts'
import { runState } from './state.ts'
import { workflowName } from '../workspace/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'

/** Puts the progress of the run before the name in the page title. */
export function showTabTitle() {
  const { progress, phase } = runState
  const part =
    progress.value && phase.value !== 'idle'
      ? `${Math.floor((100 * progress.value.index) / progress.value.count)}% · `
      : ''
  const title = `${part}${toLabel(translateWorkflow(workflowName.value))} – ${texts.product}`
  if (document.title !== title) document.title = title
}

const preventUnload = (event: BeforeUnloadEvent) => event.preventDefault()

/** Makes the browser ask before it closes the page while the queue has runs. */
export function warnBeforeLeaving(queue: Pick<Queue, 'waiting'>) {
  const isNeeded = queue.waiting.value.length > 0 || runState.present.value?.queued
  if (isNeeded) addEventListener('beforeunload', preventUnload)
  else removeEventListener('beforeunload', preventUnload)
}
