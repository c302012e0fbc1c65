// Values that a loop carries from each iteration to the next: value_1, value_2, ...
import { splitMany } from '../../engine/base/ids.ts'
import type { SlotType, Value } from '../../engine/plan/slotValues.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { samplingMessages } from '../../messages/sampling.ts'

/** The carried values by slot. */
export type CarriedValues = Record<string, Value>

type Slots = Readonly<Record<string, unknown>>

/** Returns the values of a slot and its further slots: `model`, `model_2`, ..., in this order. */
export const listNumbered = <V = Value>(values: Slots, name: string): [slot: string, V][] =>
  Object.entries(values)
    .flatMap(([slot, value]): [number, string, V][] => {
      const [base, index = 0] = splitMany(slot)
      const isOwn = slot === name || (base === name && index > 0)
      return isOwn && value !== undefined ? [[slot === name ? 1 : index, slot, value as V]] : []
    })
    .sort(([a], [b]) => a - b)
    .map(([, slot, value]) => [slot, value])

/** Returns the values of the slots value_1, value_2, ... */
export const takeCarried = (values: Slots): CarriedValues =>
  Object.fromEntries(listNumbered(values, 'value'))

/**
 * Returns the carried values after an iteration, with the types of those before.
 * @throws NodeError if a type differs
 */
export const carryValues = (before: CarriedValues, next: Slots): CarriedValues => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(takeCarried(next)).map(([slot, value]) => [
      slot,
      keepType(slot, before[slot], value),
    ]),
  ),
})

/** Types with the same content, and the type of the loop's value that they are converted to. */
const convertibleTypes: Partial<Record<SlotType, SlotType>> = {
  noise: 'samples',
  loss: 'number',
  number: 'loss',
}

/**
 * Converts a value to the type of the previous one. Samples stay samples, also in a loop that began
 * with noise: as noise, SamplingStart would scale them to its first level again. Throws NodeError if
 * the types differ.
 */
function keepType(slot: string, before: Value | undefined, next: Value): Value {
  if (!before || next.type === before.type) return next
  if (next.type === 'samples' && before.type === 'noise') return next
  if (convertibleTypes[next.type] === before.type) return { ...next, type: before.type } as Value
  throw new NodeError({
    slot,
    message: samplingMessages.otherType({ expected: before.type, slot, got: next.type }),
    cure: samplingMessages.keepType(),
  })
}
