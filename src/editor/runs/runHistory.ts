// Run history of this browser: records runs as they end, and lists them for the runs panel.
import { signal, type Signal } from '@preact/signals'
import type { BackendReport } from '../../engine/protocol.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { Client } from '../../hosts/worker/clientTypes.ts'
import { parseWorkflow, type WorkflowFile } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { listNodes, formatPath } from '../graph/nodePaths.ts'
import type { StartedRun } from '../running/runnerTypes.ts'
import { runState } from '../running/state.ts'
import { texts, translateWorkflow } from '../texts/texts.ts'
import { isDark, showToast } from '../ui/state.ts'
import { showStorageError } from '../ui/storageError.ts'
import { newId } from '../workspace/library.ts'
import type { Run, RunDetails, Sweep } from './record.ts'
import { createRecorder, type RecorderOptions, type RequestedRun } from './recorder.ts'
import { createRunStore, type RunStore, type RunStores } from './runStore.ts'
import { paintViewPng } from './viewPicture.ts'

export interface RunHistory {
  /** Records a run. Must be called before its first event. */
  record(run: StartedRun): void
  /** Runs, newest first; undefined until they are loaded. */
  readonly all: Signal<readonly Run[] | undefined>
  readonly sweeps: Signal<readonly Sweep[]>
  /** Number of unreadable records. */
  readonly broken: Signal<number>
  /** Resolves once all finished runs are stored and listed. */
  whenStored(): Promise<void>
  /** Reloads the runs, since another tab may have stored some. */
  load(): Promise<void>
  details(id: string): Promise<RunDetails | undefined>
  change(id: string, change: Partial<Pick<Run, 'star' | 'note'>>): Promise<void>
  /** Deletes runs and shows a toast that offers undo. */
  remove(ids: readonly string[]): Promise<void>
  removeBroken(): Promise<void>
  addSweep(sweep: Sweep): Promise<void>
}

/** Parses a file that ran. Throws WorkflowError if it is unreadable. */
export const parseRunFile = (text: string): WorkflowFile => parseWorkflow(text, ownTypes).workflow

/** Prefixes the titles of nodes in subgraphs with the path to them. */
function withNodePaths(graph: Graph, text: string): Graph {
  if (!graph.nodes.some(({ id }) => id.includes(':'))) return graph
  const titles = new Map(
    listNodes(parseRunFile(text), ownTypes).map(({ id, ancestors: way, title }) => [
      id,
      formatPath([...way, title]),
    ]),
  )
  return {
    nodes: graph.nodes.map((node) => {
      const title = node.id.includes(':') ? titles.get(node.id) : undefined
      return title === undefined ? node : { ...node, title }
    }),
  }
}

function requestedRun({ id, item, isLive, target }: StartedRun): RequestedRun {
  const { workflow, text, graph, sweep } = item
  return {
    run: id,
    workflow: workflow.id,
    name: workflow.name,
    text,
    graph: withNodePaths(graph, text),
    ...(target && { target: target.id, to: target.title }),
    ...(isLive && { automatic: isLive }),
    ...(sweep && { sweep }),
  }
}

export function createRunHistory(stores: RunStores, client: Pick<Client, 'listen'>): RunHistory {
  const store = createRunStore(stores)
  const all: RunHistory['all'] = signal(undefined)
  const sweeps: RunHistory['sweeps'] = signal([])
  const broken = signal(0)

  async function list() {
    const listed = await store.list()
    const listedSweeps = await store.sweeps(listed.runs)
    all.value = listed.runs
    broken.value = listed.broken
    sweeps.value = listedSweeps
  }
  /** Runs an action and reloads the runs. Shows a failure and leaves the list unchanged. */
  const attempt = (action: () => Promise<unknown> = async () => {}) =>
    action()
      .then(list)
      .catch((error: unknown) => showStorageError(texts.runs.title, error))
  const reloadRuns = () => {
    if (all.value) void attempt()
  }
  const recorder = createRecorder(recorderOptions(store, client, reloadRuns))

  return {
    all,
    sweeps,
    broken,
    record: (run) => recorder.record(requestedRun(run)),
    whenStored: async () => {
      await recorder.whenStored()
      await attempt()
    },
    load: () => attempt(),
    details: (id) => store.details(id),
    change: (id, change) => attempt(() => store.change(id, change)),
    remove: (ids) =>
      attempt(async () => {
        const restore = await store.remove(ids)
        const undo = { label: texts.drawer.undo, run: () => void attempt(restore) }
        showToast(texts.runs.deleted(ids.length), { action: undo })
      }),
    removeBroken: () => attempt(() => store.removeBroken()),
    addSweep: (sweep) => attempt(() => store.addSweep(sweep)),
  }
}

function recorderOptions(
  store: RunStore,
  client: Pick<Client, 'listen'>,
  reloadRuns: () => void,
): RecorderOptions {
  /** True after the first announcement. At the limit, every new run drops an old one. */
  let dropAnnounced = false
  return {
    port: client,
    store,
    declared: ownTypes,
    parseFile: parseRunFile,
    backend: () => describeBackend(runState.backend.value),
    paint: (view, width, height) => paintViewPng(view, width, height, isDark.value),
    newId,
    onStored(dropped) {
      reloadRuns()
      if (dropped.length === 0 || dropAnnounced) return
      dropAnnounced = true
      showToast(texts.runs.deletedOldest(dropped.length), { text: texts.runs.limitReached })
    },
    onError: (error, { name }) =>
      showStorageError(texts.runs.runOf(translateWorkflow(name)), error),
  }
}

/** Returns what the bits of results depend on. */
const describeBackend = (report: BackendReport | undefined) =>
  report && (report.relaxedSimd ? `${report.name}, relaxed SIMD` : report.name)
