// Slots of a node, from its declaration and its wires. Used for files and for nodes on the canvas.
import { chosenType, type Accepts, type Declaration } from '../engine/plan/op.ts'
import { paramSlot } from '../engine/plan/paramSlots.ts'
import { manySlot, splitMany } from '../engine/base/ids.ts'
import type { SlotType } from '../engine/plan/slotValues.ts'
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

type DeclaredSlots = Readonly<Record<string, { many?: true; more?: unknown }>>

/**
 * The declared name of a slot: `value` for the slot `value_3` of a many-slot, `model` for a further
 * slot `model_2`.
 */
export function declaredName(slots: DeclaredSlots, name: string): string | undefined {
  if (Object.hasOwn(slots, name) && !slots[name].many) return name
  const [base, index = 0] = splitMany(name)
  if (index === 0 || !Object.hasOwn(slots, base)) return undefined
  const { many, more } = slots[base]
  return many || (more && index > 1) ? base : undefined
}

const slotIndices = (base: string, slots: DeclaredSlots, names: Iterable<string>): number[] =>
  [...names].flatMap((name) => {
    const [, index] = splitMany(name)
    return declaredName(slots, name) === base && index !== undefined ? [index] : []
  })

const NO_NAMES: ReadonlySet<string> = new Set()

/** Names of the growing inputs that are shown: those up to the one after the last wired one. */
function shownOfRow(
  { inputs }: Declaration,
  wired: ReadonlySet<string>,
  present: ReadonlySet<string>,
): ReadonlySet<string> {
  const row = Object.keys(inputs).filter((name) => inputs[name].grows)
  const count = Math.max(
    1 + row.findLastIndex((name) => present.has(name)),
    2 + row.findLastIndex((name) => wired.has(name)),
  )
  return new Set(row.slice(0, count))
}

/** Param of a Start that offers the further slots of both ends of its loop. */
export const FURTHER = 'further_slots'

/**
 * Inputs in order. A many-slot has a free slot after the last wired one, and all slots in `present`.
 * Params follow that are wired, or inputs without a wire (`converted`).
 * `offers`: also those that are rarely used.
 */
export function inputSpecs(
  declaration: Declaration,
  wired: ReadonlySet<string>,
  present = NO_NAMES,
  converted = NO_NAMES,
  offers = false,
): SlotSpec[] {
  const specs: SlotSpec[] = []
  const shown = shownOfRow(declaration, wired, present)
  for (const [name, slot] of Object.entries(declaration.inputs)) {
    const { accepts, about, optional, many, more, further } = slot
    if (slot.grows && !shown.has(name)) continue
    const isPresent = (names: ReadonlySet<string>) =>
      many ? slotIndices(name, declaration.inputs, names).length > 0 : names.has(name)
    if (further && !offers && !isPresent(wired) && !isPresent(present)) continue
    const spec = { name, type: formatAccepts(accepts), about, ...(optional && { optional }) }
    if (!many) specs.push(spec)
    if (more) {
      const indices = [wired, present].map((names) =>
        Math.max(0, ...slotIndices(name, declaration.inputs, names)),
      )
      const next = wired.has(name) && offers ? Math.max(1, indices[0]) + 1 : 1
      const free =
        more.of === name ? next : Math.max(0, ...slotIndices(more.of, declaration.inputs, wired))
      for (let i = 2; i <= Math.max(free, ...indices); i++)
        specs.push({ ...spec, name: manySlot(name, i), optional: true })
    } else if (many) {
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

/**
 * Outputs in order. A many-slot has one for each wired input of its name, and all that are wired.
 * Types may depend on `params`.
 */
export function outputSpecs(
  declaration: Declaration,
  params: Readonly<Record<string, unknown>>,
  wiredInputs: ReadonlySet<string>,
  wiredOutputs: ReadonlySet<string>,
  offers = false,
): SlotSpec[] {
  const specs: SlotSpec[] = []
  for (const [name, slot] of Object.entries(declaration.outputs)) {
    const { about, many, more, per, further } = slot
    if (further && !many && !offers && !wiredOutputs.has(name)) continue
    const type = chosenType(declaration, slot.type, params)
    const like = typeof type === 'string' ? undefined : type.like
    const spec = { name, type: typeof type === 'string' ? type : '*', about }
    if (!many) specs.push({ ...spec, ...(like && { like }) })
    if (more) {
      const numbers = new Set([
        ...[...wiredInputs].flatMap((input) => {
          const [base, index = 0] = splitMany(input)
          return base === more.of && index > 1 ? [index] : []
        }),
        ...slotIndices(name, declaration.outputs, wiredOutputs),
      ])
      for (const i of [...numbers].sort((a, b) => a - b))
        specs.push({ ...spec, name: manySlot(name, i) })
    } else if (many) {
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
