// Finds everything that keeps a graph from running, all at once, and which zone each node runs in.
//
// A zone Z is a Start and its End. Its body are the nodes that depend on an each output of Z. The letters a to g are
// the rules of loops in ARCHITECTURE.md.
import type { Fault } from './fault.ts'
import type { Graph, GraphNode, Wire } from './graph.ts'
import type { Op, Ops, StartOp } from './op.ts'
import { checkParams } from './params.ts'
import { accepts, inputSlot, nodesById, outputSlot, splitMany, typeOfWire } from './slots.ts'

export interface Zone {
  start: string
  end: string
  /** The zones around it, outermost first. */
  around: string[]
}

export interface Checked {
  nodes: Map<string, GraphNode>
  ops: Ops
  /** Nodes that lead to a target, each after what it needs. */
  order: string[]
  zones: Map<string, Zone>
  /** The zones a node runs in, outermost first. A Start or End runs where its loop does. */
  zonesOf: Map<string, string[]>
  faults: Fault[]
}

/** Checks what leads to `targets`. Faults that make later checks meaningless end the search; all others are collected. */
export function checkGraph(graph: Graph, targets: readonly string[], ops: Ops): Checked {
  const nodes = nodesById(graph)
  const checked: Checked = { nodes, ops, order: [], zones: new Map(), zonesOf: new Map(), faults: [] }
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
  checked.faults.push(...zoneFaults(checked))
  return checked
}

const named = (id: string, nodes: Map<string, GraphNode>, ops: Ops) => {
  const node = nodes.get(id)
  return node?.title ?? (node && ops.get(node.op)?.title) ?? id
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
  const faults = checkParams(node, op).faults
  for (const [name, slot] of Object.entries(op.inputs)) {
    const wired = slot.many ? Object.keys(node.inputs).some((key) => splitMany(key)[0] === name) : node.inputs[name]
    if (!wired && !slot.optional && slot.accepts[0] !== 'loop') {
      faults.push({
        node: node.id,
        slot: name,
        message: `Nothing is wired to ${name}.`,
        cure: `Wire ${kinds(slot.accepts)} into it.`,
      })
    }
  }
  for (const [slot, from] of Object.entries(node.inputs)) faults.push(...wireFaults(node, op, slot, from, nodes, ops))
  return faults
}

const kinds = (types: readonly string[] | 'any') => (types === 'any' ? 'any value' : types.join(' or '))

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
      message: `${slot} takes ${kinds(input.accepts)}, but ${from.slot} of ${name} is ${type}.`,
      cure: `Wire ${kinds(input.accepts)} into it.`,
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

/** Rule e: one Start, one End of its kind. */
function pairZones({ nodes, ops, order, zones }: Checked): Fault[] {
  const faults: Fault[] = []
  for (const id of order) {
    const node = nodes.get(id)!
    const op = ops.get(node.op)
    if (op?.role === 'end') {
      const start = nodes.get(node.inputs.loop?.node ?? '')
      if (!start) {
        faults.push({
          node: id,
          slot: 'loop',
          message: `${op.title} has no Start.`,
          cure: `Wire the loop output of a ${ops.get(op.loop.other)?.title ?? op.loop.other} into it.`,
        })
      } else if (start.op !== op.loop.other) {
        faults.push({
          node: id,
          slot: 'loop',
          message: `${op.title} cannot end ${named(start.id, nodes, ops)}.`,
          cure: `Use the End that belongs to it, ${ops.get(op.loop.other)?.title ?? op.loop.other} here.`,
          also: [start.id],
        })
      } else if (zones.has(start.id)) {
        faults.push({
          node: id,
          slot: 'loop',
          message: `${named(start.id, nodes, ops)} has a second End.`,
          cure: 'Delete one of the two: a loop has one Start and one End.',
          also: [start.id, zones.get(start.id)!.end],
        })
      } else {
        zones.set(start.id, { start: start.id, end: id, around: [] })
      }
    }
  }
  for (const id of order) {
    const op = ops.get(nodes.get(id)!.op)
    if (op?.role === 'start' && !order.some((end) => nodes.get(end)!.inputs.loop?.node === id)) {
      faults.push({
        node: id,
        slot: 'loop',
        message: `${op.title} has no End.`,
        cure: `Add a ${ops.get(op.loop.other)?.title ?? op.loop.other} and wire loop to it.`,
      })
    }
  }
  return faults
}

