// Variable names of a script: the name of the slot if it is unique in its block, otherwise derived
// from the title of the node.
import { valueId, type ValueId } from '../../engine/base/ids.ts'
import { wire } from '../../engine/plan/graph.ts'
import { toSnake } from '../program/identifiers.ts'
import { ProgramNames } from '../program/programNames.ts'
import { formatBraces, formatPair } from './javascript.ts'

/**
 * Names that variables cannot have: JavaScript keywords and globals, and the functions of `start`.
 */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally
  for function if implements import in instanceof interface let new null package private protected public return static super
  switch this throw true try typeof undefined var void while with yield NaN Infinity console globalThis process
  start run load loop show measure compare save finish shown`.split(/\s+/),
)

/** The outputs of a node that need names. */
export interface NodeOutputs {
  id: string
  title: string
  slots: readonly string[]
  /** Appends the slot to a name derived from the title, even for a single slot. */
  withSlots?: true
}

/** The names of one block, and of the values that it has. */
export class ScopeNames extends ProgramNames {
  private readonly values = new Map<ValueId, string>()

  constructor(private readonly around?: ScopeNames) {
    super(RESERVED, around)
  }

  /** Names all values of a block together, so that the order of nodes does not matter. */
  declare(makers: readonly NodeOutputs[]) {
    const counts = new Map<string, number>()
    for (const slot of makers.flatMap(({ slots }) => slots))
      counts.set(slot, (counts.get(slot) ?? 0) + 1)
    const alone = (slot: string) => counts.get(slot) === 1 && this.isFree(slot)
    // Slot names first, so that no title uses them.
    const all = makers.flatMap((maker) => maker.slots.map((slot) => ({ ...maker, slot })))
    for (const { id, slot } of all.filter(({ slot }) => alone(slot)))
      this.values.set(valueId(wire(id, slot)), this.take(slot))
    for (const { id, slot, title, slots, withSlots } of all) {
      const value = valueId(wire(id, slot))
      if (this.values.has(value)) continue
      const name = toSnake(title)
      this.values.set(value, this.take(slots.length === 1 && !withSlots ? name : `${name}_${slot}`))
    }
  }

  get(value: ValueId): string {
    const name = this.values.get(value) ?? this.around?.get(value)
    if (name === undefined) throw new Error(`${value} has no name here.`)
    return name
  }

  /** Properties of an object with these values. */
  pairs(values: Record<string, ValueId>): string[] {
    return Object.entries(values).map(([key, value]) => formatPair(key, this.get(value)))
  }

  /** The pattern that assigns output slots of a node to their names; undefined for no slots. */
  pattern(node: string, slots: readonly string[]): string | undefined {
    if (slots.length === 0) return undefined
    const values = slots.map((slot) => [slot, valueId(wire(node, slot))])
    return formatBraces(this.pairs(Object.fromEntries(values)))
  }
}
