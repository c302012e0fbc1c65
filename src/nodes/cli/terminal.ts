// What a run says on standard error: faults in the words of the editor, and progress as a bar or as plain lines.
import type { Fault } from '../../engine/plan/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType } from '../../engine/plan/op.ts'
import type { Event } from '../../engine/protocol.ts'
import { titleOfNode } from '../titles.ts'

type Progress = Extract<Event, { type: 'progress' }>

/** "fault: Loss, prediction: expected ... Take it from ..." */
export function faultText(fault: Fault, graph: Graph, declared: ByType): string {
  const node = graph.nodes.find(({ id }) => id === fault.node)
  const place = [node ? titleOfNode(node, declared) : fault.node, fault.slot ?? fault.param].filter(Boolean).join(', ')
  return `${fault.notice ? 'notice' : 'fault'}: ${place ? `${place}: ` : ''}${fault.message}\n  ${fault.cure}`
}

export interface Terminal {
  line(text: string): void
  progress(title: string, progress: Progress): void
  /** So many kernels of so many; only shown as a bar. */
  compiling(done: number, total: number): void
  /** Ends the bar, so that what comes next has a line of its own. */
  end(): void
}

/** Plain lines come at each tenth of the way. */
export function terminal(stream: NodeJS.WriteStream, quiet: boolean): Terminal {
  let barShown = false
  let tenth = -1
  const end = () => {
    if (barShown) stream.write('\n')
    barShown = false
  }
  const show = (part: number, text: string) => {
    stream.write(`\r${bar(part)} ${text}`.slice(0, stream.columns ?? 80) + '\u001b[K')
    barShown = true
  }
  return {
    end,
    line(text) {
      end()
      stream.write(`${text}\n`)
    },
    compiling(done, total) {
      if (!quiet && stream.isTTY) show(done / total, `Compiling kernels ${done} of ${total}`)
    },
    progress(title, progress) {
      if (quiet || progress.emission) return
      const text = progressText(title, progress)
      if (stream.isTTY) show(progress.index / progress.count, text)
      else if (Math.floor((10 * progress.index) / progress.count) !== tenth) {
        tenth = Math.floor((10 * progress.index) / progress.count)
        stream.write(`${text}\n`)
      }
    },
  }
}

const bar = (part: number, width = 24) => {
  const full = Math.round(width * Math.min(1, part))
  return `[${'='.repeat(full)}${' '.repeat(width - full)}]`
}

function progressText(title: string, { index, count, label, rate, secondsLeft, loss }: Progress): string {
  const parts = [`${title} ${index} of ${count}`, label, loss === undefined ? undefined : `loss ${loss.toPrecision(4)}`]
  if (rate > 0) parts.push(`${rate.toPrecision(3)} it/s`)
  if (Number.isFinite(secondsLeft) && index < count) parts.push(`${Math.ceil(secondsLeft)} s left`)
  return parts.filter(Boolean).join(', ')
}
