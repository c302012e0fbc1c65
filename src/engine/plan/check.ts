// Checks a graph and collects all faults at once.
import { splitMany } from '../base/ids.ts'
import type { Fault } from '../base/fault.ts'
import { getNode, type Graph, type GraphNode, type Wire } from './graph.ts'
import { checkStaticValues } from './staticValues.ts'
import type { Op, Ops } from './op.ts'
import { checkParams } from './params.ts'
import {
  accepts,
  inputSlot,
  kindsInWords,
  nodeName,
  nodesById,
  outputSlot,
  wireType,
} from './slots.ts'
import { zoneFaults } from './zoneFaults.ts'
import { pairZones, placeInZones, type Checked } from './zones.ts'
import { planMessages } from '../messages/plan.ts'

/**
 * Checks the nodes that lead to `targets`. Faults that make later checks meaningless end the
 * search. `prepared` as in `tryCompile`.
 */
export function checkGraph(
  graph: Graph,
  targets: readonly string[],
  ops: Ops,
  prepared: ReadonlyMap<string, unknown> = new Map(),
): Checked {
  const nodes = nodesById(graph)
  const checked: Checked = {
    nodes,
    ops,
    order: [],
    zones: new Map(),
    zonesOf: new Map(),
    staticInputs: new Map(),
    faults: [],
  }
  const live = findNeededNodes(targets, nodes, ops)
  checked.faults.push(...[...live].flatMap((id) => nodeFaults(getNode(nodes, id), nodes, ops)))
  const { order, cycle } = sortNodes(live, nodes)
  checked.order = order
  if (cycle) {
    checked.faults.push(cycleFault(cycle, nodes, ops))
    return checked
  }
  checked.faults.push(...pairZones(checked))
  placeInZones(checked)
  checked.faults.push(...checkStaticValues(checked, prepared))
  checked.faults.push(...zoneFaults(checked))
  return checked
}

/**
 * Returns all nodes that the targets need. A body value needs its loop; a loop needs both its ends.
 */
function findNeededNodes(
  targets: readonly string[],
  nodes: Map<string, GraphNode>,
  ops: Ops,
): Set<string> {
  const endsByStart = new Map<string, string[]>()
  for (const node of nodes.values()) {
    const start = node.inputs.loop?.node
    if (start !== undefined && ops.get(node.op)?.role === 'end')
      endsByStart.set(start, [...(endsByStart.get(start) ?? []), node.id])
  }
  const live = new Set<string>()
  const visit = (id: string) => {
    const node = nodes.get(id)
    if (!node || live.has(id)) return
    live.add(id)
    for (const from of Object.values(node.inputs)) visit(from.node)
    for (const end of endsByStart.get(id) ?? []) visit(end)
  }
  targets.forEach(visit)
  return live
}

/** Returns the faults of a node and of its wires: type, params, slots. */
function nodeFaults(node: GraphNode, nodes: Map<string, GraphNode>, ops: Ops): Fault[] {
  const op = ops.get(node.op)
  if (!op) {
    return [
      {
        node: node.id,
        message: planMessages.unknownType({ type: node.op }),
        cure: planMessages.loadPack(),
      },
    ]
  }
  const { faults } = checkParams(node, op)
  for (const [name, slot] of Object.entries(op.inputs)) {
    const wired = slot.many
      ? Object.keys(node.inputs).some((key) => splitMany(key)[0] === name)
      : node.inputs[name]
    if (!wired && !slot.optional && slot.accepts[0] !== 'loop') {
      faults.push({
        node: node.id,
        slot: name,
        message: planMessages.notConnected({ slot: name }),
        cure: planMessages.connect({ kinds: kindsInWords(slot.accepts) }),
      })
    }
  }
  for (const [slot, from] of Object.entries(node.inputs))
    faults.push(...wireFaults(node, op, slot, from, nodes, ops))
  return faults
}

function wireFaults(
  node: GraphNode,
  op: Op,
  slot: string,
  from: Wire,
  nodes: Map<string, GraphNode>,
  ops: Ops,
): Fault[] {
  const fault = (problem: Pick<Fault, 'message' | 'cure' | 'also'>): Fault[] => [
    { node: node.id, slot, ...problem },
  ]
  const input = inputSlot(op, slot)
  if (!input)
    return fault({
      message: planMessages.noInput({ node: op.title, slot }),
      cure: planMessages.itsInputs({ slots: Object.keys(op.inputs).join(', ') }),
    })
  const source = nodes.get(from.node)
  if (!source)
    return fault({
      message: planMessages.missingNode({ slot, node: from.node }),
      cure: planMessages.connectAgain(),
    })
  const sourceOp = ops.get(source.op)
  if (!sourceOp) return []
  const name = nodeName(source.id, nodes, ops)
  if (!outputSlot(sourceOp, from.slot))
    return fault({
      message: planMessages.noOutput({ node: name, slot: from.slot }),
      cure: planMessages.itsOutputs({ slots: Object.keys(sourceOp.outputs).join(', ') }),
    })
  const type = wireType(from, nodes, ops)
  if (accepts(input, type)) return []
  const expected = kindsInWords(input.accepts)
  const got = kindsInWords(type ? [type] : 'any')
  return fault({
    message: planMessages.wrongKind({ slot, expected, output: from.slot, node: name, got }),
    cure: planMessages.connect({ kinds: expected }),
    also: [source.id],
  })
}

/** Sorts nodes topologically, depth first in the order of the graph. Stops at the first cycle. */
function sortNodes(
  live: Set<string>,
  nodes: Map<string, GraphNode>,
): { order: string[]; cycle?: string[] } {
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
    for (const from of Object.values(getNode(nodes, id).inputs)) visit(from.node)
    open.pop()
    done.add(id)
    order.push(id)
  }
  live.forEach(visit)
  return cycle ? { order, cycle } : { order }
}

function cycleFault(cycle: string[], nodes: Map<string, GraphNode>, ops: Ops): Fault {
  const names = [...cycle].reverse().map((id) => nodeName(id, nodes, ops))
  return {
    node: cycle[0],
    message: planMessages.cycle({ nodes: [...names, names[0]].join(' -> ') }),
    cure: planMessages.breakCycle(),
    also: cycle.slice(1),
  }
}
