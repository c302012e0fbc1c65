// Output on standard error: faults as in the editor, progress as a bar or as plain lines.
import type { Fault } from '../../engine/messages/fault.ts'
import type { Event } from '../../engine/protocol.ts'
import { planMessages } from '../../engine/messages/plan.ts'
import { cliMessages } from '../../messages/cli.ts'
import { dataMessages } from '../../messages/data.ts'

type Progress = Extract<Event, { type: 'progress' }>

/** Formats a fault: "fault: Loss, prediction: expected ... Take it from ..." */
export function formatFault(fault: Fault, title = fault.node): string {
  const place = [title, fault.slot ?? fault.param].filter(Boolean).join(', ')
  const cure = cures.get(fault.messages?.cure?.id) ?? fault.cure
  const text = `${place ? `${place}: ` : ''}${fault.message}${cure && `\n  ${cure}`}`
  return fault.notice ? cliMessages.notice({ text }) : cliMessages.fault({ text })
}

/** Cures for the page, and the same for the command line. */
const cures = new Map<string | undefined, string>([
  [planMessages.fewerIterations.id, cliMessages.allowIterations()],
  [dataMessages.dropCheckpoint.id, cliMessages.addFile({ kind: 'checkpoint' })],
  [dataMessages.dropRightFile.id, cliMessages.addRightFile()],
  [dataMessages.chooseDataset.id, cliMessages.chooseFile({ kind: 'dataset', param: 'images' })],
  [dataMessages.choosePoints.id, cliMessages.chooseFile({ kind: 'dataset', param: 'points' })],
  [
    dataMessages.chooseCheckpoint.id,
    cliMessages.chooseFile({ kind: 'checkpoint', param: 'checkpoint' }),
  ],
])

export interface Terminal {
  line(text: string): void
  progress(title: string, progress: Progress): void
  /** Progress of compiling kernels; shown as a bar only. */
  compiling(done: number, total: number): void
  /** Ends the bar, so that the next output starts on a new line. */
  end(): void
}

/** Creates the output. Without a terminal, a line is printed at each tenth. */
export function createTerminal(stream: NodeJS.WriteStream, quiet: boolean): Terminal {
  let barShown = false
  let tenth = -1
  const end = () => {
    if (barShown) stream.write('\n')
    barShown = false
  }
  const show = (part: number, text: string) => {
    stream.write(`\r${formatBar(part)} ${text}`.slice(0, stream.columns ?? 80) + '\u001b[K')
    barShown = true
  }
  return {
    end,
    line(text) {
      end()
      stream.write(`${printable(text)}\n`)
    },
    compiling(done, total) {
      if (!quiet && stream.isTTY) show(done / total, cliMessages.compiling({ done, total }))
    },
    progress(title, progress) {
      if (quiet || progress.emission) return
      const text = printable(formatProgress(title, progress))
      if (stream.isTTY) show(progress.index / progress.count, text)
      else if (Math.floor((10 * progress.index) / progress.count) !== tenth) {
        tenth = Math.floor((10 * progress.index) / progress.count)
        stream.write(`${text}\n`)
      }
    },
  }
}

/**
 * Replaces control characters, which titles and names in a workflow may contain: a terminal would
 * execute them, and bidirectional ones would change the order of a line.
 */
const printable = (text: string) =>
  text.replaceAll(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    '\ufffd',
  )

const formatBar = (part: number, width = 24) => {
  const full = Math.round(width * Math.min(1, part))
  return `[${'='.repeat(full)}${' '.repeat(width - full)}]`
}

function formatProgress(
  title: string,
  { index, count, label, rate, secondsLeft, loss }: Progress,
): string {
  const parts = [
    `${title} ${index} of ${count}`,
    label,
    loss === undefined ? undefined : `loss ${loss.toPrecision(4)}`,
  ]
  if (rate > 0) parts.push(`${rate.toPrecision(3)} it/s`)
  if (Number.isFinite(secondsLeft) && index < count) parts.push(`${Math.ceil(secondsLeft)} s left`)
  return parts.filter(Boolean).join(', ')
}
