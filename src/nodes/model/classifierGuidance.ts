// ClassifierGuidance: shifts a prediction along a classifier's gradient.
import { checkShape } from '../../engine/process/coefficients.ts'
import { guideEpsilon } from '../../engine/process/guidance.ts'
import { convertPrediction } from '../../engine/process/prediction.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'

export const classifierGuidance = defineNode({
  type: 'diffusion/ClassifierGuidance',
  category: 'model',
  summary:
    "Classifier guidance: shifts the predicted noise along the gradient of a classifier's log-probability.",
  aliases: ['adm guidance', 'guided diffusion'],
  equation: '\\hat\\epsilon - w \\, \\sigma_t \\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, algorithm 2',
  inputs: {
    prediction: slot.prediction('Prediction from Predict'),
    gradient: slot.samples('Gradient of a log-probability with respect to x_t, from ClassGradient'),
    x_t: slot.samples('Noisy data that the prediction was made for'),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule that the model was trained with'),
  },
  outputs: { prediction: slot.prediction('Guided prediction, of the same type') },
  params: {
    scale: param.symbol(
      'w',
      param.real(
        1,
        { min: -100, max: 100, step: 0.1 },
        'Guidance scale w: 0 is no guidance; the paper uses 1 to 10',
      ),
    ),
  },
  staticOutputs: (_, { prediction }) => ({ prediction }),
  run: ({ prediction, gradient, x_t, t, schedule }, { scale }) => {
    const { tensor, predicts } = prediction
    checkShape(gradient.tensor, tensor, 'gradient', 'prediction')
    const levels = levelsAt(schedule.schedule, t)
    const epsilon = convertPrediction(tensor, x_t.tensor, levels, predicts, 'epsilon')
    const bent = guideEpsilon(epsilon, gradient.tensor, levels, scale)
    return {
      prediction: {
        ...prediction,
        tensor: convertPrediction(bent, x_t.tensor, levels, 'epsilon', predicts),
      },
    }
  },
})
