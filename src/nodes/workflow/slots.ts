// The slots a node shows: from its declaration and from what is wired. Used for files and for nodes on the canvas alike.
import type { Accepts, Declaration } from '../../engine/plan/op.ts'
import type { SlotType } from '../../engine/values.ts'

/** The slot that joins the Start and the End of a zone. */
export const LOOP = 'loop'

/** Where a slot is on its node. */
export type Side = 'input' | 'output'

export interface SlotSpec {
  name: string
  /** litegraph's type: one name, several with commas, or `*`. */
  type: string
  about: string
  optional?: boolean
  /** Of an output: it has the type of what is wired to this input. */
  like?: string
}

/** Accepted types as litegraph writes them. */
const typeOf = (accepts: Accepts): string => (accepts === 'any' ? '*' : accepts.join(','))

/** What is accepted, from litegraph's way of writing it: `samples,noise`, `*`. */
export const acceptsOf = (type: string): Accepts => (type === '*' || type === '' ? 'any' : (type.split(',') as SlotType[]))

/** The declared name of a slot: `value_3` belongs to the many-slot `value`. */
export function declaredName(slots: Record<string, { many?: true }>, name: string): string | undefined {
  if (Object.hasOwn(slots, name) && !slots[name]!.many) return name
  const [, base] = /^(.+)_[1-9]\d{0,2}$/.exec(name) ?? []
  return base !== undefined && Object.hasOwn(slots, base) && slots[base]!.many ? base : undefined
}

const numberOf = (name: string) => Number(/\d+$/.exec(name)![0])

const numbersOf = (base: string, slots: Record<string, { many?: true }>, names: Iterable<string>): number[] =>
  [...names].filter((name) => declaredName(slots, name) === base && name !== base).map(numberOf)

const none: ReadonlySet<string> = new Set()

/** Inputs in order. A many-slot has one free slot after the last wired one, and as many as are `present` to be kept. */
export function inputsOf(declaration: Declaration, wired: ReadonlySet<string>, present = none): SlotSpec[] {
  const specs: SlotSpec[] = []
  for (const [name, { accepts, about, optional, many }] of Object.entries(declaration.inputs)) {
    const spec = { name, type: typeOf(accepts), about, ...(optional && { optional }) }
    if (!many) specs.push(spec)
    else {
      const count = Math.max(
        1 + Math.max(0, ...numbersOf(name, declaration.inputs, wired)),
        ...numbersOf(name, declaration.inputs, present),
      )
      for (let i = 1; i <= count; i++) specs.push({ ...spec, name: `${name}_${i}`, optional: optional ?? i > 1 })
    }
  }
  return specs
}

/** Outputs in order. Of a many-slot, one for each wired input of its name, and those that are wired themselves. */
export function outputsOf(
  declaration: Declaration,
  wiredInputs: ReadonlySet<string>,
  wiredOutputs: ReadonlySet<string>,
): SlotSpec[] {
  const specs: SlotSpec[] = []
  for (const [name, { type, about, many }] of Object.entries(declaration.outputs)) {
    const like = typeof type === 'string' ? undefined : type.like
    const spec = { name, type: typeof type === 'string' ? type : '*', about }
    if (!many) specs.push({ ...spec, ...(like && { like }) })
    else {
      const numbers = new Set([
        ...numbersOf(like ?? name, declaration.inputs, wiredInputs),
        ...numbersOf(name, declaration.outputs, wiredOutputs),
      ])
      for (const i of [...numbers].sort((a, b) => a - b)) {
        specs.push({ ...spec, name: `${name}_${i}`, ...(like && { like: `${like}_${i}` }) })
      }
    }
  }
  return specs
}

/**
 * The slots of `specs`, in that order, each taken over from `old` by name or made new; after them those of `old` that
 * are wired and no longer declared. `moved[i]` is where old slot i went, -1 if it is gone.
 */
export function matchByName<S extends { name: string }>(
  old: readonly S[],
  specs: readonly SlotSpec[],
  wired: (slot: S) => boolean,
  make: (spec: SlotSpec, old: S | undefined) => S,
): { slots: S[]; moved: number[]; extra: S[] } {
  const named = new Map<string, S>()
  // Of two slots with one name (a damaged file) the wired one counts.
  for (const slot of old) if (!named.has(slot.name) || wired(slot)) named.set(slot.name, slot)
  const slots = specs.map((spec) => make(spec, named.get(spec.name)))
  const declared = new Set(specs.map((spec) => spec.name))
  const extra = old.filter((slot) => !declared.has(slot.name) && wired(slot) && named.get(slot.name) === slot)
  const places = new Map([...slots, ...extra].map((slot, i) => [slot.name, i]))
  return { slots: [...slots, ...extra], moved: old.map((slot) => places.get(slot.name) ?? -1), extra }
}
