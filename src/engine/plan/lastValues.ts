// The last value of each wire, for whoever looks into one: kept only where somebody may look, and no more than fits.
import { tensorsOf, type Value } from '../values.ts'
import type { LoopStep, Plan, Step, ValueId } from './compile.ts'
import { madeBy, valueId } from './compile.ts'
import { wire, type Wire } from './graph.ts'
import { hashOf, type Key, type Keys } from './keys.ts'
import type { Memory } from './memory.ts'
import type { ObservedAt } from './host.ts'
import type { Glance } from './view.ts'

/** Tensors of more bytes are not kept, nor are more than these altogether. */
const LARGEST = 16 * 2 ** 20
const BUDGET = 64 * 2 ** 20
/** To look may take a fifth of the time, as an emission may: so much longer it rests than it took. */
const REST = 4
/** It rests no longer than this, in milliseconds. */
const LONGEST_REST = 2000

/** What is said of values in short. */
export interface Glancing {
  /** Reads a little of it. */
  glance(value: Value): Promise<Glance>
  /** Without reading, of one that is too large to be kept. */
  outline(value: Value): Glance
}

interface Entry {
  value: Value | Glance
  kept: boolean
  at: ObservedAt
  name: Key | undefined
  bytes: number
}

const bytesOf = (value: Value) => tensorsOf(value).reduce((sum, { size }) => sum + 4 * size, 0)

export class LastValues {
  private readonly entries = new Map<ValueId, Entry>()
  private names: ReadonlyMap<ValueId, Key> = new Map()
  private closed: Plan['closed'] = new Map()
  private bytes = 0
  private restUntil = 0
  private looking: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly memory: Memory,
    private readonly now: () => number,
    private readonly says: Glancing,
  ) {}

  /** A run begins: what wires carried that mean something else now is forgotten. */
  begin(plan: Plan, keys: Keys) {
    this.names = namesOf(plan, keys)
    this.closed = plan.closed
    for (const [id, { name }] of this.entries) if (this.names.get(id) !== name) this.drop(id)
  }

  keep = (id: ValueId, value: Value, at: ObservedAt) => {
    const before = this.entries.get(id)
    const bytes = bytesOf(value)
    const kept = bytes <= LARGEST
    const said = before && !before.kept ? before.value : undefined
    this.drop(id)
    const name = this.names.get(id)
    if (!kept) {
      this.entries.set(id, { value: said ?? this.says.outline(value), kept, at, name, bytes: 0 })
      return
    }
    this.entries.set(id, { value: this.memory.retain(value), kept, at, name, bytes })
    this.bytes += bytes
    for (const oldest of this.entries.keys()) {
      if (this.bytes <= BUDGET) break
      this.drop(oldest)
    }
  }

  /** The last value of an output in short; undefined if there is none. One at a time, with a rest after each. */
  glance(output: Wire): Promise<Glance | undefined> {
    const looked = this.looking.then(() => this.glanceNow(output))
    this.looking = looked.catch(() => {})
    return looked
  }

  clear() {
    for (const id of this.entries.keys()) this.drop(id)
  }

  private async glanceNow(output: Wire): Promise<Glance | undefined> {
    const rest = this.restUntil - this.now()
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest))
    const entry = this.entries.get(valueId(this.inside(output)))
    if (!entry) return undefined
    const { index, label } = entry.at
    const place = { ...(index !== undefined && { index }), ...(label !== undefined && { label }) }
    if (!entry.kept) return { ...(entry.value as Glance), ...place }
    const value = this.memory.retain(entry.value as Value)
    const began = this.now()
    try {
      return { ...(await this.says.glance(value)), ...place }
    } finally {
      this.memory.release(value)
      this.restUntil = this.now() + Math.min(LONGEST_REST, REST * (this.now() - began))
    }
  }

  /** Where the output of a closed node comes from. */
  private inside(output: Wire): Wire {
    const through = this.closed.get(output.node)?.[output.slot]
    return through ? this.inside(through) : output
  }

  private drop(id: ValueId) {
    const entry = this.entries.get(id)
    if (!entry) return
    this.entries.delete(id)
    this.bytes -= entry.bytes
    if (entry.kept) this.memory.release(entry.value)
  }
}

/** What each wire of a plan carries, by a name that is another one when it would carry something else. */
function namesOf({ steps }: Plan, keys: Keys): Map<ValueId, Key> {
  const names = new Map<ValueId, Key>()
  const name = (ids: readonly ValueId[], around: readonly unknown[]) => {
    for (const id of ids) names.set(id, hashOf(keys.values.get(id) ?? null, ...around))
  }
  const walk = (step: Step, around: readonly unknown[]) => {
    name(madeBy(step), around)
    if (step.kind !== 'loop') return
    // In a body all is named by symbols, and only told apart by the loop.
    const inside = [...around, ...loopOf(step, keys)]
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

const loopOf = (step: LoopStep, keys: Keys) => [keys.loops.get(step.id) ?? null, step.params]
