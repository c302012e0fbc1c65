// Predict: evaluates a model.
import { refuseCleanTimes } from '../../engine/models/argumentChecks.ts'
import { toConditioning } from '../../engine/models/condition.ts'
import { predictWithVariance } from '../../engine/models/predict.ts'
import { defineNode, slot } from '../define.ts'
import { predictionFacts } from './predicts.ts'

export const predict = defineNode({
  type: 'diffusion/Predict',
  category: 'model',
  summary:
    "Evaluates a model on noisy data. The result is of the model's prediction type: the noise, the clean data, or a velocity.",
  aliases: [
    'denoiser',
    'noise prediction',
    'eps prediction',
    'apply_model',
    'model call',
    'score',
    'score function',
    'noise_pred',
  ],
  equation: '\\epsilon_\\theta(x_t, t)',
  source: 'Ho et al. 2020',
  inputs: {
    model: slot.model('Trained or exact model; inside training, the model output of TrainingStart'),
    x_t: slot.samples('Noisy data'),
    t: slot.timestep('One per item, or one for all items; not -1'),
    condition: slot.optional(
      slot.condition(
        'Labels (-1: none), or numbers or vectors for a UNet built for them. If not connected, unconditional',
      ),
    ),
  },
  outputs: { prediction: slot.prediction('Prediction of the type of the model') },
  params: {},
  differentiable: ['t', 'condition'],
  staticOutputs: (_, { model }) => ({ prediction: predictionFacts(model) }),
  check: (_, { t }) => t && refuseCleanTimes(t.t),
  run: ({ model, x_t, t, condition }) => ({
    prediction: {
      type: 'prediction',
      ...predictWithVariance(model, x_t.tensor, t, condition && toConditioning(condition)),
      space: x_t.space,
      predicts: model.predicts,
    },
  }),
})
