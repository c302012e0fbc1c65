// Layers of a graph that are part of no model.
import { type Fault, createFault } from '../messages/fault.ts'
import { planMessages } from '../messages/plan.ts'
import type { Graph, GraphNode } from './graph.ts'
import type { Op, Ops } from './op.ts'
import { nodeName, nodesById } from './slots.ts'

/**
 * Notices of the layers that lead to no model; none while no layer of the graph leads to one, as in
 * a network under construction.
 */
export function findUnusedLayers(graph: Graph, ops: Ops): Fault[] {
  const nodes = nodesById(graph)
  const used = new Set<string>()
  const pending: GraphNode[] = graph.nodes.filter(({ op }) => makesModel(ops.get(op)))
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (used.has(node.id)) continue
    used.add(node.id)
    pending.push(...Object.values(node.inputs).flatMap((from) => nodes.get(from.node) ?? []))
  }
  const isLayer = ({ id, op }: GraphNode) => givesFeatures(ops.get(op)) && !used.has(id)
  const hasNetwork = graph.nodes.some(({ id, op }) => used.has(id) && givesFeatures(ops.get(op)))
  if (!hasNetwork) return []
  return graph.nodes.filter(isLayer).map(({ id }) =>
    createFault({
      node: id,
      message: planMessages.unusedLayer({ node: nodeName(id, nodes, ops) }),
      cure: planMessages.useLayer(),
      notice: true,
    }),
  )
}

const makesModel = (op: Op | undefined): boolean =>
  op !== undefined &&
  Object.values(op.inputs).some(
    ({ accepts }) => accepts !== 'any' && accepts.includes('features'),
  ) &&
  Object.values(op.outputs).some(({ type }) => type === 'model')

const givesFeatures = (op: Op | undefined): boolean =>
  op !== undefined && Object.values(op.outputs).some(({ type }) => type === 'features')
