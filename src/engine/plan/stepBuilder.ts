// Builds the steps of a plan from a checked graph.
import { type Fault, createFault } from '../messages/fault.ts'
import { splitValue, valueId, type ValueId } from '../base/ids.ts'
import { planMessages } from '../messages/plan.ts'
import { wire } from './graph.ts'
import { checkParams } from './params.ts'
import { findSoleObservers } from './soleObservers.ts'
import {
  stepInputs,
  stepOutputs,
  type LoopStep,
  type NodeStep,
  type PeriodicFile,
  type Step,
} from './steps.ts'
import { findEmissions, findSnapshots, orderUnits, type SnapshotUnits } from './unitOrder.ts'
import { Units, type LoopPath, type Unit } from './units.ts'
import type { Checked, Zone } from './zones.ts'

export class StepBuilder {
  readonly faults: Fault[] = []
  private readonly units: Units
  /** Output slots of each node that something is wired to, including those of many-slots. */
  private readonly usedSlots = new Map<string, string[]>()
  private readonly soleObservers: ReadonlyMap<string, readonly string[]>

  constructor(
    checked: Checked,
    readonly results: ReadonlySet<ValueId>,
  ) {
    const units = new Units(checked)
    this.units = units
    const wired = units.order.flatMap((id) => units.wires(id).map(([, from]) => valueId(from)))
    for (const { node, slot } of [...new Set([...results, ...wired])].map(splitValue)) {
      const others = this.usedSlots.get(node)
      if (others) others.push(slot)
      else this.usedSlots.set(node, [slot])
    }
    this.soleObservers = findSoleObservers(units)
  }

  /** Returns all steps; reports a fault and returns undefined if some depend on each other. */
  build(): Step[] | undefined {
    const order = this.order([])
    return order && this.steps(order, [], this.results)
  }

  private order = (path: LoopPath): Unit[] | undefined =>
    orderUnits(this.units, path, (node) =>
      this.faults.push(
        createFault({
          node,
          message: planMessages.innerAndFinal(),
          cure: planMessages.takeBoth(),
        }),
      ),
    )

  /**
   * Builds the steps of a level. `each` are the values that exist when it begins and are freed
   * within it.
   */
  private steps(
    units: readonly Unit[],
    path: LoopPath,
    keep: ReadonlySet<ValueId>,
    each: readonly ValueId[] = [],
  ): Step[] {
    const needs = units.some(this.units.isTraining) ? this.units.needsIn(path) : undefined
    const emissions = needs && findEmissions(this.units, units, needs)
    const snapshots = needs ? findSnapshots(this.units, units, needs) : []
    const steps = units.map((unit) => {
      const zone = this.units.zone(unit)
      if (!zone) return this.nodeStep(unit, path)
      const own = snapshots.filter(({ loop }) => loop === unit)
      return this.loopStep(zone, emissions?.get(unit) ?? [], own, path)
    })
    freeAfterLastReader(steps, keep, each)
    return steps
  }

  private nodeStep(id: string, path: LoopPath): NodeStep {
    const { role } = this.units.op(id)
    const observes = role === 'observer' && !this.usedSlots.has(id)
    return {
      kind: observes ? 'observe' : role === 'output' ? 'files' : 'run',
      id,
      op: this.units.node(id).op,
      params: this.params(id),
      inputs: this.inputs(id),
      outputs: this.usedOutputs(id),
      free: [],
      ...this.loopObservers(id, path),
    }
  }

  private loopStep(
    { start, end }: Zone,
    emitted: readonly Unit[],
    saved: readonly SnapshotUnits[],
    path: LoopPath,
  ): LoopStep {
    const inner = [...path, start]
    const next = this.inputs(end)
    const nextValues = new Set(Object.values(next))
    const each = this.usedOutputs(start)
    const eachValues = each.map((slot) => valueId(wire(start, slot)))
    const order = this.order(inner) ?? []
    const files = order.filter(this.units.makesFiles).map((id) => this.periodicFile(id, inner))
    const kept = new Set([...nextValues, ...files.flatMap(({ file }) => stepInputs(file))])
    const others = order.filter((unit) => !this.units.makesFiles(unit))
    const body = this.steps(others, inner, kept, eachValues)
    const inBody = new Set([...eachValues, ...body.flatMap(stepOutputs)])
    return {
      kind: 'loop',
      id: start,
      end,
      op: this.units.node(start).op,
      endOp: this.units.node(end).op,
      params: { start: this.params(start), end: this.params(end) },
      inputs: this.inputs(start),
      each,
      body,
      next,
      freeNext: [...nextValues].filter((value) => inBody.has(value)),
      outputs: this.usedOutputs(end),
      emission: this.steps(emitted, path, new Set()),
      ...(files.length && { files }),
      ...(saved.length && { snapshots: saved.map((snapshot) => this.snapshot(snapshot, path)) }),
      free: [],
      ...this.loopObservers(start, path),
    }
  }

  private periodicFile = (id: string, path: LoopPath): PeriodicFile => ({
    every: this.units.fileInterval(id),
    file: this.nodeStep(id, path),
  })

  private snapshot({ file, units }: SnapshotUnits, path: LoopPath) {
    const periodic = this.periodicFile(file, path)
    const others = units.filter((unit) => unit !== file)
    return { ...periodic, steps: this.steps(others, path, new Set(stepInputs(periodic.file))) }
  }

  private inputs = (id: string): Record<string, ValueId> =>
    Object.fromEntries(this.units.wires(id).map(([slot, from]) => [slot, valueId(from)]))

  private params = (id: string) => checkParams(this.units.node(id), this.units.op(id)).params

  private usedOutputs = (id: string): string[] => [...(this.usedSlots.get(id) ?? [])]

  private loopObservers(id: string, path: LoopPath): { soleObservers?: string[] } {
    const observers = path.length ? this.soleObservers.get(id) : undefined
    return observers?.length ? { soleObservers: [...observers] } : {}
  }
}

/**
 * Frees each value after its last reader among these steps. A loop reads everything that its body
 * needs.
 */
function freeAfterLastReader(
  steps: readonly Step[],
  keep: ReadonlySet<ValueId>,
  each: readonly ValueId[],
) {
  const seen = new Set<ValueId>(keep)
  const own = new Set([...each, ...steps.flatMap(stepOutputs)])
  for (const step of [...steps].reverse()) {
    for (const value of [...stepOutputs(step), ...stepInputs(step)]) {
      if (seen.has(value) || !own.has(value)) continue
      seen.add(value)
      step.free.push(value)
    }
  }
}
