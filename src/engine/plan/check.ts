// Checks a graph and collects all faults at once.
import { splitMany } from '../base/ids.ts'
import { type Fault, createFault, type FaultParts } from '../messages/fault.ts'
import { sortTopologically } from '../base/sortTopologically.ts'
import { foldParams } from './foldParams.ts'
import { getNode, type Graph, type GraphNode, type Wire } from './graph.ts'
import { checkStaticValues } from './staticValues.ts'
import type { Op, Ops, StaticValues } from './op.ts'
import { checkParams } from './params.ts'
import {
  accepts,
  createWireTypes,
  inputSlot,
  kindsInWords,
  nodeName,
  nodesById,
  outputSlot,
} from './slots.ts'
import { isNumberParam } from './paramSlots.ts'
import { zoneFaults } from './zoneFaults.ts'
import { depthFault, pairZones, placeInZones, type Checked } from './zones.ts'
import { planMessages } from '../messages/plan.ts'

/**
 * Checks the nodes that lead to `targets`. Faults that make later checks meaningless end the
 * search. `prepared` as in `tryCompile`, `unexpanded` as in `Expanded`.
 */
export function checkGraph(
  graph: Graph,
  targets: readonly string[],
  ops: Ops,
  prepared: ReadonlyMap<string, unknown> = new Map(),
  unexpanded: ReadonlySet<string> = new Set(),
): Checked {
  const nodes = nodesById(graph)
  const checked: Checked = {
    nodes,
    ops,
    order: [],
    zones: new Map(),
    zonesOf: new Map(),
    staticInputs: new Map(),
    staticOutputs: new Map(),
    wireType: createWireTypes(nodes, ops),
    unexpanded,
    faults: [],
  }
  const live = findNeededNodes(targets, nodes, ops)
  const nodeFaults = [...live].flatMap((id) => findNodeFaults(getNode(nodes, id), checked))
  const { order, cycle } = sortTopologically(live, (id) =>
    inputNodes(getNode(nodes, id)).filter((source) => live.has(source)),
  )
  checked.order = order
  if (cycle) return { ...checked, faults: [...nodeFaults, cycleFault(cycle, nodes, ops)] }
  const pairFaults = pairZones(checked)
  placeInZones(checked)
  const tooDeep = depthFault(checked)
  checked.faults = tooDeep
    ? [...nodeFaults, ...pairFaults, tooDeep]
    : [
        ...nodeFaults,
        ...pairFaults,
        ...checkStaticValues(checked, prepared),
        ...zoneFaults(checked),
      ]
  return checked
}

/** The static outputs of all nodes of a graph, also of those that lead to no target. */
export function findStaticOutputs(graph: Graph, ops: Ops): ReadonlyMap<string, StaticValues> {
  const folded = foldParams(graph, ops)
  const all = folded.nodes.map(({ id }) => id)
  return checkGraph(folded, all, ops).staticOutputs
}

const inputNodes = ({ inputs }: GraphNode): string[] =>
  Object.values(inputs).map(({ node }) => node)

/**
 * Returns all nodes that the targets need. A body value needs its loop; a loop needs both its ends.
 */
function findNeededNodes(
  targets: readonly string[],
  nodes: ReadonlyMap<string, GraphNode>,
  ops: Ops,
): Set<string> {
  const endsByStart = new Map<string, string[]>()
  for (const node of nodes.values()) {
    const start = node.inputs.loop?.node
    if (start === undefined || ops.get(node.op)?.role !== 'end') continue
    const others = endsByStart.get(start)
    if (others) others.push(node.id)
    else endsByStart.set(start, [node.id])
  }
  const live = new Set<string>()
  // Depth first, without recursion: a chain may have thousands of nodes.
  const stack = targets.toReversed()
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const node = nodes.get(id)
    if (!node || live.has(id)) continue
    live.add(id)
    stack.push(...[...inputNodes(node), ...(endsByStart.get(id) ?? [])].reverse())
  }
  return live
}

/** Returns the faults of a node and of its wires: type, params, slots. */
function findNodeFaults(node: GraphNode, checked: Checked): Fault[] {
  const { ops } = checked
  const op = ops.get(node.op)
  if (!op) {
    return [
      createFault({
        node: node.id,
        message: planMessages.unknownType({ type: node.op }),
        cure: planMessages.loadPack(),
      }),
    ]
  }
  const { faults } = checkParams(node, op)
  for (const [name, slot] of Object.entries(op.inputs)) {
    const wired = slot.many
      ? Object.keys(node.inputs).some((key) => splitMany(key)[0] === name)
      : node.inputs[name]
    if (!wired && !slot.optional && slot.accepts[0] !== 'loop') {
      faults.push(
        createFault({
          node: node.id,
          slot: name,
          message: planMessages.notConnected({ slot: name }),
          cure: planMessages.connect({ kinds: kindsInWords(slot.accepts) }),
        }),
      )
    }
  }
  for (const [slot, from] of Object.entries(node.inputs))
    faults.push(...wireFaults(node, op, slot, from, checked))
  return faults
}

function wireFaults(
  node: GraphNode,
  op: Op,
  slot: string,
  from: Wire,
  { nodes, ops, wireType, unexpanded }: Checked,
): Fault[] {
  const fault = (problem: FaultParts): Fault[] => [createFault({ node: node.id, slot, ...problem })]
  const input = inputSlot(op, slot)
  if (!input)
    return fault({
      message: planMessages.noInput({ node: op.title, slot }),
      cure: planMessages.itsInputs({ slots: Object.keys(op.inputs).join(', ') }),
    })
  const source = nodes.get(from.node)
  if (unexpanded.has(from.node)) return []
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
  const type = wireType(from)
  // A loss is a number on the device, which has its own fault.
  if (accepts(input, type) || (type === 'loss' && isNumberParam(op, slot))) return []
  const expected = kindsInWords(input.accepts)
  const got = kindsInWords(type ? [type] : 'any')
  return fault({
    message: planMessages.wrongKind({ slot, expected, output: from.slot, node: name, got }),
    cure: planMessages.connect({ kinds: expected }),
    also: [source.id],
  })
}

function cycleFault(cycle: string[], nodes: Map<string, GraphNode>, ops: Ops): Fault {
  const names = [...cycle].reverse().map((id) => nodeName(id, nodes, ops))
  const shown = names.length > 20 ? [...names.slice(0, 10), '...', ...names.slice(-10)] : names
  return createFault({
    node: cycle[0],
    message: planMessages.cycle({ nodes: [...shown, names[0]].join(' -> ') }),
    cure: planMessages.breakCycle(),
    also: cycle.slice(1),
  })
}
