// Asks a model.
import { conditioningOf } from '../../engine/models/condition.ts'
import { answerOf, refuseCleanTimes } from '../../engine/models/predict.ts'
import { condition, defineNode, model, optional, prediction, samples, timestep } from '../define.ts'
import { predictionOf } from './predicts.ts'

export const predict = defineNode({
  type: 'diffusion/Predict',
  category: 'model',
  summary: 'Asks a model what it sees in noised data: the noise, the clean data, or what else it was made to predict.',
  equation: '\\epsilon_\\theta(x_t, t)',
  source: 'Ho et al. 2020',
  inputs: {
    model: model('trained or exact; in training, the each model of TrainingStart'),
    x_t: samples('noised data'),
    t: timestep('one per item, or one for all; not -1'),
    condition: optional(condition('labels, -1 for none; unwired: none. Numbers or vectors for a UNet that was made for them')),
  },
  outputs: { prediction: prediction('of the kind that the model says it predicts') },
  params: {},
  foresees: (_, { model }) => ({ prediction: predictionOf(model) }),
  check: (_, { t }) => t && refuseCleanTimes(t.t),
  run: ({ model, x_t, t, condition }) => ({
    prediction: {
      type: 'prediction',
      ...answerOf(model, x_t.tensor, t, condition && conditioningOf(condition)),
      space: x_t.space,
      predicts: model.predicts,
    },
  }),
})
