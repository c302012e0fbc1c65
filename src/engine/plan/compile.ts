// Graph -> plan: steps in order, loops nested, and when each value is freed. Plain data; running it is run.ts.
import { checkGraph } from './check.ts'
import { expandGraph } from './expand.ts'
import { GraphError, outward, type Fault, type Inside } from './fault.ts'
import { outerId, wire, type Graph, type GraphNode, type Wire } from './graph.ts'
import type { Ops, Params } from './op.ts'
import { checkParams } from './params.ts'
import { behaviourOf } from './zone-faults.ts'
import type { Checked, Zone } from './zones.ts'

/** A value of the plan: `node.slot`. */
export type ValueId = string

export const valueId = ({ node, slot }: Wire): ValueId => `${node}.${slot}`

/** The node that a value is of. */
export const nodeOf = (value: ValueId): string => value.slice(0, value.lastIndexOf('.'))

export interface NodeStep {
  kind: 'run' | 'observe' | 'files'
  id: string
  op: string
  params: Params
  inputs: Record<string, ValueId>
  /** Output slots that something is wired to. */
  outputs: string[]
  /** Values whose last use this is. */
  free: ValueId[]
  /** Inside a loop, a step that only observers need: these are they, and it runs when one of them is looking. */
  watchers?: string[]
}

export interface LoopStep {
  kind: 'loop'
  /** The Start's id. */
  id: string
  end: string
  op: string
  endOp: string
  params: { start: Params; end: Params }
  /** Start inputs. */
  inputs: Record<string, ValueId>
  /** Each outputs that something in the body is wired to. */
  each: string[]
  body: Step[]
  /** Next inputs: what End takes at the end of each iteration. */
  next: Record<string, ValueId>
  /** Values of the body that live until End has taken the next inputs. */
  freeNext: ValueId[]
  /** Done outputs that something is wired to. */
  outputs: string[]
  /** What leads from the done outputs to observers: run on a snapshot every so many iterations. */
  emission: Step[]
  free: ValueId[]
  watchers?: string[]
}

export type Step = NodeStep | LoopStep

export interface Plan {
  steps: Step[]
  /** Values that were asked for; they stay. */
  results: ValueId[]
  notices: Fault[]
  /** What nodes inside of closed ones are on the outside, for faults while they run. */
  insides: ReadonlyMap<string, Inside>
  /** Where the outputs of closed nodes come from, by their ids. */
  closed: ReadonlyMap<string, Record<string, Wire>>
}

/** What to run to: a node, or one output of it. */
export type Target = string | Wire

/**
 * @throws GraphError with every fault there is.
 */
export function compile(graph: Graph, targets: readonly Target[] | undefined, ops: Ops): Plan {
  const { plan, faults } = tryCompile(graph, targets, ops)
  if (!plan) throw new GraphError(faults)
  return plan
}

/**
 * The plan, or all the faults that keep the graph from running; ids of closed nodes stand for what is inside. `prepared`: what
 * nodes have got from outside of the graph, by id, as far as that has been waited for.
 */
export function tryCompile(
  graph: Graph,
  targets: readonly Target[] | undefined,
  ops: Ops,
  prepared?: ReadonlyMap<string, unknown>,
): { plan?: Plan; faults: Fault[] } {
  const { graph: open, faults: expandFaults, closed, insides } = expandGraph(graph, ops)
  const follow = (to: Wire): Wire => (closed.get(to.node)?.[to.slot] ? follow(closed.get(to.node)![to.slot]!) : to)
  const wanted = (targets ?? allOutputs(open, ops)).flatMap((target): Target[] => {
    if (typeof target !== 'string') return [follow(target)]
    const inside = closed.get(target)
    return inside ? Object.values(inside).map(follow) : [target]
  })
  const outside = (fault: Fault) => onClosedNode(outward(fault, insides))
  const checked = checkGraph(
    open,
    wanted.map((target) => (typeof target === 'string' ? target : target.node)),
    ops,
    prepared,
  )
  const faults = [
    ...expandFaults,
    ...(wanted.length ? [] : [nothingToRun]),
    ...wanted.flatMap((target) => targetFaults(target, checked)),
    ...checked.faults,
  ].map(outside)
  const compiler = faults.some(({ notice }) => !notice) ? undefined : new Compiler(checked, resultsOf(wanted, checked))
  const steps = compiler?.compile()
  const all = unique([...faults, ...(compiler?.faults ?? []).map(outside)])
  const notices = all.filter(({ notice }) => notice)
  return steps && !compiler!.faults.length
    ? { plan: { steps, results: [...compiler!.results], notices, insides, closed }, faults: [] }
    : { faults: all.filter(({ notice }) => !notice) }
}

