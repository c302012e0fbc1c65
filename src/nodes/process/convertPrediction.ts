// The same statement of a model in other terms.
import { convertPrediction as convert } from '../../engine/prediction.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { choice, defineNode, prediction, samples, schedule, timestep } from '../define.ts'
import { predictionTypes } from '../model/predicts.ts'
import { refuseNothingButNoise } from '../sampling/refusals.ts'

export const convertPrediction = defineNode({
  type: 'diffusion/ConvertPrediction',
  category: 'process',
  summary: 'Turns a prediction of one kind into another: from the noise the clean data, and so on.',
  equation:
    '\\hat{x}_0 = \\frac{x_t - \\sqrt{1 - \\bar\\alpha_t} \\, \\hat\\epsilon}{\\sqrt{\\bar\\alpha_t}}, \\quad v = \\sqrt{\\bar\\alpha_t} \\epsilon - \\sqrt{1 - \\bar\\alpha_t} x_0',
  source: 'Ho et al. 2020, eq. 15; Salimans & Ho 2022, appendix D',
  inputs: {
    prediction: prediction('what the model said'),
    x_t: samples('what it was asked about'),
    t: timestep('of x_t'),
    schedule: schedule('how much noise t means'),
  },
  outputs: { prediction: prediction('of the kind `to`'), x: samples('the same numbers as samples, to look at or to go on with') },
  params: { to: choice(predictionTypes, 'the kind wanted') },
  foresees: ({ to }, { prediction }) => ({ prediction: prediction && { ...prediction, predicts: to, variance: false } }),
  check: ({ to }, { prediction: said, schedule, t }) => {
    if (said?.predicts !== to) refuseNothingButNoise({ slot: 'prediction', said, schedule, times: [t] })
  },
  run: ({ prediction, x_t, t, schedule }, { to }) => {
    const tensor = convert(prediction.tensor, x_t.tensor, levelsAt(schedule.schedule, t), prediction.predicts, to)
    const { space } = prediction
    return { prediction: { type: 'prediction', tensor, space, predicts: to }, x: { type: 'samples', tensor, space } }
  },
})
