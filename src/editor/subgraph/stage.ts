// Which level of the workflow the canvas shows: the graph, or what is inside of one of its nodes.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import type { Declaration } from '../../engine/plan/op.ts'
import { titleOfNode } from '../../nodes/titles.ts'
import { edge, MINE, withSubgraphs } from '../../nodes/workflow/blocks.ts'
import type { FileNode, NodeId, Subgraph, WorkflowFile } from '../../nodes/workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../nodes/workflow/file.ts'
import { pathOf } from '../../nodes/workflow/flatten.ts'
import { sameJson } from '../../nodes/workflow/json.ts'
import { usedBy } from '../../nodes/workflow/subgraphs.ts'
import { ownTypes } from '../declarations.ts'
import { texts } from '../texts.ts'
import { composed, levelOf, NEW, ordered, pathKept, subgraphsOn, type Path } from './levels.ts'

export interface Levels {
  /** What is on the canvas, with all subgraphs of the workflow. */
  file(): WorkflowFile
  /** The workflow as it stands: the one that is shown, or that of another graph. */
  whole(of?: LGraph): WorkflowFile
  /**
   * Shows another state of the workflow, at the level that is open if it is still there; what nodes of the same id and type show
   * of a run stays, and so does the selection, unless it is another workflow.
   */
  load(whole: WorkflowFile, options?: { another?: boolean; path?: Path }): void
  /** Another state of the level that is open. False, and nothing changed, where a subgraph would contain itself. */
  put(level: WorkflowFile): boolean
  /** Goes to a level. False if there is none at the end of the path. */
  show(path: Path): boolean
  /** Brings the border in order, after a wire to or from it. True if that changed something. */
  settle(): boolean
  /** Another graph is on the canvas. */
  turned(): void
  path(): Path
  /** The subgraph that is open. */
  subgraph(): Subgraph | undefined
  /** Whether nodes of a type hold the subgraph that is open, so that they cannot be put into it. */
  holdsOpen(type: string): boolean
  /** The full id of the node whose inside is open. */
  within(of?: LGraph): string | undefined
  /** What a node on the canvas is called in a run. */
  fullId(id: NodeId): string
  /** The titles of the nodes that a full id goes through; undefined if it leads nowhere. */
  titlesOf(id: string, of?: LGraph): string[] | undefined
  /** The type of the node with a full id, wherever it is; undefined if there is none. */
  typeOf(id: string): string | undefined
}

/** Which level is drawn now, and which was before. */
export interface Drawn {
  within: string | undefined
  was: string | undefined
  another: boolean
}

interface Canvas {
  /** The graph that is on it. */
  graph(): LGraph
  read(graph: LGraph): WorkflowFile
  draw(file: WorkflowFile, level: Drawn): void
  know(subgraphs: readonly Declaration[], border: readonly Declaration[]): void
}

/** Of a workflow: all of it, but for what its graph shows now, and which level that is. */
interface Opened {
  whole: WorkflowFile
  path: Path
}

const join = (ids: Path) => (ids.length ? ids.join(':') : undefined)
const opened = ({ whole, path }: Opened) => subgraphsOn(whole, path)?.at(-1)

export function createLevels({ graph, read, draw, know }: Canvas): Levels {
  const all = new WeakMap<LGraph, Opened>()
  const of = (which = graph()): Opened => {
    const there = all.get(which) ?? { whole: emptyWorkflow(), path: [] }
    all.set(which, there)
    return there
  }
  const now = (which = graph()) => {
    const here = of(which)
    return (here.whole = composed(here.whole, here.path, read(which)))
  }
  function knowAll({ whole, path }: Opened) {
    const known = withSubgraphs(whole, ownTypes)
    const open = opened({ whole, path })
    const mine = (whole.subgraphs ?? []).map(({ id }) => known.get(id)!)
    know(mine, open ? borderOf(open) : [])
  }
  /** `was`: the level that was there before. */
  function drawAll(here: Opened, was: string | undefined, another = false) {
    knowAll(here)
    draw(levelOf(here.whole, here.path), { within: join(here.path), was, another })
  }

  return {
    file: () => read(graph()),
    whole: now,
    load(whole, { another = false, path: wanted } = {}) {
      const here = of()
      const was = another ? undefined : join(here.path)
      here.path = wanted ?? (another ? [] : pathKept(here.whole, whole, here.path))
      here.whole = whole
      drawAll(here, was, another)
    },
    put(level) {
      const here = of()
      const next = composed(now(), here.path, level)
      if (next.subgraphs && !ordered(next.subgraphs)) return false
      here.whole = next
      drawAll(here, join(here.path))
      return true
    },
    show(path) {
      const here = of()
      if (!subgraphsOn(now(), path)) return false
      const was = join(here.path)
      here.path = path
      if (was !== join(path)) drawAll(here, was)
      return true
    },
    settle() {
      const here = of()
      if (!opened(here)) return false
      const shown = edgesIn(read(graph()))
      now()
      if (sameJson(shown, edgesIn(levelOf(here.whole, here.path)))) return false
      drawAll(here, join(here.path))
      return true
    },
    turned: () => knowAll(of()),
    path: () => of().path,
    subgraph: () => opened(of()),
    holdsOpen: (type) => usedBy([{ type }], of().whole.subgraphs ?? []).some(({ id }) => id === opened(of())?.id),
    within: (which) => join(of(which).path),
    fullId: (id) => [...of().path, id].join(':'),
    titlesOf(id, which) {
      const { whole } = of(which)
      const known = withSubgraphs(whole, ownTypes)
      return nodesOn(whole, pathOf(id))?.map((node) => titleOfNode(node, known))
    },
    typeOf: (id) => nodesOn(of().whole, pathOf(id))?.at(-1)!.type,
  }
}

/** The nodes that a way goes through, if all are there. */
function nodesOn(whole: WorkflowFile, path: readonly string[]): FileNode[] | undefined {
  const subgraphs = subgraphsOn(whole, path.slice(0, -1))
  const bodies = subgraphs && [whole, ...subgraphs.map(({ inside }) => inside)]
  const nodes = bodies?.map((body, depth) => body.nodes.find(({ id }) => String(id) === path[depth]))
  return nodes?.every((node) => node !== undefined) ? nodes : undefined
}

const edgesIn = ({ nodes }: WorkflowFile) =>
  [INPUTS, OUTPUTS].map((type) => {
    const node = nodes.find((each) => each.type === type)
    return [node?.inputs, node?.outputs].map((slots) => slots?.map(({ name, type }) => (type === OUTPUTS ? name : [name, type])))
  })

/** The two nodes at the border of what is open. */
function borderOf(subgraph: Subgraph): Declaration[] {
  const words = texts.subgraph
  const common = { version: 1, category: MINE, params: {}, role: 'node' } as const
  const slots = (type: typeof INPUTS | typeof OUTPUTS) => {
    const node = edge(subgraph, type)
    return [...(type === INPUTS ? node.outputs : node.inputs), { name: NEW, type: '*' }]
  }
  return [
    {
      ...common,
      type: INPUTS,
      title: words.inputs,
      summary: words.inputsAbout,
      inputs: {},
      outputs: Object.fromEntries(
        slots(INPUTS).map(({ name, type }) => [name, { type: type === '*' ? { like: '' } : (String(type) as never), about: '' }]),
      ),
    },
    {
      ...common,
      type: OUTPUTS,
      title: words.outputs,
      summary: words.outputsAbout,
      inputs: Object.fromEntries(slots(OUTPUTS).map(({ name }) => [name, { accepts: 'any', about: '', optional: true }])),
      outputs: {},
    },
  ]
}
