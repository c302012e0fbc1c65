// Finds everything that keeps a graph from running, all at once.
import type { Fault } from './fault.ts'
import type { Graph, GraphNode, Wire } from './graph.ts'
import { foresee } from './known.ts'
import type { Op, Ops } from './op.ts'
import { checkParams } from './params.ts'
import { accepts, inputSlot, kindsInWords, named, nodesById, outputSlot, splitMany, typeOfWire } from './slots.ts'
import { zoneFaults } from './zone-faults.ts'
import { pairZones, placeInZones, type Checked } from './zones.ts'

/** Checks what leads to `targets`. Faults that make later checks meaningless end the search; all others are collected. `prepared` as in `tryCompile`. */
export function checkGraph(
  graph: Graph,
  targets: readonly string[],
  ops: Ops,
  prepared: ReadonlyMap<string, unknown> = new Map(),
): Checked {
  const nodes = nodesById(graph)
  const checked: Checked = { nodes, ops, order: [], zones: new Map(), zonesOf: new Map(), known: new Map(), faults: [] }
  const live = reach(targets, nodes, ops)
  checked.faults.push(...[...live].flatMap((id) => nodeFaults(nodes.get(id)!, nodes, ops)))
  const { order, cycle } = sort(live, nodes)
  checked.order = order
  if (cycle) {
    checked.faults.push(cycleFault(cycle, nodes, ops))
    return checked
  }
  checked.faults.push(...pairZones(checked))
  placeInZones(checked)
  checked.faults.push(...foresee(checked, prepared))
  checked.faults.push(...zoneFaults(checked))
  return checked
}

/** All that the targets need. A body value needs its loop, and a loop both its ends. */
function reach(targets: readonly string[], nodes: Map<string, GraphNode>, ops: Ops): Set<string> {
  const endsOf = new Map<string, string[]>()
  for (const node of nodes.values()) {
    const start = node.inputs.loop?.node
    if (start !== undefined && ops.get(node.op)?.role === 'end') endsOf.set(start, [...(endsOf.get(start) ?? []), node.id])
  }
  const live = new Set<string>()
  const visit = (id: string) => {
    const node = nodes.get(id)
    if (!node || live.has(id)) return
    live.add(id)
    for (const from of Object.values(node.inputs)) visit(from.node)
    for (const end of endsOf.get(id) ?? []) visit(end)
  }
  targets.forEach(visit)
  return live
}

/** What is wrong with a node by itself and its wires: type, params, slots. */
function nodeFaults(node: GraphNode, nodes: Map<string, GraphNode>, ops: Ops): Fault[] {
  const op = ops.get(node.op)
  if (!op) {
    return [{ node: node.id, message: `Unknown node type ${node.op}.`, cure: 'Load the pack that has it, or delete the node.' }]
  }
  const { faults } = checkParams(node, op)
  for (const [name, slot] of Object.entries(op.inputs)) {
    const wired = slot.many ? Object.keys(node.inputs).some((key) => splitMany(key)[0] === name) : node.inputs[name]
    if (!wired && !slot.optional && slot.accepts[0] !== 'loop') {
      faults.push({
        node: node.id,
        slot: name,
        message: `Nothing is wired to ${name}.`,
        cure: `Wire ${kindsInWords(slot.accepts)} into it.`,
      })
    }
  }
  for (const [slot, from] of Object.entries(node.inputs)) faults.push(...wireFaults(node, op, slot, from, nodes, ops))
  return faults
}

function wireFaults(node: GraphNode, op: Op, slot: string, from: Wire, nodes: Map<string, GraphNode>, ops: Ops): Fault[] {
  const input = inputSlot(op, slot)
  if (!input) {
    return [
      {
        node: node.id,
        slot,
        message: `${op.title} has no input ${slot}.`,
        cure: `Its inputs are ${Object.keys(op.inputs).join(', ')}.`,
      },
    ]
  }
  const source = nodes.get(from.node)
  if (!source) {
    return [
      { node: node.id, slot, message: `${slot} is wired to ${from.node}, which is not in the graph.`, cure: 'Wire it anew.' },
    ]
  }
  const sourceOp = ops.get(source.op)
  if (!sourceOp) return []
  const name = named(source.id, nodes, ops)
  if (!outputSlot(sourceOp, from.slot)) {
    return [
      {
        node: node.id,
        slot,
        message: `${name} has no output ${from.slot}.`,
        cure: `Its outputs are ${Object.keys(sourceOp.outputs).join(', ')}.`,
      },
    ]
  }
  const type = typeOfWire(from, nodes, ops)
  if (accepts(input, type)) return []
  return [
    {
      node: node.id,
      slot,
      message: `${slot} takes ${kindsInWords(input.accepts)}, but ${from.slot} of ${name} is ${kindsInWords(type ? [type] : 'any')}.`,
      cure: `Wire ${kindsInWords(input.accepts)} into it.`,
      also: [source.id],
    },
  ]
}

/** Depth first, in the order of the graph; the first cycle found ends it. */
function sort(live: Set<string>, nodes: Map<string, GraphNode>): { order: string[]; cycle?: string[] } {
  const order: string[] = []
  const done = new Set<string>()
  const open: string[] = []
  let cycle: string[] | undefined
  const visit = (id: string) => {
    if (cycle || done.has(id) || !live.has(id)) return
    if (open.includes(id)) {
      cycle = open.slice(open.indexOf(id))
      return
    }
    open.push(id)
    for (const from of Object.values(nodes.get(id)!.inputs)) visit(from.node)
    open.pop()
    done.add(id)
    order.push(id)
  }
  live.forEach(visit)
  return cycle ? { order, cycle } : { order }
}

function cycleFault(cycle: string[], nodes: Map<string, GraphNode>, ops: Ops): Fault {
  const names = [...cycle].reverse().map((id) => named(id, nodes, ops))
  return {
    node: cycle[0]!,
    message: `These nodes wait for each other: ${[...names, names[0]].join(' -> ')}.`,
    cure: 'Cut one of the wires; what is to come round again goes through the End of a loop.',
    also: cycle.slice(1),
  }
}
