// Wired params whose values are known before a run become set params: the plan, keys and results are
// those of the same graph with typed values.
import { NodeError } from '../messages/fault.ts'
import { getOwn } from '../base/records.ts'
import { sortTopologically } from '../base/sortTopologically.ts'
import { getNode, type Graph, type GraphNode } from './graph.ts'
import type { Ops, StaticValue, StaticValues } from './op.ts'
import { checkParams } from './params.ts'
import { nodesById } from './slots.ts'
import { collectStaticInputs, staticRunOutputs } from './staticValues.ts'
import { paramType, wiredParams } from './paramSlots.ts'
import { fromWire } from './wiredParams.ts'

/**
 * Sets params to the values of their wires, and removes these wires, where the values follow from
 * params alone. Values that depend on an output of a Start are never known: its static outputs
 * stand for all iterations.
 */
export function foldParams(graph: Graph, ops: Ops): Graph {
  const isWired = ({ op, inputs }: GraphNode) => {
    const declared = ops.get(op)
    return declared !== undefined && wiredParams(declared, inputs).length > 0
  }
  const wired = graph.nodes.filter(isWired).map(({ id }) => id)
  if (!wired.length) return graph
  const nodes = nodesById(graph)
  const { order } = sortTopologically(
    wired,
    (id) =>
      Object.values(getNode(nodes, id).inputs).flatMap(({ node }) =>
        nodes.has(node) ? [node] : [],
      ),
    'cut',
  )
  const outputs = new Map<string, StaticValues>()
  for (const id of order) {
    const node = foldNode(getNode(nodes, id), ops, outputs)
    nodes.set(id, node)
    outputs.set(id, findOutputs(node, ops, outputs))
  }
  return { nodes: graph.nodes.map(({ id }) => getNode(nodes, id)) }
}

function foldNode(
  node: GraphNode,
  ops: Ops,
  outputs: ReadonlyMap<string, StaticValues>,
): GraphNode {
  const op = ops.get(node.op)
  if (!op) return node
  const [inputs, params, folded] = [{ ...node.inputs }, { ...node.params }, { ...node.folded }]
  for (const name of wiredParams(op, node.inputs)) {
    const [from, spec] = [inputs[name], op.params[name]]
    const value = getOwn(outputs.get(from.node) ?? {}, from.slot)
    // Another type is a fault of the wire.
    if (!isConstant(value) || value.type !== paramType(spec)) continue
    params[name] = fromWire(spec, value)
    folded[name] = from
    delete inputs[name]
  }
  return Object.keys(folded).length ? { ...node, inputs, params, folded } : node
}

const isConstant = (
  value: StaticValue | undefined,
): value is Extract<StaticValue, { type: 'number' | 'text' }> =>
  value?.type === 'number' || value?.type === 'text'

/** Returns the outputs of a node that follow from its params and static inputs. */
function findOutputs(
  node: GraphNode,
  ops: Ops,
  outputs: ReadonlyMap<string, StaticValues>,
): StaticValues {
  const op = ops.get(node.op)
  if (!op || !('run' in op) || wiredParams(op, node.inputs).length) return {}
  const { params, faults } = checkParams(node, op)
  if (faults.length) return {}
  try {
    return staticRunOutputs(node, op, params, collectStaticInputs(node, op, outputs))
  } catch (error) {
    // The fault is reported when the graph is checked.
    if (error instanceof NodeError) return {}
    throw error
  }
}
