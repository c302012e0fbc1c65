// AveragedModel: selects one of the weight averages of a training.
import { withWeights } from '../../engine/models/tree.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import { averagedWeights } from '../../engine/training/trainStep.ts'
import { defineNode, param, slot } from '../define.ts'
import { learnerParam, matchLearner } from './trainable.ts'
import { trainingNodeMessages } from '../../messages/trainingNodes.ts'

export const averagedModel = defineNode({
  type: 'diffusion/AveragedModel',
  category: 'training',
  summary:
    'Replaces the weights of a model by one of the averages (EMA) of its training, to compare several EMAs.',
  aliases: ['ema weights', 'swa', 'model averaging'],
  inputs: {
    model: slot.model(
      'Trained model from TrainingEnd or LoadCheckpoint, whose weights are replaced',
    ),
    training: slot.training('Training with averages: EMA connected to TrainingStart'),
  },
  outputs: { model: slot.model('Model with the averaged weights') },
  params: {
    average: param.integer(
      1,
      { min: 1, max: 1000 },
      'Number of the EMA, counted from the first of the chain',
    ),
    learner: learnerParam,
  },
  staticOutputs: (_, { model }) => ({ model }),
  run: ({ model, training }, { average, learner: number }) => {
    const { trained, learner } = matchLearner(model, training, number)
    const { averages } = learner
    if (average > averages.length) {
      throw new NodeError({
        param: 'average',
        message: trainingNodeMessages.average({ count: averages.length, got: average }),
        cure: averages.length
          ? trainingNodeMessages.chooseAverage({ count: averages.length })
          : trainingNodeMessages.connectEma(),
      })
    }
    return {
      model: withWeights(model, trained, averagedWeights(learner, average - 1)),
    }
  },
})
