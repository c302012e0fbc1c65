// ConvertPrediction: converts a prediction to another prediction type.
import { convertPrediction as convert } from '../../engine/process/prediction.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'
import { predictionTypes } from '../model/predicts.ts'
import { rejectPureNoise } from '../sampling/checks.ts'

export const convertPrediction = defineNode({
  type: 'diffusion/ConvertPrediction',
  category: 'process',
  summary:
    'Converts a prediction to another prediction type, for example predicted noise to predicted clean data.',
  aliases: [
    'x0',
    'x0 prediction',
    'pred_original_sample',
    'epsilon to x0',
    'prediction type',
    'parameterization',
  ],
  equation:
    '\\hat{x}_0 = \\frac{x_t - \\sqrt{1 - \\bar\\alpha_t} \\, \\hat\\epsilon}{\\sqrt{\\bar\\alpha_t}}, \\quad v = \\sqrt{\\bar\\alpha_t} \\epsilon - \\sqrt{1 - \\bar\\alpha_t} x_0',
  source: 'Ho et al. 2020, eq. 15; Salimans & Ho 2022, appendix D',
  inputs: {
    prediction: slot.prediction('Prediction for x_t, of any type'),
    x_t: slot.samples('Noisy data that the prediction was made for'),
    t: slot.timestep('Timestep of x_t'),
    schedule: slot.schedule('Schedule that defines the noise level at t'),
  },
  outputs: {
    prediction: slot.prediction('Prediction of the type `to`'),
    x: slot.samples('Same values as samples, to view or process further'),
  },
  params: {
    to: param.choice(predictionTypes, 'Target prediction type', {
      epsilon: 'Noise ε',
      v_prediction: 'Velocity v = α ε − σ x₀',
      sample: 'Clean data x₀',
      flow_prediction: 'Flow velocity ε − x₀',
    }),
  },
  staticOutputs: ({ to }, { prediction }) => ({
    prediction: prediction && { ...prediction, predicts: to, variance: false },
  }),
  check: ({ to }, { prediction, schedule, t }) => {
    if (prediction?.predicts !== to)
      rejectPureNoise({ slot: 'prediction', prediction, schedule, times: [t] })
  },
  run: ({ prediction, x_t, t, schedule }, { to }) => {
    const tensor = convert(
      prediction.tensor,
      x_t.tensor,
      levelsAt(schedule.schedule, t),
      prediction.predicts,
      to,
    )
    const { space } = prediction
    return {
      prediction: { type: 'prediction', tensor, space, predicts: to },
      x: { type: 'samples', tensor, space },
    }
  },
})