/** Rules a and b: which each outputs a node depends on; leaving through End drops the zone that is left. */
function placeInZones(checked: Checked) {
  const { nodes, order, zones, zonesOf } = checked
  const byEnd = new Map([...zones.values()].map((zone) => [zone.end, zone]))
  /** Zones whose each outputs reach the inputs of a node. */
  const reaching = new Map<string, Set<string>>()
  const onWire = ({ node }: Wire): Set<string> => {
    const zone = byEnd.get(node)
    if (zone) return outside(zone)
    return zones.has(node) ? new Set([...(reaching.get(node) ?? []), node]) : (reaching.get(node) ?? new Set())
  }
  const outside = (zone: Zone) => {
    const all = union([reaching.get(zone.start), reaching.get(zone.end)])
    all.delete(zone.start)
    return all
  }
  for (const id of order) {
    const wires = Object.entries(nodes.get(id)!.inputs).filter(([slot]) => slot !== 'loop')
    reaching.set(id, union(wires.map(([, from]) => onWire(from))))
  }
  const inside = new Map([...zones.values()].map((zone) => [zone.start, outside(zone)]))
  for (const zone of zones.values()) zone.around = nest(closure(inside.get(zone.start)!, inside), inside)
  for (const id of order) {
    const zone = zones.get(id) ?? byEnd.get(id)
    zonesOf.set(id, zone ? zone.around : nest(closure(reaching.get(id)!, inside), inside))
  }
}

/** With every zone come the zones it runs inside. */
function closure(some: Set<string>, inside: Map<string, Set<string>>): Set<string> {
  const all = new Set(some)
  for (const zone of all) for (const outer of inside.get(zone) ?? []) all.add(outer)
  return all
}

/** Outermost first: the zone with fewer zones around it is further out. */
const nest = (some: Set<string>, inside: Map<string, Set<string>>): string[] =>
  [...some].sort((a, b) => closure(inside.get(a)!, inside).size - closure(inside.get(b)!, inside).size)

const union = (sets: (Iterable<string> | undefined)[]) => new Set(sets.flatMap((set) => [...(set ?? [])]))

function zoneFaults(checked: Checked): Fault[] {
  const { nodes, ops, order } = checked
  const perNode = order.flatMap((id) => {
    const op = ops.get(nodes.get(id)!.op)
    if (!op) return []
    return [
      ...(op.role === 'output' ? escapeFaults(id, op, checked) : []),
      ...('stateful' in op ? stateFaults(id, op, checked) : []),
      ...(op.role === 'start' ? trainingFaults(id, op, checked) : []),
      ...(op.role === 'start' ? againFaults(id, checked) : []),
      ...sameNoiseNotices(id, op, checked),
      ...ownNotices(id, op, checked),
    ]
  })
  return [...crossings(checked), ...perNode]
}

/** Every crossing once, on the first node that has it; those after it only inherit it. */
function crossings(checked: Checked): Fault[] {
  const faults = new Map<string, Fault>()
  for (const id of checked.order) {
    if (checked.zones.has(id)) continue
    for (const fault of crossingFaults(id, checked)) {
      const pair = [...fault.also!].sort().join(' ')
      if (!faults.has(pair)) faults.set(pair, fault)
    }
  }
  return [...faults.values()]
}

/** Rule c: of any two zones whose each outputs a node depends on, one runs inside the other. */
function crossingFaults(id: string, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const own = zonesOf.get(id)!
  const around = (zone: string) => zones.get(zone)?.around ?? []
  for (const [i, a] of own.entries()) {
    for (const b of own.slice(i + 1)) {
      const aInB = around(a).includes(b)
      const bInA = around(b).includes(a)
      if (aInB !== bInA) continue
      const names = `${named(a, nodes, ops)} and ${named(b, nodes, ops)}`
      return [
        {
          node: id,
          message: aInB
            ? `The loops of ${names} each need a value of the other's iterations.`
            : `Depends on the iterations of two loops, ${names}, of which neither runs inside the other.`,
          cure: 'Take the value of one of them from its End.',
          also: [a, b],
        },
      ]
    }
  }
  return []
}

