// The last value of each wire, for inspection. Stored only on request, and within a memory budget.
import { collectTensors } from '../base/values.ts'
import type { Value } from './slotValues.ts'
import { valueId, type ValueId } from '../base/ids.ts'
import { mapValues } from '../base/records.ts'
import { stepOutputs, type LoopStep, type Plan, type Step } from './steps.ts'
import { followClosed } from './expand.ts'
import { wire, type Wire } from './graph.ts'
import { hashKey, type Key, type Keys } from './keys.ts'
import type { Memory } from '../base/memory.ts'
import type { ObservedAt } from './host.ts'
import type { Inspection } from '../base/view.ts'

/** Maximum bytes of a single value, and of all values together. */
const MAX_VALUE_BYTES = 16 * 2 ** 20
const MAX_TOTAL_BYTES = 64 * 2 ** 20
/**
 * Pause after an inspection, as a multiple of its duration: inspection takes at most a fifth of the
 * time.
 */
const REST_FACTOR = 4
/** Maximum pause, in milliseconds. */
const MAX_REST = 2000

/** Describes values. */
export interface ValueInspector {
  /** Describes a value; reads some of its numbers. */
  inspect(value: Value): Promise<Inspection>
  /** Describes a value that is too large to store, without reading it. */
  outline(value: Value): Inspection
}

interface Entry {
  value: Value | Inspection
  kept: boolean
  at: ObservedAt
  name: Key | undefined
  bytes: number
}

const tensorBytes = (value: Value) =>
  collectTensors(value).reduce((sum, { size }) => sum + 4 * size, 0)

export class LastValues {
  private readonly entries = new Map<ValueId, Entry>()
  private names: ReadonlyMap<ValueId, Key> = new Map()
  private closed: Plan['closed'] = new Map()
  private bytes = 0
  private restUntil = 0
  private inspecting: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly memory: Memory,
    private readonly now: () => number,
    private readonly inspector: ValueInspector,
  ) {}

  /** Begins a run, and drops the values of wires whose key has changed. */
  begin(plan: Plan, keys: Keys) {
    this.names = valueNames(plan, keys)
    this.closed = plan.closed
    for (const [id, { name }] of this.entries) if (this.names.get(id) !== name) this.drop(id)
  }

  keep = (id: ValueId, value: Value, at: ObservedAt) => {
    const before = this.entries.get(id)
    const bytes = tensorBytes(value)
    const kept = bytes <= MAX_VALUE_BYTES
    const said = before && !before.kept ? before.value : undefined
    this.drop(id)
    const name = this.names.get(id)
    if (!kept) {
      this.entries.set(id, {
        value: said ?? this.inspector.outline(value),
        kept,
        at,
        name,
        bytes: 0,
      })
      return
    }
    this.entries.set(id, { value: this.memory.retain(value), kept, at, name, bytes })
    this.bytes += bytes
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= MAX_TOTAL_BYTES) break
      this.drop(oldest)
    }
  }

  /**
   * Describes the last value of an output; undefined if none is stored. Inspections run one at a
   * time, with a pause after each.
   */
  inspect(output: Wire): Promise<Inspection | undefined> {
    const looked = this.inspecting.then(() => this.inspectNow(output))
    this.inspecting = looked.catch(() => {})
    return looked
  }

  clear() {
    for (const id of this.entries.keys()) this.drop(id)
  }

  private async inspectNow(output: Wire): Promise<Inspection | undefined> {
    const rest = this.restUntil - this.now()
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
    const entry = this.entries.get(valueId(this.inside(output)))
    if (!entry) return undefined
    const { index, label } = entry.at
    const place = { ...(index !== undefined && { index }), ...(label !== undefined && { label }) }
    if (!entry.kept) return { ...(entry.value as Inspection), ...place }
    const value = this.memory.retain(entry.value as Value)
    const began = this.now()
    try {
      return { ...(await this.inspector.inspect(value)), ...place }
    } finally {
      this.memory.release(value)
      this.restUntil = this.now() + Math.min(MAX_REST, REST_FACTOR * (this.now() - began))
    }
  }

  /** Returns the inner source of an output of a closed node. */
  private inside = (output: Wire): Wire => followClosed(this.closed)(output)

  private drop(id: ValueId) {
    const entry = this.entries.get(id)
    if (!entry) return
    this.entries.delete(id)
    this.bytes -= entry.bytes
    if (entry.kept) this.memory.release(entry.value)
  }
}

/**
 * Returns a key for the value on each wire of a plan. It changes if the wire carries something
 * else.
 */
function valueNames({ steps }: Plan, keys: Keys): Map<ValueId, Key> {
  const names = new Map<ValueId, Key>()
  const name = (ids: readonly ValueId[], around: readonly unknown[]) => {
    for (const id of ids) names.set(id, hashKey(keys.values.get(id) ?? null, ...around))
  }
  const walk = (step: Step, around: readonly unknown[]) => {
    name(stepOutputs(step), around)
    if (step.kind !== 'loop') return
    // Keys in a body contain only symbols; the key of the loop tells them apart.
    const inside = [...around, ...loopName(step, keys)]
    name(
      step.each.map((slot) => valueId(wire(step.id, slot))),
      inside,
    )
    for (const inner of step.body) walk(inner, inside)
    for (const after of step.emission) walk(after, around)
  }
  for (const step of steps) walk(step, [])
  return names
}

const loopName = (step: LoopStep, keys: Keys) => [
  keys.loops.get(step.id) ?? null,
  step.params,
  // Sources of wired extents, which are not part of the key of the loop.
  mapValues(step.inputs, (id) => keys.values.get(id) ?? null),
]
