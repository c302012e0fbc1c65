// The trainable part of a model.
import { trainableModel } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/base/fault.ts'
import { checkSameWeights } from '../../engine/training/trainStep.ts'
import type { Model, Training } from '../../engine/base/values.ts'
import { trainingNodeMessages } from '../messages/trainingNodes.ts'

/** Returns the trainable part. Throws NodeError if there is none. */
export function requireTrainable(model: Model, slot = 'model'): Model {
  const found = trainableModel(model)
  if (found) return found
  throw new NodeError({
    slot,
    message: trainingNodeMessages.notTrainable({ kind: model.kind }),
    cure: trainingNodeMessages.connectTrainable(),
  })
}

/** Returns the trainable part for the weights of a training. Throws an error if shapes differ. */
export function requireMatchingTrainable(model: Model, { state }: Training): Model {
  const found = requireTrainable(model)
  checkSameWeights(state.weights, found.weights)
  return found
}
