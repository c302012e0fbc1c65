// Questions to the engine that are no run: each has a number, and its answer comes with it.
import type { EnginePort, Event, ImageFile, ImportOptions, ImportReport, Kept, Request } from '../engine/protocol.ts'
import type { Expansion, Graph, Wire } from '../engine/plan/graph.ts'
import type { Glance } from '../engine/plan/view.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { Fault } from '../engine/plan/fault.ts'
import { toGraph } from '../nodes/workflow.ts'
import type { LGraphNode } from './canvas.ts'
import { ownTypes } from './declarations.ts'
import { keepForGood } from './library.ts'
import type { Stage } from './stage.ts'
import { run as shown } from './state.ts'
import { inWords } from './texts.ts'

export interface Requests {
  /** What is wrong with a graph, and what is worth knowing of it. */
  check(graph: Graph): Promise<Fault[]>
  expand(node: LGraphNode): Promise<Expansion>
  /** The last value of an output, in short; undefined if none is kept. */
  glance(output: Wire): Promise<Glance | undefined>
  /** The graph as a script. Throws Error, saying what keeps it from being one. */
  script(text: { title?: string; about?: string }): Promise<string>
  keep(what: Kept, name: string, bytes: Uint8Array): Promise<KeptFile>
  /** Looks anew what is kept; it goes into the state. */
  list(what: Kept): Promise<void>
  /** The bytes of a file that is kept; undefined if it is not here any more. */
  get(what: Kept, sha256: string): Promise<Uint8Array<ArrayBuffer> | undefined>
  remove(what: Kept, sha256: string): Promise<void>
  /** Makes a data set of images and keeps it. Throws Error, saying why none came of it: `signal` can end it early. */
  importImages(
    name: string,
    files: readonly ImageFile[],
    options: ImportOptions,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<{ file: KeptFile; report: ImportReport }>
}

/** Asks with a number of its own, and waits for the answer of that number. */
export interface Questions {
  ask<T extends Event['type']>(make: (id: number) => Request): Promise<Extract<Event, { type: T }>>
  /** Takes an event that answers a question, or tells how far it is. */
  take(event: Extract<Event, { id: number }>): void
  /** Calls `told` with how far the question of this number is. */
  follow(id: number, told: (done: number, total: number) => void): void
}

export function createQuestions(port: EnginePort): Questions {
  let lastId = 0
  const waiting = new Map<number, (event: Event) => void>()
  const following = new Map<number, (done: number, total: number) => void>()
  return {
    ask: <T extends Event['type']>(make: (id: number) => Request) =>
      new Promise<Extract<Event, { type: T }>>((resolve) => {
        const id = ++lastId
        waiting.set(id, resolve as (event: Event) => void)
        port.post(make(id))
      }),
    take(event) {
      if (event.type === 'importing') return following.get(event.id)?.(event.done, event.total)
      waiting.get(event.id)?.(event)
      waiting.delete(event.id)
      following.delete(event.id)
    },
    follow: (id, told) => void following.set(id, told),
  }
}

export function createRequests({ ask, follow }: Questions, port: EnginePort, stage: Stage): Requests {
  const list = async (what: Kept) => {
    const { files } = await ask<'keptFiles'>((id) => ({ type: 'listKept', id, what }))
    shown.kept[what].value = files
  }
  return {
    check: async (graph) => (await ask<'checked'>((id) => ({ type: 'check', id, graph }))).faults,
    glance: async (output) => (await ask<'glanced'>((id) => ({ type: 'glance', id, output }))).glance,
    async expand(node) {
      const meant = toGraph(stage.whole(), ownTypes).nodes.find((each) => each.id === stage.fullId(node.id))!
      const { expansion, faults } = await ask<'expanded'>((id) => ({
        type: 'expand',
        id,
        node: meant,
        wired: Object.keys(meant.inputs),
      }))
      if (!expansion) throw new Error(faults.map(inWords).join(' '))
      return expansion
    },
    async script(said) {
      const graph = toGraph(stage.whole(), ownTypes)
      const { text, faults } = await ask<'scripted'>((id) => ({ type: 'script', id, graph, ...said }))
      if (text === undefined) throw new Error(faults.map(inWords).join(' '))
      return text
    },
    async keep(what, name, bytes) {
      const { file, error } = await ask<'kept'>((id) => ({ type: 'keep', id, what, name, bytes }))
      if (!file) throw new Error(error ?? '')
      keepForGood()
      await list(what)
      return file
    },
    list,
    async get(what, sha256) {
      return (await ask<'keptBytes'>((id) => ({ type: 'getKept', id, what, sha256 }))).bytes
    },
    async remove(what, sha256) {
      const { files } = await ask<'keptFiles'>((id) => ({ type: 'deleteKept', id, what, sha256 }))
      shown.kept[what].value = files
    },
    async importImages(name, files, options, onProgress, signal) {
      const { file, report, error } = await ask<'imported'>((id) => {
        follow(id, onProgress)
        signal.addEventListener('abort', () => port.post({ type: 'cancelImport', id }))
        return { type: 'importImages', id, name, files: [...files], options }
      })
      if (!file || !report) throw new Error(error ?? '')
      keepForGood()
      await list('dataset')
      return { file, report }
    },
  }
}
