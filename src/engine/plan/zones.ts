// Pairs each Start with its End, and finds the loops each node runs in.
//
// A zone is a Start and its End. Its body is the set of nodes that depend on an each output of the
// Start. The letters a to g refer to the rules of loops in ARCHITECTURE.md.
import { type Fault, createFault } from '../messages/fault.ts'
import { getNode, type GraphNode } from './graph.ts'
import { enclosingLoops, findLoopMembership, MAX_LOOPS } from './loopMembership.ts'
import type { EndOp, Ops, StartOp, StaticValues } from './op.ts'
import { nodeName, type WireTypes } from './slots.ts'
import { planMessages } from '../messages/plan.ts'

export interface Zone {
  start: string
  end: string
  /** Enclosing zones, outermost first. */
  around: string[]
}

export interface Checked {
  nodes: Map<string, GraphNode>
  ops: Ops
  /** Nodes that lead to a target, in topological order. */
  order: string[]
  zones: Map<string, Zone>
  /** Zones in which each node runs, outermost first. A Start or End runs outside its own loop. */
  zonesOf: Map<string, string[]>
  /** Static inputs of each node. */
  staticInputs: Map<string, StaticValues>
  /** Static outputs of each node. */
  staticOutputs: Map<string, StaticValues>
  wireType: WireTypes
  /** Closed nodes that could not be expanded; nodes that depend on them have no faults for that. */
  unexpanded: ReadonlySet<string>
  faults: Fault[]
}

/** Rule e: a zone has one Start and one End of its kind. Fills in `checked.zones`. */
export function pairZones(checked: Checked): Fault[] {
  const { nodes, ops, order, zones } = checked
  const faults: Fault[] = []
  const withEnd = new Set<string>()
  for (const id of order) {
    const node = getNode(nodes, id)
    const start = node.inputs.loop?.node
    if (start !== undefined) withEnd.add(start)
    const op = ops.get(node.op)
    if (op?.role !== 'end') continue
    const fault = pairingFault(node, op, checked)
    if (fault) faults.push(fault)
    else if (start !== undefined) zones.set(start, { start, end: id, around: [] })
  }
  for (const id of order) {
    const op = ops.get(getNode(nodes, id).op)
    if (op?.role === 'start' && !withEnd.has(id)) {
      faults.push(
        createFault({
          node: id,
          slot: 'loop',
          message: planMessages.noEnd({ start: op.title }),
          cure: planMessages.addEnd({ end: ops.get(op.loop.other)?.title ?? op.loop.other }),
        }),
      )
    }
  }
  return faults
}

/** The reason why an End cannot be paired with the Start it is wired to, if any. */
function pairingFault(
  { id, inputs }: GraphNode,
  op: EndOp,
  { nodes, ops, zones }: Checked,
): Fault | undefined {
  const start = nodes.get(inputs.loop?.node ?? '')
  const place = { node: id, slot: 'loop' }
  if (!start)
    return createFault({
      ...place,
      message: planMessages.noStart({ node: op.title }),
      cure: planMessages.connectStart({ start: ops.get(op.loop.other)?.title ?? op.loop.other }),
    })
  const name = nodeName(start.id, nodes, ops)
  if (start.op !== op.loop.other)
    return createFault({
      ...place,
      message: planMessages.wrongEnd({ node: op.title, start: name }),
      cure: planMessages.useEnd({ end: endTitle(start.op, ops) }),
      also: [start.id],
    })
  const other = zones.get(start.id)
  return (
    other &&
    createFault({
      ...place,
      message: planMessages.secondEnd({ start: name }),
      cure: planMessages.deleteEnd(),
      also: [start.id, other.end],
    })
  )
}

/** Rules a and b: finds the zones in which each node runs. */
export function placeInZones({ nodes, order, zones, zonesOf }: Checked) {
  const membership = findLoopMembership(
    order.map((id) => ({ id, sources: inputSources(nodes.get(id)) })),
    [...zones.values()],
  )
  const sorted = createZoneSorter(
    new Map([...zones.values()].map((zone) => [zone.start, enclosingLoops(zone, membership)])),
  )
  for (const zone of zones.values()) zone.around = sorted.around(zone.start)
  const byEnd = new Map([...zones.values()].map((zone) => [zone.end, zone]))
  for (const id of order) {
    const zone = zones.get(id) ?? byEnd.get(id)
    zonesOf.set(id, zone?.around ?? sorted.all(membership.get(id) ?? []))
  }
}

/** Reports the first node that runs inside more loops than the plan allows. */
export function depthFault({ order, zonesOf }: Checked): Fault | undefined {
  const node = order.find((id) => (zonesOf.get(id)?.length ?? 0) >= MAX_LOOPS)
  if (node === undefined) return undefined
  return createFault({
    node,
    message: planMessages.loopsTooDeep({ most: MAX_LOOPS - 1 }),
    cure: planMessages.fewerLoops(),
  })
}

/** Returns the sources of a node, without the loop wire of its Start. */
const inputSources = (node: GraphNode | undefined): string[] =>
  Object.entries(node?.inputs ?? {}).flatMap(([slot, from]) => (slot === 'loop' ? [] : [from.node]))

/**
 * Sorts zones with those around them, outermost first: by the number of zones around.
 * @param inside the zones that each zone directly depends on
 */
function createZoneSorter(inside: ReadonlyMap<string, ReadonlySet<string>>) {
  const closures = new Map<string, ReadonlySet<string>>()
  const closure = (zones: Iterable<string>) => {
    const all = new Set(zones)
    for (const zone of all) for (const outer of inside.get(zone) ?? []) all.add(outer)
    return all
  }
  const zonesAround = (zone: string): ReadonlySet<string> => {
    const known = closures.get(zone) ?? closure(inside.get(zone) ?? [])
    closures.set(zone, known)
    return known
  }
  const sort = (zones: Iterable<string>) =>
    [...zones].sort((a, b) => zonesAround(a).size - zonesAround(b).size)
  return {
    around: (zone: string) => sort(zonesAround(zone)),
    all: (zones: Iterable<string>) => sort(closure(zones)),
  }
}

/** Returns the title of the End of a loop, by the type of its Start. */
function endTitle(start: string, ops: Ops): string {
  const op = ops.get(start)
  const end = op?.role === 'start' ? op.loop.other : start
  return ops.get(end)?.title ?? end
}

/** Returns the behaviour of a loop by its Start; undefined for any other node. */
export function behaviourAt(start: string, nodes: Map<string, GraphNode>, ops: Ops) {
  const op = ops.get(nodes.get(start)?.op ?? '')
  return op?.role === 'start' ? (op as StartOp).behaviour : undefined
}
