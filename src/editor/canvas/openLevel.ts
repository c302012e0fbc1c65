// The level of the workflow that is open on the canvas: the main graph or the inside of a subgraph
// node.
import type { LGraph } from 'litegraph.js/build/litegraph.core.js'
import { idPath, innerId, joinIds } from '../../engine/base/ids.ts'
import type { Declaration } from '../../engine/plan/op.ts'
import type { SlotType } from '../../engine/plan/slotValues.ts'
import type { Registration } from '../../litegraph/register.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import {
  subgraphBorder,
  SUBGRAPH_CATEGORY,
  withSubgraphs,
} from '../../workflow/subgraphDeclarations.ts'
import type { FileNode, NodeId, Subgraph, WorkflowFile } from '../../workflow/file.ts'
import { emptyWorkflow, INPUTS, OUTPUTS } from '../../workflow/file.ts'
import { sameJson } from '../../workflow/json.ts'
import { usedSubgraphs } from '../../workflow/subgraphs.ts'
import { ownTypes } from '../graph/declarations.ts'
import { texts } from '../texts/texts.ts'
import {
  withLevel,
  getLevel,
  NEW_SLOT,
  sortSubgraphs,
  truncatePath,
  getPathSubgraphs,
  type Path,
} from '../graph/levels.ts'

export interface Levels {
  /** The open level, with all subgraphs of the workflow. */
  file(): WorkflowFile
  /** The current complete workflow, of the graph on the canvas by default. */
  workflow(graph?: LGraph): WorkflowFile
  /**
   * Shows another state of the workflow, at the open level if it still exists. Keeps the selection
   * and the run status of nodes with the same id and type, unless it is `another` workflow.
   */
  load(whole: WorkflowFile, options?: { another?: boolean; path?: Path }): void
  /** Replaces the open level. Returns false without a change if a subgraph would contain itself. */
  replaceLevel(level: WorkflowFile): boolean
  /** Opens a level. Returns false if the path does not exist. */
  openPath(path: Path): boolean
  /**
   * Updates the border nodes of the open subgraph after a change of its wires. Returns the
   * workflow.
   */
  updateBorder(): WorkflowFile
  /** Registers the subgraphs of another graph that is now on the canvas. */
  registerTypes(): void
  path(): Path
  /** The open subgraph, undefined at the top level. */
  subgraph(): Subgraph | undefined
  /** True if nodes of a type contain the open subgraph, so that they cannot be added to it. */
  containsOpenLevel(type: string): boolean
  /** The full id of the node whose subgraph is open. */
  within(graph?: LGraph): string | undefined
  /** The id of a node of the open level in a run. */
  fullId(id: NodeId): string
  /** The titles of the nodes along a full id, undefined if a node does not exist. */
  nodeTitles(id: string, graph?: LGraph): string[] | undefined
  /** The type of the node with a full id, at any level; undefined if it does not exist. */
  nodeType(id: string): string | undefined
}

/** The level that is drawn now, and the previous level. */
export interface LevelChange {
  within: string | undefined
  previous: string | undefined
  another: boolean
}

interface LevelCanvas {
  graph(): LGraph
  read(graph: LGraph): WorkflowFile
  draw(file: WorkflowFile, level: LevelChange): void
  register(subgraphs: readonly Declaration[], border: readonly Declaration[]): Registration
}

/** A workflow and its open level. Changes of the open level on the canvas are merged on demand. */
interface OpenWorkflow {
  whole: WorkflowFile
  path: Path
}

const findOpenSubgraph = ({ whole, path }: OpenWorkflow) => getPathSubgraphs(whole, path)?.at(-1)

/** Open workflows by graph. */
class OpenWorkflows {
  private readonly workflows = new WeakMap<LGraph, OpenWorkflow>()
  private registration: Registration | undefined

  constructor(private readonly canvas: LevelCanvas) {}

  get(graph = this.canvas.graph()): OpenWorkflow {
    const open = this.workflows.get(graph) ?? { whole: emptyWorkflow(), path: [] }
    this.workflows.set(graph, open)
    return open
  }

  /** Merges the open level, as it is on the graph, into the workflow. */
  merge(graph = this.canvas.graph()): WorkflowFile {
    const open = this.get(graph)
    return (open.whole = withLevel(open.whole, open.path, this.canvas.read(graph)))
  }

  registerTypes({ whole, path } = this.get()) {
    const declared = withSubgraphs(whole, ownTypes)
    const subgraphs = (whole.subgraphs ?? []).flatMap(({ id }) => declared.get(id) ?? [])
    const open = findOpenSubgraph({ whole, path })
    // Types of another workflow or level would otherwise define nodes that are unknown in this one.
    this.registration?.unregister()
    this.registration = this.canvas.register(subgraphs, open ? declareBorder(open) : [])
  }

  /** @param previous full id of the level that was open before */
  draw(open: OpenWorkflow, previous: string | undefined, another = false) {
    this.registerTypes(open)
    const level = { within: joinIds(open.path), previous, another }
    this.canvas.draw(getLevel(open.whole, open.path), level)
  }
}

