// Last pictures and charts of each workflow, stored in this browser, so that a reload shows them
// again.
import { outerId } from '../../engine/base/ids.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import type { View } from '../../engine/base/view.ts'
import type { Store } from '../storage/stores.ts'
import type { ActiveRun } from './activeRun.ts'
import { viewBytes } from '../../hosts/worker/viewCache.ts'

/** Limit of the views of a workflow, in bytes. The largest ones are left out. */
const MAX_BYTES = 8e6
/** Limit of workflows. Beyond it the views of the one that ran longest ago are deleted. */
const MAX_WORKFLOWS = 12
/** Delay after a view, in milliseconds: during a run, and at its end. */
const DELAY = { run: 1500, end: 300 }

/** View of a node. Shown again only on a node of the same type. */
interface NodeView {
  node: string
  op: string
  view: View
}

/** Record of a workflow. Stored in IndexedDB, so its fields are part of a format. */
interface WorkflowViews {
  /** Id of the workflow. */
  id: string
  /** Time of the last change, in milliseconds. */
  when: number
  views: NodeView[]
}

export interface StoredViews {
  /** Stores the latest views of a run soon. */
  schedule(run: ActiveRun, when?: keyof typeof DELAY): void
  /** Stores scheduled views at once, since the page may be about to close. */
  flush(): Promise<void>
  /** Returns the stored views of a workflow for the nodes of its graph. */
  load(id: string, graph: Graph): Promise<NodeView[]>
  /** Moves the views of a workflow that was opened under another id. */
  rename(id: string, to: string): Promise<void>
}

export function createStoredViews(store: Store): StoredViews {
  let waiting: { run: ActiveRun; timer: ReturnType<typeof setTimeout>; due: number } | undefined
  /** Stored views of the workflow that ran last. A page that closes can write, but not read. */
  let known: { id: string; views: Promise<NodeView[]> } | undefined

  const read = async (id: string) => (await store.get<WorkflowViews>(id))?.views ?? []

  function readOnce(id: string): Promise<NodeView[]> {
    if (known?.id !== id) known = { id, views: read(id).catch(() => []) }
    return known.views
  }

  async function put(record: WorkflowViews) {
    await store.set(record.id, record)
    const all = await store.all<WorkflowViews>()
    const oldest = all.sort((a, b) => b.when - a.when).slice(MAX_WORKFLOWS)
    for (const { id } of oldest) await store.del(id)
  }

  async function storeRun({ log, graph, workflow }: ActiveRun) {
    const ops = opsById(graph)
    const latest = log.views().flatMap(({ node, view }): NodeView[] => {
      const op = ops.get(outerId(node))
      return op === undefined ? [] : [{ node, op, view }]
    })
    if (latest.length === 0) return
    // A run up to one node shows only some of the views.
    const before = await readOnce(workflow.id)
    const byNode = new Map([...before, ...latest].map((each) => [each.node, each]))
    const views = fitViews([...byNode.values()])
    known = { id: workflow.id, views: Promise.resolve(views) }
    await put({ id: workflow.id, when: Date.now(), views })
  }

  async function flush() {
    if (!waiting) return
    clearTimeout(waiting.timer)
    const { run } = waiting
    waiting = undefined
    // Pictures are a convenience: a full disk is reported where work is stored.
    await storeRun(run).catch(() => {})
  }

  return {
    flush,
    schedule(run, when = 'run') {
      const due = Date.now() + DELAY[when]
      if (waiting && waiting.run !== run) void flush()
      void readOnce(run.workflow.id)
      if (waiting && waiting.due <= due) return
      clearTimeout(waiting?.timer)
      waiting = { run, due, timer: setTimeout(() => void flush(), DELAY[when]) }
    },
    async load(id, graph) {
      const ops = opsById(graph)
      const record = await store.get<WorkflowViews>(id).catch(() => undefined)
      return (record?.views ?? []).filter(({ node, op }) => ops.get(outerId(node)) === op)
    },
    async rename(id, to) {
      const record = id === to ? undefined : await store.get<WorkflowViews>(id)
      if (!record) return
      known = undefined
      await put({ ...record, id: to })
      await store.del(id)
    },
  }
}

const opsById = ({ nodes }: Graph) => new Map(nodes.map(({ id, op }) => [id, op]))

/** Leaves out the largest views, so that the others fit. */
function fitViews(views: readonly NodeView[]): NodeView[] {
  let bytes = 0
  const fits = new Set(
    views
      .map((each) => ({ each, size: viewBytes(each.view) }))
      .sort((a, b) => a.size - b.size)
      .filter(({ size }) => (bytes += size) <= MAX_BYTES)
      .map(({ each }) => each),
  )
  return views.filter((each) => fits.has(each))
}
