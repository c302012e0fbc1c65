// Converts a graph on a canvas to its file, from its file, and to the graph of a plan.
import { getOwn } from '../../engine/base/records.ts'
import type { LGraph, LGraphNode, LiteGraphStatic } from 'litegraph.js/build/litegraph.core.js'
import type { Graph } from '../../engine/plan/graph.ts'
import type { ByType, Declaration, Params } from '../../engine/plan/op.ts'
import { hasEffect } from '../../engine/plan/op.ts'
import { FONTS } from '../painters/theme.ts'
import type { WorkflowFile } from '../workflow.ts'
import { stringifyWorkflow, toGraph, withFixedSeeds, readSerialized } from '../workflow.ts'
import { WorkflowError } from '../workflow/error.ts'
import { FORMAT } from '../workflow/file.ts'
import { diffusionNodes, isDiffusionNode } from './diffusionNode.ts'
import { loadWithTypes } from './slotTypes.ts'
import { workflowMessages } from '../messages/workflow.ts'

/** Converts a graph on the canvas to a file. Removes the host's prefix from types. */
export function toWorkflowFile(graph: LGraph): WorkflowFile {
  // Half the time of structuredClone.
  const data = JSON.parse(JSON.stringify(graph.serialize())) as { nodes: Serialized[] }
  for (const node of data.nodes) {
    const live = graph.getNodeById(node.id)
    if (!live || !isDiffusionNode(live)) {
      removeTraces(node)
      continue
    }
    const { declaration } = live.diffusion
    node.type = declaration.type
    if (node.properties) node.properties = withoutIdleParams(node.properties, declaration)
  }
  const { workflow } = readSerialized(data, graphDeclarations(graph))
  if (graph.subgraphs?.length) workflow.subgraphs = graph.subgraphs
  return workflow
}

interface Serialized {
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
function removeTraces(node: Serialized) {
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
    toRepeatableFile(toWorkflowFile(graph), known ?? graphDeclarations(graph), title),
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
  toGraph(toWorkflowFile(graph), known)

const graphDeclarations = (graph: LGraph): Map<string, Declaration> =>
  new Map(
    diffusionNodes(graph).map(({ diffusion: { declaration } }) => [declaration.type, declaration]),
  )

/**
 * Shows a workflow. Nodes of unregistered types become placeholders, with `label` written on them.
 * They keep everything they came with and can be moved, rewired and saved.
 * @throws WorkflowError if the host's litegraph allows fewer nodes
 */
export function showWorkflow(
  lite: LiteGraphStatic,
  graph: LGraph,
  file: WorkflowFile,
  {
    prefix = '',
    label = () => 'not known here; kept as it is',
  }: { prefix?: string; label?: () => string } = {},
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
  for (const node of data.nodes)
    if (lite.registered_node_types[prefix + node.type]) node.type = prefix + node.type
  loadWithTypes(lite, graph, () => graph.configure(data))
  // litegraph counts on from the highest id, also where the next one would not be a safe integer.
  graph.last_node_id = data.last_node_id
  graph.last_link_id = data.last_link_id
  graph.subgraphs = subgraphs
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
