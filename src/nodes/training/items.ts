// The losses of the items of a batch: kept apart, for records of them, and weighted one by one.
import { checkCount, perItem } from '../../engine/coefficients.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Tensor, Tensor1D } from '../../engine/tf.ts'
import type { ItemLosses, ItemWeights, Timestep } from '../../engine/values.ts'

/** Losses `[b]` with their timesteps, one an item. */
export function lossesOf(losses: Tensor1D, { t }: Timestep): ItemLosses {
  checkCount(t.length, losses)
  return { type: 'losses', tensor: losses, t: t.length === 1 ? new Float64Array(losses.size).fill(t[0]!) : t }
}

/** Errors `[b, ...]` times the weights of their items, where some are wired. */
export function counted(errors: Tensor, wired: ItemWeights | undefined): Tensor {
  if (!wired) return errors
  const { weights } = wired
  if (weights.length === errors.shape[0]) return errors.mul(perItem(weights, errors))
  throw new NodeError({
    slot: 'weights',
    message: `Expected one weight per item: [${errors.shape[0]}], got [${weights.length}].`,
    cure: 'Take weights and t from the same ImportanceTimesteps.',
  })
}
