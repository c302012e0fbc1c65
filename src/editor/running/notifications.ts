// Messages about the results and files of runs.
import { getText, type MessageText } from '../../engine/base/catalogue.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import type { Fault } from '../../engine/messages/fault.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { Event } from '../../engine/protocol.ts'
import { withWorkflow } from '../../workflow/index.ts'
import { download } from '../ui/download.ts'
import type { RunOutcome } from './queue.ts'
import type { RunFile } from './state.ts'
import { showToast } from '../ui/state.ts'
import { freeSpace } from '../ui/storageError.ts'
import { formatFault, texts, translateWorkflow } from '../texts/texts.ts'

/** Adds the workflow of the run to a file, if its format can hold it. */
export const toRunFile = (
  { node, file }: { node: string; file: OutputFile },
  workflow: string,
): RunFile => {
  const output = withWorkflow(file, workflow)
  return { node, ...output, name: safeFileName(output.name), bytes: new Uint8Array(output.bytes) }
}

/** Reports a broken engine. */
export const notifyEngineError = (message: MessageText) =>
  showToast(texts.status.noEngine, { text: message, error: true })

/** Reports that the engine failed and was restarted. */
export const notifyRestart = (message: MessageText) =>
  showToast(texts.status.restarted, { text: message, error: true })

/** Reports a problem of the engine's storage, or its end. `training`: the node that it is about. */
export function notifyStorage(event: Event & { type: 'storage' }, training?: string) {
  const message = getText(event, 'message')
  const more = event.recovered ? {} : { error: true, ...freeSpace() }
  if (training) showToast(training, { text: message, ...more })
  else showToast(message, more)
}

export function notifyFiles(files: readonly RunFile[]) {
  const [file] = files
  if (files.length > 1) showToast(texts.files.severalReady(files.length), { local: true })
  else if (file)
    showToast(texts.files.ready(file.name), {
      local: true,
      action: { label: texts.panel.download, run: () => download(file) },
    })
}

interface RunSummary {
  name: string
  outcome: Exclude<RunOutcome, 'removed'>
  fault: Fault | undefined
  /** The file of the run, if it is the only one. */
  file: RunFile | undefined
  open: () => void
}

/** Reports the end of a run that no tab shows, and offers to open its graph. */
export function notifyOutcome({ name, outcome, fault, file, open }: RunSummary) {
  if (outcome === 'stopped') return
  showToast(texts.queue.messages[outcome](translateWorkflow(name)), {
    ...(fault && outcome === 'failed' && { text: formatFault(fault), error: true }),
    action: file
      ? { label: texts.panel.download, run: () => download(file) }
      : { label: texts.queue.open, run: open },
  })
}