const nothingToRun: Fault = {
  node: '',
  message: 'There is nothing to run: no node shows or saves a result.',
  cure: 'Add a Scatter, a Chart or an Inspect and wire a value into it, or choose "run to here" on a node.',
}

/** What cannot be run to: what is not there, and what does nothing. */
function targetFaults(target: Target, { nodes, ops }: Checked): Fault[] {
  const id = typeof target === 'string' ? target : target.node
  const node = nodes.get(id)
  if (!node) return [{ node: '', message: `There is no node ${id} to run to.`, cure: 'Choose one that is in the graph.' }]
  const op = ops.get(node.op)
  if (op?.role !== 'note') return []
  return [{ node: id, message: `${op.title} computes nothing, so it cannot be run to.`, cure: 'Choose another node.' }]
}

/** Observers and file makers that something is wired to. */
const allOutputs = (graph: Graph, ops: Ops): string[] =>
  graph.nodes
    .filter((node) => ['observer', 'output'].includes(ops.get(node.op)?.role ?? '') && Object.keys(node.inputs).length)
    .map((node) => node.id)

/** Faults inside a closed node are reported on it. */
const onClosedNode = (fault: Fault): Fault => ({
  ...fault,
  node: outerId(fault.node),
  ...(fault.also && { also: fault.also.map(outerId) }),
})

const unique = (faults: Fault[]) => [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()]

/** Values that were asked for by wire, or as a node that shows nothing by itself. */
const resultsOf = (targets: readonly Target[], { nodes, ops }: Checked): Set<ValueId> =>
  new Set(
    targets.flatMap((target) => {
      if (typeof target !== 'string') return [valueId(target)]
      const op = ops.get(nodes.get(target)?.op ?? '')
      return op?.role === 'node' || op?.role === 'end' ? Object.keys(op.outputs).map((slot) => valueId(wire(target, slot))) : []
    }),
  )

/** One node, or one loop with all that runs inside. */
type Unit = string

class Compiler {
  readonly faults: Fault[] = []
  private readonly zoneOfEnd: Map<string, Zone>
  private readonly used: Set<ValueId>
  private readonly toObserversOnly: Map<string, string[]>

  constructor(
    private readonly checked: Checked,
    readonly results: Set<ValueId>,
  ) {
    this.zoneOfEnd = new Map([...checked.zones.values()].map((zone) => [zone.end, zone]))
    this.used = new Set([...results, ...checked.order.flatMap((id) => this.wires(id).map(([, from]) => valueId(from)))])
    this.toObserversOnly = this.findWatched()
  }

  compile(): Step[] | undefined {
    const order = this.unitsIn([])
    return order && this.steps(order, [], this.results)
  }

  private node = (id: string): GraphNode => this.checked.nodes.get(id)!

  private wires = (id: string): [string, Wire][] => Object.entries(this.node(id).inputs).filter(([slot]) => slot !== 'loop')

  /** The zones a node is in, counting a Start and an End as inside their own loop. */
  private place(id: string): string[] {
    const zone = this.checked.zones.get(id) ?? this.zoneOfEnd.get(id)
    return zone ? [...zone.around, zone.start] : this.checked.zonesOf.get(id)!
  }

  /** What stands for a node among the units directly inside `zone` (a path); undefined if it is not in there. */
  private unitOf(id: string, path: readonly string[]): Unit | undefined {
    const place = this.place(id)
    return path.every((zone, depth) => place[depth] === zone) ? (place[path.length] ?? id) : undefined
  }

  private isLoop = (unit: Unit) => this.checked.zones.has(unit)

  /** The units directly inside a zone, each after what it needs; undefined (with a fault) if they wait for each other. */
  private unitsIn(path: readonly string[]): Unit[] | undefined {
    const own = path.at(-1)
    const ownEnd = own === undefined ? undefined : this.checked.zones.get(own)!.end
    const members = this.checked.order.filter((id) => id !== own && id !== ownEnd && this.unitOf(id, path) !== undefined)
    const needs = new Map<Unit, Set<Unit>>()
    for (const id of members) {
      const unit = this.unitOf(id, path)!
      const set = needs.get(unit) ?? new Set()
      needs.set(unit, set)
      for (const [, from] of this.wires(id)) {
        const source = from.node === own ? undefined : this.unitOf(from.node, path)
        if (source !== undefined && source !== unit) set.add(source)
      }
    }
    const order = this.sorted(needs)
    if (!order) return undefined
    // What samples while training need has to be there before the training begins.
    for (const loop of order) {
      for (const unit of this.emittedUnits(loop, order, needs)) {
        for (const needed of needs.get(unit)!) {
          if (needed !== loop && !dependsOn(needed, loop, needs)) needs.get(loop)!.add(needed)
        }
      }
    }
    return this.sorted(needs)
  }

