// Stored events of runs, for showing them again.
import type { Fault } from '../../engine/messages/fault.ts'
import type { OutputFile } from '../../engine/plan/op.ts'
import type { RunEvent, ViewEvent } from '../../hosts/worker/clientTypes.ts'

/** Events of one run, for a tab that shows its graph later. */
export interface EventLog {
  add(event: RunEvent): void
  /** Removes all events but views, which a restarted run need not show again. */
  restart(): void
  /** Returns the last event of each type and node, and all files. */
  events(): RunEvent[]
  views(): ViewEvent[]
  faults(): readonly Fault[]
  files(): readonly { node: string; file: OutputFile }[]
}

export function createEventLog(): EventLog {
  const last = new Map<string, RunEvent>()
  const files: { node: string; file: OutputFile }[] = []
  const all = () => [...last.values()]
  return {
    add(event) {
      if (event.type === 'file') files.push({ node: event.node, file: event.file })
      const node = 'node' in event ? event.node : ''
      const key = `${event.type} ${node} ${event.type === 'file' ? files.length : ''}`
      last.delete(key)
      last.set(key, event)
    },
    restart() {
      files.length = 0
      for (const [key, { type }] of last) if (type !== 'view') last.delete(key)
    },
    events: all,
    views: () => all().filter((event) => event.type === 'view'),
    faults: () => all().flatMap((event) => (event.type === 'faults' ? event.faults : [])),
    files: () => files,
  }
}
