// Checks that two predictions can be combined: equal prediction type and shape.
import { checkShape } from '../../engine/process/coefficients.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { StaticPrediction } from '../../engine/plan/op.ts'
import type { Prediction } from '../../engine/base/values.ts'
import { samplingMessages } from '../../messages/sampling.ts'

type Slots = [first: string, second: string]
type Kind = Pick<StaticPrediction, 'predicts'>

/** Throws NodeError at the second slot if prediction type or shape differ. */
export function checkComparable(first: Prediction, second: Prediction, slots: Slots) {
  checkSameTypes(first, second, slots)
  const [firstSlot, secondSlot] = slots
  checkShape(second.tensor, first.tensor, secondSlot, firstSlot)
}

/** Checks the prediction types alone, as far as they are known before a run. */
export function checkSameTypes(
  first: Kind | undefined,
  second: Kind | undefined,
  [firstSlot, secondSlot]: Slots,
) {
  if (first && second && first.predicts !== second.predicts) {
    throw new NodeError({
      slot: secondSlot,
      message: samplingMessages.otherPrediction({
        first: firstSlot,
        expected: first.predicts,
        second: secondSlot,
        got: second.predicts,
      }),
      cure: samplingMessages.convertPrediction(),
    })
  }
}
