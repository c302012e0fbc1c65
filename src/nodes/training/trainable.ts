// The trainable part of a model.
import { trainableModel } from '../../engine/models/predict.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { checkSameWeights, type Learner } from '../../engine/training/trainStep.ts'
import type { Model } from '../../engine/models/model.ts'
import type { Training } from '../../engine/training/values.ts'
import { param } from '../define.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

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

/** Param of nodes that take one of the models of a training. */
export const learnerParam = param.added(
  param.advanced(
    param.integer(
      1,
      { min: 1, max: 100 },
      'Number of the model in a training of several: 2 for model_2',
    ),
  ),
)

/**
 * Returns the state of a model of a training, by its number, and the trainable part of the model
 * for its weights. Throws an error if there is no such model, or if shapes differ.
 */
export function matchLearner(
  model: Model,
  { state }: Training,
  number: number,
): { trained: Model; learner: Learner } {
  const learners: Learner[] = [state, ...(state.others ?? [])]
  const learner = learners[number - 1]
  if (!learner) {
    throw new NodeError({
      param: 'learner',
      message: trainingNodeMessages.learner({ count: learners.length, got: number }),
      cure: trainingNodeMessages.chooseAverage({ count: learners.length }),
    })
  }
  const trained = requireTrainable(model)
  checkSameWeights(learner.weights, trained.weights)
  return { trained, learner }
}
