// What a run has shown so far, to be shown again: on a canvas that only now shows its graph, or when the same graph runs once
// more and what is kept of it does not run again.
import type { Fault } from '../engine/plan/fault.ts'
import type { OutputFile } from '../engine/plan/op.ts'
import type { View } from '../engine/plan/view.ts'
import type { Event } from '../engine/protocol.ts'

type ViewEvent = Extract<Event, { type: 'view' }>

export interface Tape {
  take(event: Event): void
  /** All there is to show, each thing as it was last. */
  events(): Event[]
  views(): ViewEvent[]
  faults(): readonly Fault[]
  files(): readonly { node: string; file: OutputFile }[]
}

export function createTape(): Tape {
  const last = new Map<string, Event>()
  const files: { node: string; file: OutputFile }[] = []
  const all = () => [...last.values()]
  return {
    take(event) {
      if (event.type === 'file') files.push({ node: event.node, file: event.file })
      const key = `${event.type} ${'node' in event ? event.node : ''} ${event.type === 'file' ? files.length : ''}`
      last.delete(key)
      last.set(key, event)
    },
    events: all,
    views: () => all().filter((event) => event.type === 'view'),
    faults: () => all().flatMap((event) => (event.type === 'faults' ? event.faults : [])),
    files: () => files,
  }
}

/** Views of finished runs, by what was run. */
export interface Earlier {
  keep(meaning: string, views: readonly ViewEvent[]): void
  of(meaning: string): readonly ViewEvent[]
}

/** Keeps those of the last few runs, as long as they are not too large together. */
export function createEarlier(most = 12, mostBytes = 64e6): Earlier {
  const runs = new Map<string, { views: readonly ViewEvent[]; bytes: number }>()
  return {
    keep(meaning, latest) {
      // A run to one node shows only some.
      const views = [...new Map([...this.of(meaning), ...latest].map((event) => [event.node, event])).values()]
      runs.delete(meaning)
      runs.set(meaning, { views, bytes: views.reduce((sum, { view }) => sum + bytesOf(view), 0) })
      for (const [oldest] of runs) {
        const bytes = [...runs.values()].reduce((sum, run) => sum + run.bytes, 0)
        if (runs.size <= most && (bytes <= mostBytes || runs.size === 1)) break
        runs.delete(oldest)
      }
    },
    of(meaning) {
      const known = runs.get(meaning)
      if (!known) return []
      runs.delete(meaning)
      runs.set(meaning, known)
      return known.views
    },
  }
}

/** What a view takes: its arrays and texts, all else is small. */
function bytesOf(part: View | unknown): number {
  if (ArrayBuffer.isView(part)) return part.byteLength
  if (typeof part === 'string') return 2 * part.length
  if (typeof part !== 'object' || part === null) return 8
  return Object.values(part).reduce((sum: number, each) => sum + bytesOf(each), 0)
}
