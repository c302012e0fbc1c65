// The protocol as functions and promises, for hosts that would rather not handle messages.
import type { Fault } from '../engine/plan/fault.ts'
import { GraphError } from '../engine/plan/fault.ts'
import type { Expansion, Graph, GraphNode } from '../engine/plan/graph.ts'
import type { KeptFile } from '../engine/plan/op.ts'
import type { Glance } from '../engine/plan/view.ts'
import type {
  BackendReport,
  EnginePort,
  Event,
  ImageFile,
  ImportOptions,
  ImportReport,
  Kept,
  Request,
} from '../engine/protocol.ts'

export interface RunOptions {
  /** Nodes to run to; all outputs and observers otherwise. */
  targets?: string[]
  /** Pause before the first iteration. */
  paused?: boolean
  /** Everything that happens in this run. */
  onEvent?: (event: Event) => void
}

export interface Finished {
  seconds: number
  /** It did not reach its end: stopped, or kept from running by faults. */
  stopped: boolean
  faults: Fault[]
}

export interface Client {
  /** Which backend computes, and why. */
  ready: Promise<BackendReport>
  /** Resolves when the run has ended, with what was wrong if anything was. Rejects only if the engine breaks. */
  run(graph: Graph, options?: RunOptions): Promise<Finished>
  /** These act on the latest run. */
  pause(): void
  resume(): void
  step(): void
  stop(): void
  answer(answer: 'anew' | 'continue' | 'cancel'): void
  check(graph: Graph): Promise<Fault[]>
  /** @throws GraphError where the node stands for no others */
  expand(node: GraphNode, wired: string[]): Promise<Expansion>
  /**
   * Writes a graph as a script for Node, with these words at its top.
   * @throws GraphError with what keeps the graph from running
   */
  script(graph: Graph, text?: { title?: string; about?: string }): Promise<string>
  /** Whether the last value of each wire is kept from now on, so that {@link glance} can look into it. */
  keepLast(on: boolean): void
  /** The last value of an output in short, live while a run goes; undefined if none is kept. */
  glance(node: string, slot: string): Promise<Glance | undefined>
  /** Keeps a checkpoint or a data set, so that nodes can name it. */
  keep(what: Kept, name: string, bytes: Uint8Array): Promise<KeptFile>
  kept(what: Kept): Promise<KeptFile[]>
  /** Makes a data set of images, ZIPs of images included. */
  importImages(name: string, files: ImageFile[], options: ImportOptions): Promise<{ file: KeptFile; report: ImportReport }>
  close(): void
}

type Answer = 'checked' | 'glanced' | 'expanded' | 'scripted' | 'kept' | 'keptFiles' | 'imported'
type Asking = Extract<Request, { id: number }>
/** Each member without its id: Omit would merge the union. */
type Question = Asking extends infer R ? (R extends Asking ? Omit<R, 'id'> : never) : never

interface Pending<T> {
  resolve(value: T): void
  reject(error: Error): void
}

export function createClient(port: EnginePort): Client {
  const runs = new Map<number, Pending<Finished> & { faults: Fault[]; onEvent?: (event: Event) => void }>()
  const questions = new Map<number, Pending<Event>>()
  const ready = withResolvers<BackendReport>()
  ready.promise.catch(() => {}) // not every host looks at it
  let last = 0

  const unlisten = port.listen((event) => {
    if ('run' in event) onRunEvent(event)
    else if (event.type === 'importing') {
      // Its end is what is waited for.
    } else if ('id' in event) {
      questions.get(event.id)?.resolve(event)
      questions.delete(event.id)
    } else if (event.type === 'ready') ready.resolve(event.backend)
    else if (event.type === 'broken') abandon(new Error(event.message))
  })

  function onRunEvent(event: Extract<Event, { run: number }>) {
    const run = runs.get(event.run)
    if (!run) return
    run.onEvent?.(event)
    if (event.type === 'faults') run.faults.push(...event.faults)
    if (event.type !== 'finished') return
    runs.delete(event.run)
    run.resolve({ seconds: event.seconds, stopped: event.stopped, faults: run.faults })
  }

  function abandon(error: Error) {
    for (const pending of [...runs.values(), ...questions.values(), ready]) pending.reject(error)
    runs.clear()
    questions.clear()
  }

  const ask = <T extends Answer>(question: Question): Promise<Extract<Event, { type: T }>> =>
    new Promise((resolve, reject) => {
      const id = ++last
      questions.set(id, { resolve: resolve as (event: Event) => void, reject })
      port.post({ ...question, id } as Request)
    })

  let latest = 0
  const control = (type: 'pause' | 'resume' | 'step' | 'stop') => port.post({ type, run: latest })
  return {
    ready: ready.promise,
    run: (graph, { targets, paused, onEvent } = {}) =>
      new Promise((resolve, reject) => {
        latest = ++last
        runs.set(latest, { resolve, reject, faults: [], ...(onEvent && { onEvent }) })
        port.post({ type: 'run', run: latest, graph, ...(targets && { targets }), ...(paused && { paused }) })
      }),
    pause: () => control('pause'),
    resume: () => control('resume'),
    step: () => control('step'),
    stop: () => control('stop'),
    answer: (answer) => port.post({ type: 'answer', run: latest, answer }),
    check: async (graph) => (await ask<'checked'>({ type: 'check', graph })).faults,
    async expand(node, wired) {
      const { expansion, faults } = await ask<'expanded'>({ type: 'expand', node, wired })
      if (!expansion) throw new GraphError(faults)
      return expansion
    },
    async script(graph, said = {}) {
      const { text, faults } = await ask<'scripted'>({ type: 'script', graph, ...said })
      if (text === undefined) throw new GraphError(faults)
      return text
    },
    keepLast: (on) => port.post({ type: 'keepLast', on }),
    glance: async (node, slot) => (await ask<'glanced'>({ type: 'glance', output: { node, slot } })).glance,
    async keep(what, name, bytes) {
      const { file, error } = await ask<'kept'>({ type: 'keep', what, name, bytes })
      if (!file) throw new Error(error)
      return file
    },
    kept: async (what) => (await ask<'keptFiles'>({ type: 'listKept', what })).files,
    async importImages(name, files, options) {
      const { file, report, error } = await ask<'imported'>({ type: 'importImages', name, files, options })
      if (!file || !report) throw new Error(error)
      return { file, report }
    },
    close() {
      unlisten()
      port.close()
      abandon(new Error('The connection to the engine was closed.'))
    },
  }
}

function withResolvers<T>(): Pending<T> & { promise: Promise<T> } {
  let pending!: Pending<T>
  const promise = new Promise<T>((resolve, reject) => {
    pending = { resolve, reject }
  })
  return { promise, ...pending }
}