  private sorted(needs: Map<Unit, Set<Unit>>): Unit[] | undefined {
    const order: Unit[] = []
    const state = new Map<Unit, 'open' | 'done'>()
    const visit = (unit: Unit): boolean => {
      if (state.get(unit) === 'done') return true
      if (state.get(unit) === 'open') {
        this.faults.push({
          node: unit,
          message: 'A value from inside this loop is used together with a result that needs the whole loop.',
          cure: 'Take both values after the End, or both inside the loop.',
        })
        return false
      }
      state.set(unit, 'open')
      for (const needed of needs.get(unit)!) if (!visit(needed)) return false
      state.set(unit, 'done')
      order.push(unit)
      return true
    }
    return this.soonestFirst(needs).every(visit) ? order : undefined
  }

  /** Units to begin with: what is shown or saved, that which waits for the fewest loops first, so it is there soonest. */
  private soonestFirst(needs: Map<Unit, Set<Unit>>): Unit[] {
    const all = [...needs.keys()]
    const needed = new Set([...needs.values()].flatMap((set) => [...set]))
    const loops = all.filter(this.isLoop)
    const waits = new Map(all.map((unit) => [unit, loops.filter((loop) => loop === unit || dependsOn(unit, loop, needs)).length]))
    const last = all.filter((unit) => !needed.has(unit)).sort((a, b) => waits.get(a)! - waits.get(b)!)
    return [...last, ...all]
  }

  /**
   * The units that run when `loop` emits: they depend on its done outputs, lead to an observer, and need nothing that
   * comes after another training. An emission never enters another training.
   */
  private emittedUnits(loop: Unit, order: Unit[], needs: Map<Unit, Set<Unit>>): Unit[] {
    if (!this.isTraining(loop)) return []
    const later = order.slice(order.indexOf(loop) + 1)
    const trained = new Set(later.filter((unit) => this.isTraining(unit)))
    const possible = later.filter(
      (unit) =>
        dependsOn(unit, loop, needs) &&
        !this.makesFiles(unit) &&
        !trained.has(unit) &&
        ![...trained].some((other) => dependsOn(unit, other, needs)),
    )
    return possible.filter((unit) =>
      possible.some((other) => this.shows(other) && (other === unit || dependsOn(other, unit, needs))),
    )
  }

  private isTraining = (unit: Unit) => behaviourOf(unit, this.checked.nodes, this.checked.ops)?.trains === true

  private role = (id: string) => this.checked.ops.get(this.node(id).op)!.role

  private makesFiles = (unit: Unit) => !this.isLoop(unit) && this.role(unit) === 'output'

  /** Shows something: an observer, or a loop with one inside. */
  private shows = (unit: Unit) => (this.isLoop(unit) ? this.observersIn(unit).length > 0 : this.role(unit) === 'observer')

  /** Runs in every iteration, looked at or not: the next one continues from it. */
  private remembers = (id: string) => 'stateful' in this.checked.ops.get(this.node(id).op)!

  /**
   * For each node that leads to observers of its own zone and nowhere else: those observers. A Start stands for its whole
   * loop; what leads to an End is needed whenever that loop runs.
   */
  private findWatched(): Map<string, string[]> {
    const { order, zones } = this.checked
    const users = new Map<string, string[]>()
    for (const id of order) for (const [, from] of this.wires(id)) users.set(from.node, [...(users.get(from.node) ?? []), id])
    const watched = new Map<string, string[]>()
    /** The observers behind all users of a node, or none if one of the users is needed for something else. */
    const behind = (id: string): string[] => {
      const all = (users.get(id) ?? []).map((user) => watched.get(user) ?? [])
      return all.every((some) => some.length) ? [...new Set(all.flat())] : []
    }
    for (const id of [...order].reverse()) {
      const zone = zones.get(id)
      if (this.role(id) === 'observer') watched.set(id, [id])
      else if (this.remembers(id)) watched.set(id, [])
      else if (zone) {
        const within = this.observersIn(id)
        const after = behind(zone.end)
        if (!users.has(zone.end)) watched.set(id, within)
        else if (after.length) watched.set(id, [...new Set([...after, ...within])])
      } else if (!this.zoneOfEnd.has(id)) watched.set(id, behind(id))
    }
    return watched
  }

  private observersIn = (loop: string) =>
    this.checked.order.filter((id) => this.role(id) === 'observer' && this.place(id).includes(loop))

  /** `given` are values that are there from the beginning and end with these steps: the each outputs of a body. */
  private steps(units: Unit[], path: readonly string[], keep: ReadonlySet<ValueId>, given: readonly ValueId[] = []): Step[] {
    const steps = units.map((unit) => (this.isLoop(unit) ? this.loopStep(unit, units, path) : this.nodeStep(unit, path)))
    free(steps, keep, given)
    return steps
  }

