// Two predictions that are to be compared or joined have to be of one kind and one shape.
import { checkShape } from '../engine/coefficients.ts'
import { NodeError } from '../engine/plan/fault.ts'
import type { Prediction } from '../engine/values.ts'

/** Throws NodeError at the second slot if the two differ in what they predict or in shape. */
export function checkAlike(first: Prediction, second: Prediction, [firstSlot, secondSlot]: [string, string]) {
  if (first.predicts !== second.predicts) {
    throw new NodeError({
      slot: secondSlot,
      message: `${firstSlot} is "${first.predicts}" and ${secondSlot} is "${second.predicts}": they cannot be taken from each other.`,
      cure: 'Make both of one kind, with Target or with ConvertPrediction.',
    })
  }
  checkShape(second.tensor, first.tensor, secondSlot, firstSlot)
}
