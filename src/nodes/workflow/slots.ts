// Slots of a node, from its declaration and its wires. Used for files and for nodes on the canvas.
import type { Accepts, Declaration } from '../../engine/plan/op.ts'
import { paramSlot } from '../../engine/plan/paramSlots.ts'
import { manySlot, splitMany } from '../../engine/base/ids.ts'
import type { SlotType } from '../../engine/base/values.ts'
import type { FileInput } from './file.ts'

/** The slot that joins the Start and the End of a zone. */
export const LOOP = 'loop'

/** Side of a node on which a slot is. */
export type Side = 'input' | 'output'

export interface SlotSpec {
  name: string
  /** Type in litegraph's syntax: one name, several separated by commas, or `*`. */
  type: string
  about: string
  optional?: boolean
  /** For outputs: has the type of the value wired to this input. */
  like?: string
  /** An input that is a param. */
  param?: true
}

/** Formats accepted types in litegraph's syntax. */
const formatAccepts = (accepts: Accepts): string => (accepts === 'any' ? '*' : accepts.join(','))

/** Parses accepted types in litegraph's syntax: `samples,noise`, `*`. */
export const parseAccepts = (type: string): Accepts =>
  type === '*' || type === '' ? 'any' : (type.split(',') as SlotType[])

/** The declared name of a slot: `value` for the slot `value_3` of a many-slot. */
export function declaredName(
  slots: Record<string, { many?: true }>,
  name: string,
): string | undefined {
  if (Object.hasOwn(slots, name) && !slots[name].many) return name
  const [base, index] = splitMany(name)
  return index !== undefined && Object.hasOwn(slots, base) && slots[base].many ? base : undefined
}

const slotIndices = (
  base: string,
  slots: Record<string, { many?: true }>,
  names: Iterable<string>,
): number[] =>
  [...names].flatMap((name) => {
    const [, index] = splitMany(name)
    return declaredName(slots, name) === base && index !== undefined ? [index] : []
  })

const NO_NAMES: ReadonlySet<string> = new Set()

/**
 * Inputs in order. A many-slot has a free slot after the last wired one, and all slots in `present`.
 * Params follow that are wired, or inputs without a wire (`converted`).
 */
export function inputSpecs(
  declaration: Declaration,
  wired: ReadonlySet<string>,
  present = NO_NAMES,
  converted = NO_NAMES,
): SlotSpec[] {
  const specs: SlotSpec[] = []
  for (const [name, { accepts, about, optional, many }] of Object.entries(declaration.inputs)) {
    const spec = { name, type: formatAccepts(accepts), about, ...(optional && { optional }) }
    if (!many) specs.push(spec)
    else {
      const count = Math.max(
        1 + Math.max(0, ...slotIndices(name, declaration.inputs, wired)),
        ...slotIndices(name, declaration.inputs, present),
      )
      for (let i = 1; i <= count; i++)
        specs.push({ ...spec, name: manySlot(name, i), optional: optional ?? i > 1 })
    }
  }
  return [...specs, ...paramSpecs(declaration, wired, converted)]
}

function paramSpecs(
  { inputs, params }: Declaration,
  wired: ReadonlySet<string>,
  converted: ReadonlySet<string>,
): SlotSpec[] {
  if (!wired.size && !converted.size) return []
  return Object.entries(params).flatMap(([name, param]): SlotSpec[] => {
    const slot = paramSlot(param)
    const isInput = wired.has(name) || converted.has(name)
    if (!slot || !isInput || Object.hasOwn(inputs, name)) return []
    const { accepts, about } = slot
    return [{ name, type: formatAccepts(accepts), about, optional: true, param: true }]
  })
}

/** Returns an input of a file without a wire. */
export const createFileInput = ({ name, type, param }: SlotSpec): FileInput => ({
  name,
  type,
  link: null,
  ...(param && { widget: { name } }),
})

/** Outputs in order. A many-slot has one for each wired input of its name, and all that are wired. */
export function outputSpecs(
  declaration: Declaration,
  wiredInputs: ReadonlySet<string>,
  wiredOutputs: ReadonlySet<string>,
): SlotSpec[] {
  const specs: SlotSpec[] = []
  for (const [name, { type, about, many, per }] of Object.entries(declaration.outputs)) {
    const like = typeof type === 'string' ? undefined : type.like
    const spec = { name, type: typeof type === 'string' ? type : '*', about }
    if (!many) specs.push({ ...spec, ...(like && { like }) })
    else {
      const numbers = new Set([
        ...slotIndices(like ?? per ?? name, declaration.inputs, wiredInputs),
        ...slotIndices(name, declaration.outputs, wiredOutputs),
      ])
      for (const i of [...numbers].sort((a, b) => a - b)) {
        specs.push({ ...spec, name: manySlot(name, i), ...(like && { like: manySlot(like, i) }) })
      }
    }
  }
  return specs
}

/**
 * Matches old slots with `specs` by name. Returns the slots in the order of `specs`, followed by
 * wired old slots that are not declared any more (`extra`). `moved[i]` is the new index of old slot
 * i, or -1 if it was removed.
 */
export function matchSlotsByName<S extends { name: string }>(
  old: readonly S[],
  specs: readonly SlotSpec[],
  wired: (slot: S) => boolean,
  make: (spec: SlotSpec, old: S | undefined) => S,
): { slots: S[]; moved: number[]; extra: S[] } {
  const named = new Map<string, S>()
  // If two slots have the same name (a damaged file), the wired one is used.
  for (const slot of old) if (!named.has(slot.name) || wired(slot)) named.set(slot.name, slot)
  const slots = specs.map((spec) => make(spec, named.get(spec.name)))
  const declared = new Set(specs.map((spec) => spec.name))
  const extra = old.filter(
    (slot) => !declared.has(slot.name) && wired(slot) && named.get(slot.name) === slot,
  )
  const places = new Map([...slots, ...extra].map((slot, i) => [slot.name, i]))
  return {
    slots: [...slots, ...extra],
    moved: old.map((slot) => places.get(slot.name) ?? -1),
    extra,
  }
}
