// The runs of this browser as the editor has them: recorded as they end, listed when somebody looks.
import { signal, type Signal } from '@preact/signals'
import type { EnginePort } from '../../engine/protocol.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { parseWorkflow, type WorkflowFile } from '../../nodes/workflow.ts'
import { ownTypes } from '../declarations.ts'
import { newId, storageMessage } from '../library.ts'
import type { Queued } from '../queue.ts'
import * as state from '../state.ts'
import { placesIn, wayInWords } from '../subgraph/places.ts'
import { texts } from '../texts.ts'
import { keepRuns, type RunStores } from './keep.ts'
import { pngOf } from './paint.ts'
import type { Run, RunDetails, Sweep } from './record.ts'
import { createRecorder, type Asked } from './recorder.ts'

export interface Runs {
  /** The newest first; undefined until somebody has looked. */
  readonly all: Signal<readonly Run[] | undefined>
  readonly sweeps: Signal<readonly Sweep[]>
  /** Records that cannot be read. */
  readonly broken: Signal<number>
  /** To be called as a run is asked for, before its first event: by a change alone, or to one node only. */
  asked(item: Queued, byItself: boolean, to?: RunTo): void
  /** When all runs that have ended are kept, and listed. */
  settled(): Promise<void>
  /** Looks anew: another tab may have kept some. */
  load(): Promise<void>
  details(id: string): Promise<RunDetails | undefined>
  change(id: string, change: Partial<Pick<Run, 'star' | 'note'>>): Promise<void>
  /** Removes them, and says so with an offer to undo it. */
  remove(ids: readonly string[]): Promise<void>
  removeBroken(): Promise<void>
  addSweep(sweep: Sweep): Promise<void>
}

/** Reads a file that ran. Throws WorkflowError where it is none. */
export const fileOf = (text: string): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** A node by its full id, and what it is called with the way to it. */
interface RunTo {
  id: string
  title: string
}

/** Nodes inside of subgraphs go by the way to them. */
function withWays(graph: Graph, text: string): Graph {
  if (!graph.nodes.some(({ id }) => id.includes(':'))) return graph
  const titles = new Map(placesIn(fileOf(text), ownTypes).map(({ id, way, title }) => [id, wayInWords([...way, title])]))
  return { nodes: graph.nodes.map((node) => (node.id.includes(':') ? { ...node, title: titles.get(node.id)! } : node)) }
}

function askedOf({ id, workflow, text, graph, sweep }: Queued, byItself: boolean, to?: RunTo): Asked {
  return {
    run: id,
    workflow: workflow.id,
    name: workflow.name,
    text,
    graph: withWays(graph, text),
    ...(to && { target: to.id, to: to.title }),
    ...(byItself && { byItself }),
    ...(sweep && { sweep }),
  }
}

export function createRuns(stores: RunStores, port: EnginePort): Runs {
  const kept = keepRuns(stores)
  const all: Runs['all'] = signal(undefined)
  const sweeps: Runs['sweeps'] = signal([])
  const broken = signal(0)
  /** Said once: at the limit every run has one fall away. */
  let saidFallen = false

  async function load() {
    const list = await kept.list()
    const grids = await kept.sweeps(list.runs)
    all.value = list.runs
    broken.value = list.broken
    sweeps.value = grids
  }
  /** Storage that fails is said; what is shown stays. */
  const attempt = (work: () => Promise<unknown>) =>
    work()
      .then(load)
      .catch((error: unknown) => state.say(texts.runs.title, { text: storageMessage(error), error: true }))

  const recorder = createRecorder({
    port,
    kept,
    declared: ownTypes,
    fileOf,
    backend: () => state.run.backend.value?.name,
    paint: (view, width, height) => pngOf(view, width, height, state.dark.value),
    newId,
    onKept(fallen) {
      if (all.value) void attempt(async () => {})
      if (fallen.length === 0 || saidFallen) return
      saidFallen = true
      state.say(texts.runs.fallen(fallen.length), { text: texts.runs.fallenWhy })
    },
    onError: (error) => state.say(texts.runs.notKept, { text: storageMessage(error), error: true }),
  })

  return {
    all,
    sweeps,
    broken,
    asked: (item, byItself, to) => recorder.asked(askedOf(item, byItself, to)),
    settled: async () => {
      await recorder.settled()
      await attempt(async () => {})
    },
    load: () => attempt(async () => {}),
    details: (id) => kept.details(id),
    change: (id, change) => attempt(() => kept.change(id, change)),
    remove: (ids) =>
      attempt(async () => {
        const restore = await kept.remove(ids)
        const undo = { label: texts.drawer.undo, run: () => void attempt(restore) }
        state.say(texts.runs.deleted(ids.length), { action: undo })
      }),
    removeBroken: () => attempt(() => kept.removeBroken()),
    addSweep: (sweep) => attempt(() => kept.addSweep(sweep)),
  }
}
