// Replaces closed nodes by the graphs they stand for, before any other stage reads the graph.
import { type Fault, type FaultPlace, type InnerNode, createFault } from '../messages/fault.ts'
import { closedInnerId, valueId } from '../base/ids.ts'
import { getOwn } from '../base/records.ts'
import { createSourceResolver } from '../base/resolveSource.ts'
import type { Expansion, Graph, GraphNode, Wire } from './graph.ts'
import type { ExpandOp, Op, Ops } from './op.ts'
import { expandNode } from './expandNode.ts'
import { planMessages } from '../messages/plan.ts'

/** Maximum nesting depth of closed nodes. A deeper node contains itself. */
const MAX_DEPTH = 16

export interface Expanded {
  graph: Graph
  faults: Fault[]
  /** The sources of the outputs of each closed node. */
  closed: Map<string, Record<string, Wire>>
  /** Maps each inner node to its closed node. */
  insides: Map<string, InnerNode>
  /** Closed nodes without inner nodes, since their params are invalid. Their faults say so. */
  unexpanded: Set<string>
}

const isExpand = (op: Op | undefined): op is ExpandOp => op !== undefined && 'expand' in op

export function expandGraph(graph: Graph, ops: Ops): Expanded {
  const faults: Fault[] = []
  const closed = new Map<string, Record<string, Wire>>()
  const insides = new Map<string, InnerNode>()
  const unexpanded = new Set<string>()
  let nodes = graph.nodes
  for (let depth = 0; ; depth++) {
    const node = nodes.find(({ op }) => isExpand(ops.get(op)))
    if (!node) break
    if (depth === MAX_DEPTH) {
      faults.push(
        createFault({
          node: node.id,
          message: planMessages.expandsIntoItself({ node: node.op }),
          cure: planMessages.declareOtherwise(),
        }),
      )
      break
    }
    nodes = nodes.flatMap((node) => {
      const op = ops.get(node.op)
      if (!isExpand(op)) return [node]
      const { expansion, faults: wrong } = expandNode(node, op)
      faults.push(...wrong)
      if (wrong.length && !expansion.nodes.length) unexpanded.add(node.id)
      const inside = placeInside(node, expansion)
      closed.set(node.id, inside.outputs)
      expansion.nodes.forEach((inner, i) =>
        insides.set(inside.nodes[i].id, mapToOutside(inner, node, op, expansion)),
      )
      return inside.nodes
    })
  }
  const follow = followClosed(closed)
  const rewired = nodes.map((node) => ({ ...node, inputs: mapWires(node.inputs, follow) }))
  return { graph: { nodes: rewired }, faults, closed, insides, unexpanded }
}

/**
 * Maps slots and params of an inner node to those of the closed node: by wire, by `called`, or by
 * name.
 */
function mapToOutside(
  inner: GraphNode,
  { id, title }: GraphNode,
  op: ExpandOp,
  { called = {} }: Expansion,
): InnerNode {
  const placed = (name: string): FaultPlace[] =>
    Object.hasOwn(op.inputs, name)
      ? [{ slot: name }]
      : Object.hasOwn(op.params, name)
        ? [{ param: name }]
        : []
  const places = (names: readonly string[], outer: (name: string) => string | undefined) =>
    Object.fromEntries(
      names.flatMap((name) =>
        placed(getOwn(called, valueId({ node: inner.id, slot: name })) ?? outer(name) ?? '').map(
          (place) => [name, place] as const,
        ),
      ),
    )
  const wired = (slot: string) =>
    inner.inputs[slot]?.node === '' ? inner.inputs[slot].slot : undefined
  return {
    node: id,
    title: title ?? op.title,
    slots: places(Object.keys(inner.inputs), wired),
    // A fault of an End may refer to a param of its Start.
    params: places(Object.keys({ ...op.params, ...inner.params }), (name) =>
      Object.hasOwn(op.params, name) ? name : undefined,
    ),
  }
}

/** Gives inner nodes unique ids and connects them to the inputs of the closed node. */
function placeInside(closed: GraphNode, { nodes, outputs }: Expansion): Expansion {
  const outward = ({ node, slot }: Wire): Wire | undefined =>
    node === '' ? getOwn(closed.inputs, slot) : { node: closedInnerId(closed.id, node), slot }
  return {
    nodes: nodes.map((node) => ({
      ...node,
      id: closedInnerId(closed.id, node.id),
      inputs: mapWires(node.inputs, outward),
    })),
    outputs: mapWires(outputs, outward),
  }
}

/**
 * Returns a function that follows a wire from outputs of closed nodes to the node that computes the
 * value. A wire that leads back to itself stays as it is.
 */
export function followClosed(
  closed: ReadonlyMap<string, Record<string, Wire>>,
): (wire: Wire) => Wire {
  const findSource = createSourceResolver<Wire>(({ node, slot }) => {
    const outputs = closed.get(node)
    const from = outputs && getOwn(outputs, slot)
    return from && { from }
  }, valueId)
  return (wire) => findSource(wire) ?? wire
}

const mapWires = (
  wires: Record<string, Wire>,
  change: (from: Wire) => Wire | undefined,
): Record<string, Wire> =>
  Object.fromEntries(
    Object.entries(wires).flatMap(([slot, from]) => {
      const to = change(from)
      return to ? [[slot, to]] : []
    }),
  )
