// Output on standard error: faults as in the editor, progress as a bar or as plain lines.
import type { Fault } from '../../engine/base/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { Event } from '../../engine/protocol.ts'
import { cliMessages } from '../messages/cli.ts'
import { nodeTitle } from '../titles.ts'

type Progress = Extract<Event, { type: 'progress' }>

/** Formats a fault: "fault: Loss, prediction: expected ... Take it from ..." */
export function formatFault(fault: Fault, graph: Graph, declared: ByType): string {
  const node = graph.nodes.find(({ id }) => id === fault.node)
  const place = [node ? nodeTitle(node, declared) : fault.node, fault.slot ?? fault.param]
    .filter(Boolean)
    .join(', ')
  const text = `${place ? `${place}: ` : ''}${fault.message}\n  ${fault.cure}`
  return fault.notice ? cliMessages.notice({ text }) : cliMessages.fault({ text })
}

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
      stream.write(`${text}\n`)
    },
    compiling(done, total) {
      if (!quiet && stream.isTTY) show(done / total, cliMessages.compiling({ done, total }))
    },
    progress(title, progress) {
      if (quiet || progress.emission) return
      const text = formatProgress(title, progress)
      if (stream.isTTY) show(progress.index / progress.count, text)
      else if (Math.floor((10 * progress.index) / progress.count) !== tenth) {
        tenth = Math.floor((10 * progress.index) / progress.count)
        stream.write(`${text}\n`)
      }
    },
  }
}

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
