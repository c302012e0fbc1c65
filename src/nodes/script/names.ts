// Names for the values of a script: of the slot where it is the only one of this name, of the node's title otherwise.
import type { ValueId } from '../../engine/plan/compile.ts'
import { valueId } from '../../engine/plan/compile.ts'
import { wire } from '../../engine/plan/graph.ts'

/** What names may not be: words of JavaScript, and what a script gets from `start`. */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally
  for function if implements import in instanceof interface let new null package private protected public return static super
  switch this throw true try typeof undefined var void while with yield NaN Infinity console globalThis process
  start run load loop show save finish shown`.split(/\s+/),
)

/** A node that makes values, and which. */
export interface Maker {
  id: string
  title: string
  slots: readonly string[]
  /** A name of the title has the slot's in it even where there is only one. */
  withSlots?: true
}

/** The names of one block; what is around it is seen, and never hidden. */
export class Names {
  private readonly taken = new Set<string>()
  private readonly values = new Map<ValueId, string>()

  constructor(private readonly around?: Names) {}

  /** Names all that is made in a block at once, so that none is preferred for being first. */
  declare(makers: readonly Maker[]) {
    const counts = new Map<string, number>()
    for (const slot of makers.flatMap(({ slots }) => slots)) counts.set(slot, (counts.get(slot) ?? 0) + 1)
    const alone = (slot: string) => counts.get(slot) === 1 && this.isFree(slot)
    // Those first that have their slot's name, so that no title takes it.
    const all = makers.flatMap((maker) => maker.slots.map((slot) => ({ ...maker, slot })))
    for (const { id, slot } of all.filter(({ slot }) => alone(slot))) this.values.set(valueId(wire(id, slot)), this.take(slot))
    for (const { id, slot, title, slots, withSlots } of all) {
      const value = valueId(wire(id, slot))
      if (this.values.has(value)) continue
      const name = identifier(title)
      this.values.set(value, this.take(slots.length === 1 && !withSlots ? name : `${name}_${slot}`))
    }
  }

  of(value: ValueId): string {
    const name = this.values.get(value) ?? this.around?.of(value)
    if (name === undefined) throw new Error(`${value} has no name here.`)
    return name
  }

  /** A name that nothing else has here. */
  take(wanted: string): string {
    let name = wanted
    for (let i = 2; !this.isFree(name); i++) name = `${wanted}_${i}`
    this.taken.add(name)
    return name
  }

  private isFree = (name: string): boolean => !RESERVED.has(name) && !this.taken.has(name) && (this.around?.isFree(name) ?? true)
}

/** A title as a name in JavaScript. */
export function identifier(title: string): string {
  const words = title
    .replace(/([\p{Ll}\d])(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
  return /^\p{L}/u.test(words) ? words : `value_${words}`.replace(/_$/, '')
}