/** Rule d: only observers may hang on body values; files are made of what leaves through End. */
function escapeFaults(id: string, op: Op, { nodes, ops, zones, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.at(-1)
  if (inner === undefined) return []
  const { end } = zones.get(inner)!
  return [
    {
      node: id,
      message: `${op.title} uses a value from inside the loop of ${named(inner, nodes, ops)}.`,
      cure: `Take it from an output of ${named(end, nodes, ops)}, after the last iteration.`,
      also: [inner, end],
    },
  ]
}

function stateFaults(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.findLast((zone) => behaviourOf(zone, nodes, ops)?.samples)
  return inner !== undefined
    ? []
    : [
        {
          node: id,
          message: `${op.title} remembers earlier steps, but runs in no sampling loop.`,
          cure: 'Take its x_t from a SamplingStart.',
        },
      ]
}

export function behaviourOf(start: string, nodes: Map<string, GraphNode>, ops: Ops) {
  const op = ops.get(nodes.get(start)?.op ?? '')
  return op?.role === 'start' ? (op as StartOp).behaviour : undefined
}

/** The usual mistake of training: the model is wired past its TrainingStart, so the loss cannot reach it. */
function trainingFaults(id: string, op: StartOp, { nodes, ops, zones }: Checked): Fault[] {
  const zone = zones.get(id)
  const loss = zone && nodes.get(zone.end)?.inputs.loss
  if (!op.behaviour.trains || !loss) return []
  const seen = new Set<string>()
  const reaches = ({ node, slot }: Wire): boolean => {
    if (node === id) return slot === 'model'
    if (seen.has(node)) return false
    seen.add(node)
    return Object.values(nodes.get(node)?.inputs ?? {}).some(reaches)
  }
  if (reaches(loss)) return []
  return [
    {
      node: zone.end,
      slot: 'loss',
      message: `The loss does not depend on the model of ${named(id, nodes, ops)}, so there is nothing to train.`,
      cure: `Wire the model output of ${named(id, nodes, ops)}, not the model itself, to Predict.`,
      also: [id],
    },
  ]
}

/** Rule f: `again` is read back after each iteration, which cannot be done while gradients are recorded. */
function againFaults(id: string, { nodes, ops, zones }: Checked): Fault[] {
  const zone = zones.get(id)
  const trainer = zone?.around.find((outer) => behaviourOf(outer, nodes, ops)?.trains)
  if (!zone || trainer === undefined || !nodes.get(zone.end)?.inputs.again) return []
  return [
    {
      node: zone.end,
      slot: 'again',
      message: `A loop that asks after each iteration whether to go on cannot run inside ${named(trainer, nodes, ops)}.`,
      cure: 'Give it a fixed number of iterations, or take it out of the training loop.',
      also: [trainer],
    },
  ]
}

/** Rule g: a random node outside of the loop it feeds draws once; rarely meant. Values that enter through a Start are. */
function sameNoiseNotices(id: string, op: Op, { nodes, ops, zonesOf }: Checked): Fault[] {
  const inner = zonesOf.get(id)!.at(-1)
  if (inner === undefined || op.role === 'start' || op.role === 'observer') return []
  return Object.values(nodes.get(id)!.inputs).flatMap((from) => {
    const source = nodes.get(from.node)
    const sourceOp = source && ops.get(source.op)
    const random = sourceOp && Object.values(sourceOp.params).some(({ kind }) => kind === 'seed')
    const type = typeOfWire(from, nodes, ops)
    if (!random || (type !== 'noise' && type !== 'timestep') || zonesOf.get(from.node)!.includes(inner)) return []
    return [
      {
        node: source.id,
        message: `${named(source.id, nodes, ops)} is drawn once: the same ${type} in every iteration of ${named(inner, nodes, ops)}.`,
        cure: `To draw afresh each time, wire its input like to an output of ${named(inner, nodes, ops)}.`,
        also: [id],
        notice: true as const,
      },
    ]
  })
}

function ownNotices(id: string, op: Op, { nodes }: Checked): Fault[] {
  if (!('notices' in op) || !op.notices) return []
  const node = nodes.get(id)!
  const { params, faults } = checkParams(node, op)
  if (faults.length) return []
  return op
    .notices(params as never, new Set(Object.keys(node.inputs)))
    .map((message) => ({ node: id, message, cure: '', notice: true }))
}
