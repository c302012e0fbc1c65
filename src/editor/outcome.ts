// What is said of what a run has come to, and of the files that it made.
import type { Fault } from '../engine/plan/fault.ts'
import type { OutputFile } from '../engine/plan/op.ts'
import { withWorkflow } from '../nodes/workflow.ts'
import { download } from './download.ts'
import type { Outcome } from './queue.ts'
import * as state from './state.ts'
import { inWords, texts, translated } from './texts.ts'

/** The file with the workflow in it that it came of, if it can hold one. */
export const madeOf = ({ node, file }: { node: string; file: OutputFile }, workflow: string): state.MadeFile => {
  const made = withWorkflow(file, workflow)
  return { node, ...made, bytes: new Uint8Array(made.bytes) }
}

export function tellMade(files: readonly state.MadeFile[]) {
  const [file] = files
  if (files.length > 1) state.say(texts.files.madeSeveral(files.length))
  else if (file) state.say(texts.files.made(file.name), { action: { label: texts.panel.download, run: () => download(file) } })
}

interface Told {
  name: string
  outcome: Exclude<Outcome, 'removed'>
  fault: Fault | undefined
  /** The one file that it made. */
  file: state.MadeFile | undefined
  open: () => void
}

/** A graph that ran elsewhere is done: it can be opened, and shows what it has come to. */
export function tellOutcome({ name, outcome, fault, file, open }: Told) {
  if (outcome === 'stopped') return
  state.say(texts.queue.said[outcome](translated(name)), {
    ...(fault && outcome === 'failed' && { text: inWords(fault), error: true }),
    action: file ? { label: texts.panel.download, run: () => download(file) } : { label: texts.queue.open, run: open },
  })
}
