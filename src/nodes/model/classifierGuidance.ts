// Classifier guidance by hand: bends a prediction along a gradient.
import { checkShape } from '../../engine/coefficients.ts'
import { towardsClass } from '../../engine/guidance.ts'
import { convertPrediction } from '../../engine/prediction.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { defineNode, prediction, real, samples, schedule, timestep, symbol } from '../define.ts'

export const classifierGuidance = defineNode({
  type: 'diffusion/ClassifierGuidance',
  category: 'model',
  summary: 'Bends a prediction along a gradient: the noise seen in x_t becomes what would be seen if x_t had gone that way.',
  equation: '\\hat\\epsilon - w \\, \\sigma_t \\nabla_{x_t} \\log p(y \\mid x_t)',
  source: 'Dhariwal & Nichol 2021, algorithm 2',
  inputs: {
    prediction: prediction('from Predict'),
    gradient: samples('of a log-probability with respect to x_t, from ClassGradient'),
    x_t: samples('what the prediction is about'),
    t: timestep('of x_t'),
    schedule: schedule('the one the model was trained with'),
  },
  outputs: { prediction: prediction('guided, of the kind it was') },
  params: { scale: symbol('w', real(1, { min: -100, max: 100, step: 0.1 }, 'w: 0 no guidance; the paper takes 1 to 10')) },
  foresees: (_, { prediction }) => ({ prediction }),
  run: ({ prediction, gradient, x_t, t, schedule }, { scale }) => {
    const { tensor, predicts } = prediction
    checkShape(gradient.tensor, tensor, 'gradient', 'prediction')
    const levels = levelsAt(schedule.schedule, t)
    const epsilon = convertPrediction(tensor, x_t.tensor, levels, predicts, 'epsilon')
    const bent = towardsClass(epsilon, gradient.tensor, levels, scale)
    return { prediction: { ...prediction, tensor: convertPrediction(bent, x_t.tensor, levels, 'epsilon', predicts) } }
  },
})
