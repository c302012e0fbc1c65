// Units of a plan: each runs as one step of its level. A unit is a node, or a loop with its body.
import { getNode, type GraphNode, type Wire } from './graph.ts'
import { getOp, type Op } from './op.ts'
import { fileInterval } from './params.ts'
import { behaviourAt, type Checked, type Zone } from './zones.ts'

/** The id of a node, or of the Start of a loop. */
export type Unit = string

/** Units of the same level that each unit depends on. */
export type Needs = ReadonlyMap<Unit, Set<Unit>>

/** Enclosing loops of a level of the plan, outermost first. */
export type LoopPath = readonly string[]

export class Units {
  private readonly zonesByEnd: ReadonlyMap<string, Zone>
  /** Nodes inside each loop, with its two ends. */
  private readonly members = new Map<string, string[]>()
  private readonly observers = new Map<string, string[]>()

  constructor(private readonly checked: Checked) {
    this.zonesByEnd = new Map([...checked.zones.values()].map((zone) => [zone.end, zone]))
    for (const loop of checked.zones.keys()) {
      this.members.set(loop, [])
      this.observers.set(loop, [])
    }
    for (const id of checked.order)
      for (const loop of this.enclosingLoops(id)) {
        this.members.get(loop)?.push(id)
        if (this.op(id).role === 'observer') this.observers.get(loop)?.push(id)
      }
  }

  get order(): readonly string[] {
    return this.checked.order
  }

  node(id: string): GraphNode {
    return getNode(this.checked.nodes, id)
  }

  op(id: string): Op {
    return getOp(this.checked.ops, this.node(id).op)
  }

  wires = (id: string): [slot: string, from: Wire][] =>
    Object.entries(this.node(id).inputs).filter(([slot]) => slot !== 'loop')

  zone = (start: string): Zone | undefined => this.checked.zones.get(start)

  isLoop = (unit: Unit): boolean => this.checked.zones.has(unit)

  isInLoop = (id: string): boolean => (this.checked.zonesOf.get(id)?.length ?? 0) > 0

  isEnd = (id: string): boolean => this.zonesByEnd.has(id)

  isTraining = (unit: Unit): boolean =>
    behaviourAt(unit, this.checked.nodes, this.checked.ops)?.trains === true

  makesFiles = (unit: Unit): boolean => !this.isLoop(unit) && this.op(unit).role === 'output'

  /** Iterations after which a file is written; 0: only at the end. */
  fileInterval = (unit: Unit): number =>
    this.makesFiles(unit) ? fileInterval(this.node(unit), this.op(unit)) : 0

  /** Returns true for an observer, or a loop that contains one. */
  shows = (unit: Unit): boolean =>
    this.isLoop(unit) ? this.observersIn(unit).length > 0 : this.op(unit).role === 'observer'

  observersIn = (loop: Unit): readonly string[] => this.observers.get(loop) ?? []

  /** Returns the dependencies between the units directly inside a loop. */
  needsIn(path: LoopPath): Needs {
    const loop = path.at(-1)
    const end = loop === undefined ? undefined : this.zone(loop)?.end
    const needs = new Map<Unit, Set<Unit>>()
    const inside = loop === undefined ? this.order : (this.members.get(loop) ?? [])
    for (const id of inside) {
      const unit = id === loop || id === end ? undefined : this.unitAt(id, path)
      if (unit === undefined) continue
      const needed = needs.get(unit) ?? new Set()
      needs.set(unit, needed)
      for (const [, from] of this.wires(id)) {
        const source = from.node === loop ? undefined : this.unitAt(from.node, path)
        if (source !== undefined && source !== unit) needed.add(source)
      }
    }
    return needs
  }

  /** Returns the loops that contain a node. A Start and an End are inside their own loop. */
  private enclosingLoops(id: string): readonly string[] {
    const zone = this.zone(id) ?? this.zonesByEnd.get(id)
    return zone ? [...zone.around, zone.start] : (this.checked.zonesOf.get(id) ?? [])
  }

  /**
   * Returns the unit, directly inside the innermost loop of this path, that contains a node;
   * undefined outside this loop.
   */
  private unitAt(id: string, path: LoopPath): Unit | undefined {
    const loops = this.enclosingLoops(id)
    return path.every((loop, depth) => loops[depth] === loop)
      ? (loops[path.length] ?? id)
      : undefined
  }
}
