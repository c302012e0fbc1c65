// Converts a graph on a canvas to its file, from its file, and to the graph of a plan.
import { getOwn } from '../engine/base/records.ts'
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Graph } from '../engine/plan/graph.ts'
import type { ByType, Declaration, Params } from '../engine/plan/op.ts'
import { hasEffect } from '../engine/plan/op.ts'
import { FONTS } from '../painters/theme.ts'
import type { WorkflowFile } from '../workflow/index.ts'
import { stringifyWorkflow, toGraph, withFixedSeeds, readSerialized } from '../workflow/index.ts'
import { WorkflowError } from '../workflow/error.ts'
import { FORMAT } from '../workflow/file.ts'
import type { JsonObject } from '../workflow/json.ts'
import { listSubgraphs } from '../workflow/subgraphs.ts'
import { completeDefinitions, hostDefinitions } from './definitions.ts'
import { diffusionNodes, isDiffusionNode } from './diffusionNode.ts'
import { loadWithTypes } from './slotTypes.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * Converts a graph on the canvas to a file. Removes the host's prefix from types.
 * @param known declarations of the nodes, including those inside subgraphs of a host
 */
export function toWorkflowFile(
  graph: LGraph,
  known: ByType = graphDeclarations(graph),
): WorkflowFile {
  // Half the time of structuredClone.
  const data = JSON.parse(JSON.stringify(graph.serialize())) as SerializedGraph
  cleanNodes(graph, data)
  if (graph.rootGraph) removeComfyFields(graph, data)
  if (data.definitions) {
    const json = data as SerializedGraph & JsonObject
    for (const subgraph of listSubgraphs(json)) {
      const { id } = subgraph as JsonObject
      const inner = graph.subgraphs?.get(String(id))
      if (inner) cleanNodes(inner, subgraph as JsonObject & SerializedGraph)
    }
    completeDefinitions(json, known)
  }
  const { workflow } = readSerialized(data, known)
  if (graph.workflowSubgraphs?.length) workflow.subgraphs = graph.workflowSubgraphs
  return workflow
}

interface SerializedGraph {
  nodes: SerializedNode[]
  extra?: Record<string, unknown>
  definitions?: unknown
  [key: string]: unknown
}

/** Removes what litegraph added to the nodes of a graph, in place. */
function cleanNodes(graph: LGraph, { nodes }: SerializedGraph) {
  for (const node of nodes) {
    const live = graph.getNodeById(node.id)
    if (!live || !isDiffusionNode(live)) {
      removeTraces(node)
      continue
    }
    const { declaration } = live.diffusion
    node.type = declaration.type
    if (node.properties) node.properties = withoutIdleParams(node.properties, declaration)
  }
}

/** Removes the fields that @comfyorg/litegraph adds to every graph, and its view. */
function removeComfyFields({ extra }: LGraph, data: SerializedGraph) {
  for (const key of ['id', 'revision', 'floatingLinks']) delete data[key]
  if (!data.extra) return
  const { diffusion } = extra as WorkflowFile['extra']
  // Kept for foreign files: they are compared with their original, which has the view in `ds`.
  if (diffusion?.foreign && extra.ds !== undefined) data.extra.ds = extra.ds
  else delete data.extra.ds
}

interface SerializedNode {
  id: number | string
  type: string
  pos?: Record<number, number>
  size?: Record<number, number>
  order?: number
  properties?: Params
}

/**
 * Removes what litegraph adds to a node of another type, which would otherwise be kept as a part of
 * its original: typed arrays as objects, and the order of execution.
 */
function removeTraces(node: SerializedNode) {
  for (const key of ['pos', 'size'] as const) {
    const pair = node[key]
    if (pair) node[key] = [pair[0], pair[1]]
  }
  delete node.order
}

/** Omits params that have their default value and no effect with the values of the other params. */
const withoutIdleParams = (properties: Params, { params }: Declaration): Params =>
  Object.fromEntries(
    Object.entries(properties).filter(([name, value]) => {
      const param = getOwn(params, name)
      if (!param || hasEffect(params, name, (other) => properties[other])) return true
      return JSON.stringify(value) !== JSON.stringify(param.default)
    }),
  )

