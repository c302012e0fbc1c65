// Replaces every closed node by the graph it stands for, before anything else looks at it.
import type { Fault, FaultPlace, Inside } from './fault.ts'
import type { Expansion, Graph, GraphNode, Wire } from './graph.ts'
import type { ExpandOp, Op, Ops } from './op.ts'
import { checkParams } from './params.ts'

/** Closed nodes within closed nodes within ... : beyond this depth a node surely contains itself. */
const MAX_DEPTH = 16

export interface Expanded {
  graph: Graph
  faults: Fault[]
  /** For each closed node, where its outputs come from now. */
  closed: Map<string, Record<string, Wire>>
  /** What each inner node is on the outside. */
  insides: Map<string, Inside>
}

const isExpand = (op: Op | undefined): op is ExpandOp => op !== undefined && 'expand' in op

export function expandGraph(graph: Graph, ops: Ops): Expanded {
  const faults: Fault[] = []
  const closed = new Map<string, Record<string, Wire>>()
  const insides = new Map<string, Inside>()
  let nodes = graph.nodes
  for (let depth = 0; nodes.some((node) => isExpand(ops.get(node.op))); depth++) {
    if (depth === MAX_DEPTH) {
      const node = nodes.find(({ op }) => isExpand(ops.get(op)))!
      faults.push({
        node: node.id,
        message: `${node.op} expands into itself.`,
        cure: 'Declare it with run, or without itself inside.',
      })
      break
    }
    nodes = nodes.flatMap((node) => {
      const op = ops.get(node.op)
      if (!isExpand(op)) return [node]
      const { params, faults: wrong } = checkParams(node, op)
      faults.push(...wrong)
      // With bad params there is nothing to expand; what hangs on it is reported through the fault itself.
      const expansion = wrong.length ? { nodes: [], outputs: {} } : op.expand(params as never, new Set(Object.keys(node.inputs)))
      const inside = placeInside(node, expansion)
      closed.set(node.id, inside.outputs)
      expansion.nodes.forEach((inner, i) => insides.set(inside.nodes[i]!.id, insideOf(inner, node, op, expansion)))
      return inside.nodes
    })
  }
  return { graph: { nodes: nodes.map((node) => rewire(node, closed)) }, faults, closed, insides }
}

/** By a wire, by what the expansion says, by the same name. */
function insideOf(inner: GraphNode, { id, title }: GraphNode, op: ExpandOp, { called = {} }: Expansion): Inside {
  const placed = (name: string): FaultPlace[] =>
    Object.hasOwn(op.inputs, name) ? [{ slot: name }] : Object.hasOwn(op.params, name) ? [{ param: name }] : []
  const places = (names: readonly string[], outer: (name: string) => string | undefined) =>
    Object.fromEntries(
      names.flatMap((name) => placed(called[`${inner.id}.${name}`] ?? outer(name) ?? '').map((place) => [name, place] as const)),
    )
  const wired = (slot: string) => (inner.inputs[slot]?.node === '' ? inner.inputs[slot].slot : undefined)
  return {
    node: id,
    title: title ?? op.title,
    slots: places(Object.keys(inner.inputs), wired),
    // An End speaks of params of its Start.
    params: places(Object.keys({ ...op.params, ...inner.params }), (name) => (Object.hasOwn(op.params, name) ? name : undefined)),
  }
}

/** Gives the inner nodes ids of their own and connects them to what the closed node was wired to. */
function placeInside(closed: GraphNode, { nodes, outputs }: Expansion): Expansion {
  const outward = ({ node, slot }: Wire): Wire | undefined =>
    node === '' ? closed.inputs[slot] : { node: `${closed.id}/${node}`, slot }
  return {
    nodes: nodes.map((node) => ({ ...node, id: `${closed.id}/${node.id}`, inputs: mapWires(node.inputs, outward) })),
    outputs: mapWires(outputs, outward),
  }
}

function rewire(node: GraphNode, closed: Map<string, Record<string, Wire>>): GraphNode {
  const follow = (from: Wire): Wire => {
    const through = closed.get(from.node)?.[from.slot]
    return through ? follow(through) : from
  }
  return { ...node, inputs: mapWires(node.inputs, follow) }
}

const mapWires = (wires: Record<string, Wire>, change: (from: Wire) => Wire | undefined): Record<string, Wire> =>
  Object.fromEntries(
    Object.entries(wires).flatMap(([slot, from]) => {
      const to = change(from)
      return to ? [[slot, to]] : []
    }),
  )