  private nodeStep(id: string, path: readonly string[]): NodeStep {
    const node = this.node(id)
    const op = this.checked.ops.get(node.op)!
    const watchers = path.length ? this.toObserversOnly.get(id) : undefined
    return {
      kind: op.role === 'observer' ? 'observe' : op.role === 'output' ? 'files' : 'run',
      id,
      op: node.op,
      params: checkParams(node, op).params,
      inputs: Object.fromEntries(this.wires(id).map(([slot, from]) => [slot, valueId(from)])),
      outputs: this.usedOutputs(id),
      free: [],
      ...(watchers?.length && { watchers }),
    }
  }

  /** Output slots that something is wired to, single ones and those of many-slots alike. */
  private usedOutputs = (id: string): string[] =>
    [...this.used]
      .filter((value) => value.startsWith(`${id}.`) && !value.slice(id.length + 1).includes('.'))
      .map((value) => value.slice(id.length + 1))

  private loopStep(start: string, siblings: Unit[], path: readonly string[]): LoopStep {
    const { end } = this.checked.zones.get(start)!
    const inner = [...path, start]
    const next = Object.fromEntries(this.wires(end).map(([slot, from]) => [slot, valueId(from)]))
    const each = this.usedOutputs(start)
    const given = each.map((slot) => valueId(wire(start, slot)))
    const body = this.steps(this.unitsIn(inner) ?? [], inner, new Set(Object.values(next)), given)
    const made = new Set([...given, ...body.flatMap(madeBy)])
    const watchers = path.length ? this.toObserversOnly.get(start) : undefined
    return {
      kind: 'loop',
      id: start,
      end,
      op: this.node(start).op,
      endOp: this.node(end).op,
      params: { start: this.paramsOf(start), end: this.paramsOf(end) },
      inputs: Object.fromEntries(this.wires(start).map(([slot, from]) => [slot, valueId(from)])),
      each,
      body,
      next,
      freeNext: [...new Set(Object.values(next))].filter((value) => made.has(value)),
      outputs: this.usedOutputs(end),
      emission: this.emission(start, siblings, path),
      free: [],
      ...(watchers?.length && { watchers }),
    }
  }

  private paramsOf = (id: string) => checkParams(this.node(id), this.checked.ops.get(this.node(id).op)!).params

  private emission(loop: Unit, siblings: Unit[], path: readonly string[]): Step[] {
    if (!this.isTraining(loop)) return []
    const needs = new Map(siblings.map((unit) => [unit, this.needsOf(unit, path)]))
    const units = this.emittedUnits(loop, siblings, needs)
    return this.steps(units, path, new Set())
  }

  private needsOf(unit: Unit, path: readonly string[]): Set<Unit> {
    const members = this.isLoop(unit) ? this.checked.order.filter((id) => this.unitOf(id, path) === unit) : [unit]
    const sources = members.flatMap((id) => this.wires(id).map(([, from]) => this.unitOf(from.node, path)))
    return new Set(sources.filter((source): source is Unit => source !== undefined && source !== unit && source !== path.at(-1)))
  }
}

function dependsOn(unit: Unit, on: Unit, needs: Map<Unit, Set<Unit>>, seen = new Set<Unit>()): boolean {
  if (seen.has(unit)) return false
  seen.add(unit)
  const direct = needs.get(unit) ?? new Set()
  return direct.has(on) || [...direct].some((needed) => dependsOn(needed, on, needs, seen))
}

/** Values a step puts where its neighbours see them. */
export const madeBy = (step: Step): ValueId[] =>
  step.outputs.map((slot) => valueId(wire(step.kind === 'loop' ? step.end : step.id, slot)))

/** Values a step reads, with all that is inside of it. */
export function readBy(step: Step): ValueId[] {
  if (step.kind !== 'loop') return Object.values(step.inputs)
  const inside = [...step.body, ...step.emission].flatMap(readBy)
  return [...Object.values(step.inputs), ...inside, ...Object.values(step.next)]
}

/** Each value is freed by its last reader among its neighbours; a loop counts as the reader of all it needs inside. */
function free(steps: Step[], keep: ReadonlySet<ValueId>, given: readonly ValueId[]) {
  const seen = new Set<ValueId>(keep)
  const made = new Set([...given, ...steps.flatMap(madeBy)])
  for (const step of [...steps].reverse()) {
    for (const value of [...madeBy(step), ...readBy(step)]) {
      if (seen.has(value) || !made.has(value)) continue
      seen.add(value)
      step.free.push(value)
    }
  }
}
