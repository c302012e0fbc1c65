// The part of a model that a training changes.
import { trainableOf } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { checkAlike } from '../../engine/training.ts'
import type { Model, Training } from '../../engine/values.ts'

/** Throws NodeError for a model that has nothing to learn. */
export function learner(model: Model): Model {
  const found = trainableOf(model)
  if (found) return found
  throw new NodeError({
    slot: 'model',
    message: `A model of kind "${model.kind}" has nothing to learn: it is computed, not trained.`,
    cure: 'Wire a UNet or an MLP, or a wrapper around one.',
  })
}

/** The same, for the weights of this training. Throws NodeError if they do not fit it. */
export function learnerAlike(model: Model, { state }: Training): Model {
  const found = learner(model)
  checkAlike(state.weights, found.weights)
  return found
}
