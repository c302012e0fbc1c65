// Which Start belongs to which End, and which loops each node runs in.
//
// A zone Z is a Start and its End. Its body are the nodes that depend on an each output of Z. The letters a to g are
// the rules of loops in ARCHITECTURE.md.
import type { Fault } from './fault.ts'
import type { GraphNode, Wire } from './graph.ts'
import type { KnownSlots, Ops } from './op.ts'
import { named } from './slots.ts'

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
  /** What is known of the inputs of each node before a run. */
  known: Map<string, KnownSlots>
  faults: Fault[]
}

/** Rule e: one Start, one End of its kind. */
export function pairZones({ nodes, ops, order, zones }: Checked): Fault[] {
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
export function placeInZones(checked: Checked) {
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