export function createLevels(canvas: LevelCanvas): Levels {
  const workflows = new OpenWorkflows(canvas)
  return {
    file: () => canvas.read(canvas.graph()),
    workflow: (graph) => workflows.merge(graph),
    registerTypes: () => workflows.registerTypes(),
    ...levelChanges(canvas, workflows),
    ...levelQueries(workflows),
  }
}

const levelChanges = (
  canvas: LevelCanvas,
  workflows: OpenWorkflows,
): Pick<Levels, 'load' | 'replaceLevel' | 'openPath' | 'updateBorder'> => ({
  load(whole, { another = false, path } = {}) {
    const open = workflows.get()
    const previous = another ? undefined : joinIds(open.path)
    open.path = path ?? (another ? [] : truncatePath(open.whole, whole, open.path))
    open.whole = whole
    workflows.draw(open, previous, another)
  },
  replaceLevel(level) {
    const open = workflows.get()
    const next = withLevel(workflows.merge(), open.path, level)
    if (next.subgraphs && !sortSubgraphs(next.subgraphs)) return false
    open.whole = next
    workflows.draw(open, joinIds(open.path))
    return true
  },
  openPath(path) {
    const open = workflows.get()
    if (!getPathSubgraphs(workflows.merge(), path)) return false
    const previous = joinIds(open.path)
    open.path = path
    if (previous !== joinIds(path)) workflows.draw(open, previous)
    return true
  },
  updateBorder() {
    const open = workflows.get()
    const level = canvas.read(canvas.graph())
    const inSubgraph = findOpenSubgraph(open) !== undefined
    open.whole = withLevel(open.whole, open.path, level)
    if (!inSubgraph) return open.whole
    if (sameJson(borderSlots(level), borderSlots(getLevel(open.whole, open.path))))
      return open.whole
    workflows.draw(open, joinIds(open.path))
    return workflows.merge()
  },
})

const levelQueries = (
  workflows: OpenWorkflows,
): Pick<
  Levels,
  'path' | 'subgraph' | 'containsOpenLevel' | 'within' | 'fullId' | 'nodeTitles' | 'nodeType'
> => ({
  path: () => workflows.get().path,
  subgraph: () => findOpenSubgraph(workflows.get()),
  containsOpenLevel(type) {
    const open = workflows.get()
    const id = findOpenSubgraph(open)?.id
    return usedSubgraphs([{ type }], open.whole.subgraphs ?? []).some((used) => used.id === id)
  },
  within: (graph) => joinIds(workflows.get(graph).path),
  fullId: (id) => innerId(joinIds(workflows.get().path), id),
  nodeTitles(id, graph) {
    const { whole } = workflows.get(graph)
    const declared = withSubgraphs(whole, ownTypes)
    return findPathNodes(whole, idPath(id))?.map((node) => nodeTitle(node, declared))
  },
  nodeType: (id) => findPathNodes(workflows.get().whole, idPath(id))?.at(-1)?.type,
})

/** Returns the nodes along a path, if all exist. */
function findPathNodes(whole: WorkflowFile, path: readonly string[]): FileNode[] | undefined {
  const subgraphs = getPathSubgraphs(whole, path.slice(0, -1))
  const bodies = subgraphs && [whole, ...subgraphs.map(({ inside }) => inside)]
  const nodes = bodies?.map((body, depth) =>
    body.nodes.find(({ id }) => String(id) === path[depth]),
  )
  return nodes?.every((node) => node !== undefined) ? nodes : undefined
}

/** The slots of both border nodes. On the canvas, outputs of the subgraph accept any type. */
const borderSlots = ({ nodes }: WorkflowFile) =>
  [INPUTS, OUTPUTS].map((border) => {
    const node = nodes.find((each) => each.type === border)
    return [node?.inputs, node?.outputs].map((slots) =>
      slots?.map(({ name, type }) => (border === OUTPUTS ? name : [name, type])),
    )
  })

/** Declares the two border nodes of a subgraph: its inputs and its outputs. */
function declareBorder(subgraph: Subgraph): Declaration[] {
  const words = texts.subgraph
  const common = { version: 1, category: SUBGRAPH_CATEGORY, params: {}, role: 'node' } as const
  const slots = (type: typeof INPUTS | typeof OUTPUTS) => {
    const node = subgraphBorder(subgraph, type)
    return [...(type === INPUTS ? node.outputs : node.inputs), { name: NEW_SLOT, type: '*' }]
  }
  return [
    {
      ...common,
      type: INPUTS,
      title: words.inputs,
      summary: words.inputsAbout,
      inputs: {},
      outputs: Object.fromEntries(
        slots(INPUTS).map(({ name, type }) => [
          name,
          { type: type === '*' ? { like: '' } : (String(type) as SlotType), about: '' },
        ]),
      ),
    },
    {
      ...common,
      type: OUTPUTS,
      title: words.outputs,
      summary: words.outputsAbout,
      inputs: Object.fromEntries(
        slots(OUTPUTS).map(({ name }) => [name, { accepts: 'any', about: '', optional: true }]),
      ),
      outputs: {},
    },
  ]
}
