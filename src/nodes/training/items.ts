// Losses per item of a batch, and weights per item.
import { checkCoefficientCount, perItem } from '../../engine/process/coefficients.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Tensor, Tensor1D } from '../../engine/base/tf.ts'
import type { ItemLosses, ItemWeights } from '../../engine/base/values.ts'
import type { Timestep } from '../../engine/process/values.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

/** Combines losses `[b]` with the timestep of each item. */
export function toItemLosses(losses: Tensor1D, { t }: Timestep): ItemLosses {
  checkCoefficientCount(t.length, losses)
  return {
    type: 'losses',
    tensor: losses,
    t: t.length === 1 ? new Float64Array(losses.size).fill(t[0]) : t,
  }
}

/** Multiplies errors `[b, ...]` by the weights of their items, if wired. */
export function weightErrors(errors: Tensor, wired: ItemWeights | undefined): Tensor {
  if (!wired) return errors
  const { weights } = wired
  if (weights.length === errors.shape[0]) return errors.mul(perItem(weights, errors))
  throw new NodeError({
    slot: 'weights',
    message: trainingNodeMessages.weightsPerItem({
      expected: errors.shape[0],
      got: weights.length,
    }),
    cure: trainingNodeMessages.sameImportance(),
  })
}