/**
 * The text of the graph for the images of the run that begins now. See {@link toRepeatableFile}.
 */
export const graphRunText = (graph: LGraph, title?: string, known?: ByType): string =>
  stringifyWorkflow(
    toRepeatableFile(toWorkflowFile(graph, known), known ?? graphDeclarations(graph), title),
  )

/**
 * The file that repeats a run: with fixed seeds, and with `title` if it has none. Returns
 * `workflow` itself if that is such a file.
 */
export function toRepeatableFile(
  workflow: WorkflowFile,
  known: ByType,
  title?: string,
): WorkflowFile {
  const file = withFixedSeeds(workflow, known)
  const { diffusion } = file.extra
  if (title === undefined || diffusion?.title) return file
  return { ...file, extra: { ...file.extra, diffusion: { ...diffusion, format: FORMAT, title } } }
}

/** Converts a graph on the canvas to the graph of a plan. */
export const toPlanGraph = (graph: LGraph, known: ByType = graphDeclarations(graph)): Graph =>
  toGraph(toWorkflowFile(graph, known), known)

const graphDeclarations = (graph: LGraph): Map<string, Declaration> =>
  new Map(
    diffusionNodes(graph).map(({ diffusion: { declaration } }) => [declaration.type, declaration]),
  )

export interface ShowOptions {
  /** Prefix of the registered types. */
  prefix?: string
  /** Text on nodes of unregistered types. */
  label?: () => string
  /** True for hosts, whose graphs keep the definitions of subgraphs themselves. */
  inHost?: boolean
}

/**
 * Shows a workflow. Nodes of unregistered types become placeholders, with `label` written on them.
 * They keep everything they came with and can be moved, rewired and saved.
 * @throws WorkflowError if the host's litegraph allows fewer nodes
 */
export function showWorkflow(
  lite: LiteGraphStatic,
  graph: LGraph,
  file: WorkflowFile,
  { prefix = '', label = () => 'not known here; kept as it is', inHost = false }: ShowOptions = {},
) {
  const most = lite.MAX_NUMBER_OF_NODES
  if (file.nodes.length > most) {
    throw new WorkflowError(
      'nodes',
      workflowMessages.litegraphLimit({ most, count: file.nodes.length }),
    )
  }
  const { subgraphs, ...shown } = file
  // Half the time of structuredClone.
  const data = JSON.parse(JSON.stringify(shown)) as typeof shown
  const registeredType = (type: string) =>
    lite.registered_node_types[prefix + type] ? prefix + type : type
  for (const node of data.nodes) node.type = registeredType(node.type)
  const definitions = inHost ? hostDefinitions(lite, file, registeredType) : undefined
  if (definitions) Object.assign(data, { definitions })
  loadWithTypes(lite, graph, () => graph.configure(data))
  // litegraph counts on from the highest id, also where the next one would not be a safe integer.
  graph.last_node_id = data.last_node_id
  graph.last_link_id = data.last_link_id
  if (!inHost) graph.workflowSubgraphs = subgraphs
  for (const node of graph._nodes)
    if (node.has_errors && node.last_serialization) makePlaceholder(node, label)
}

/**
 * Turns a node of unknown type into an editable placeholder. litegraph would save it as loaded,
 * without later changes.
 */
function makePlaceholder(node: LGraphNode, label: () => string) {
  delete node.last_serialization
  node.has_errors = false
  node.getTitle = () => node.title || node.type.replace(/^.*\//, '')
  node.onDrawForeground = (ctx) => {
    if (node.flags.collapsed) return
    ctx.save()
    ctx.strokeStyle = '#d9a441'
    ctx.setLineDash([6, 4])
    ctx.strokeRect(1, -29, node.size[0] - 1, node.size[1] + 28)
    ctx.fillStyle = '#d9a441'
    ctx.font = `11px ${FONTS}`
    ctx.textAlign = 'left'
    // At the bottom of the node, if there is room below the slots.
    const rows = Math.max(node.inputs?.length ?? 0, node.outputs?.length ?? 0)
    if (node.size[1] > 20 * rows + 24) ctx.fillText(label(), 10, node.size[1] - 9)
    ctx.restore()
  }
}
