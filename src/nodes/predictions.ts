// Two predictions that are to be compared or joined have to be of one kind and one shape.
import { checkShape } from '../engine/coefficients.ts'
import { NodeError } from '../engine/plan/fault.ts'
import type { Said } from '../engine/plan/op.ts'
import type { Prediction } from '../engine/values.ts'

type Slots = [first: string, second: string]
type Kind = Pick<Said, 'predicts'>

/** Throws NodeError at the second slot if the two differ in what they predict or in shape. */
export function checkAlike(first: Prediction, second: Prediction, slots: Slots) {
  checkKinds(first, second, slots)
  const [firstSlot, secondSlot] = slots
  checkShape(second.tensor, first.tensor, secondSlot, firstSlot)
}

/** The same of kinds alone, as far as they are known: before a run. */
export function checkKinds(first: Kind | undefined, second: Kind | undefined, [firstSlot, secondSlot]: Slots) {
  if (first && second && first.predicts !== second.predicts) {
    throw new NodeError({
      slot: secondSlot,
      message: `${firstSlot} is "${first.predicts}" and ${secondSlot} is "${second.predicts}": they cannot be taken from each other.`,
      cure: 'Make both of one kind, with Target or with ConvertPrediction.',
    })
  }
}
