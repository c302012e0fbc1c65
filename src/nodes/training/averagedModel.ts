// Of several averages that a training kept, one.
import { withWeights } from '../../engine/models/tree.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import { averagedWeights } from '../../engine/training.ts'
import { defineNode, integer, model, training } from '../define.ts'
import { learnerAlike } from './learner.ts'

export const averagedModel = defineNode({
  type: 'diffusion/AveragedModel',
  category: 'training',
  summary: 'The model with one of the averages of its weights that a training keeps: to compare several EMAs of one training.',
  inputs: {
    model: model('that was trained, from TrainingEnd or LoadCheckpoint; its weights are replaced'),
    training: training('with averages: EMA wired to TrainingStart'),
  },
  outputs: { model: model('with the averaged weights') },
  params: { average: integer(1, { min: 1, max: 1000 }, 'which EMA, counted from the first of the chain') },
  foresees: (_, { model }) => ({ model }),
  run: ({ model, training }, { average }) => {
    const { averages } = training.state
    if (average > averages.length) {
      throw new NodeError({
        param: 'average',
        message: `Averages that the training keeps: ${averages.length}. There is no number ${average}.`,
        cure: averages.length ? `Choose one from 1 to ${averages.length}.` : 'Wire an EMA to TrainingStart.',
      })
    }
    return { model: withWeights(model, learnerAlike(model, training), averagedWeights(training.state, average - 1)) }
  },
})
