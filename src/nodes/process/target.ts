// What a model should have said.
import { targetOf, tellsOfData } from '../../engine/prediction.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { defineNode, model, noise, prediction, samples, schedule, timestep } from '../define.ts'
import { predictionOf } from '../model/predicts.ts'

export const target = defineNode({
  type: 'diffusion/Target',
  category: 'process',
  summary: 'Gives what a model should have predicted, by what it was made to predict: the noise, the clean data or a mixture.',
  equation:
    '\\epsilon, \\quad x_0, \\quad v = \\sqrt{\\bar\\alpha_t} \\epsilon - \\sqrt{1 - \\bar\\alpha_t} x_0, \\quad \\epsilon - x_0',
  source: 'Ho et al. 2020, eq. 14; Salimans & Ho 2022, appendix D',
  inputs: {
    model: model('says which kind'),
    x_0: samples('clean data'),
    noise: noise('that was added'),
    t: timestep('at which'),
    schedule: schedule('by which'),
  },
  outputs: { target: prediction('for Loss') },
  params: {},
  foresees: (_, { model }) => ({ target: predictionOf(model) }),
  notices: (_, __, { model, schedule, t }) => {
    if (!model || !schedule || !t || tellsOfData(model.predicts)) return []
    const unlit = levelsAt(schedule.schedule, t).alpha.indexOf(0)
    return unlit < 0 ? [] : [nothingToLearn(t.t[unlit]!)]
  },
  run: ({ model: { predicts }, x_0, noise, t, schedule }) => ({
    target: {
      type: 'prediction',
      tensor: targetOf(predicts, x_0.tensor, noise.tensor, levelsAt(schedule.schedule, t)),
      space: x_0.space,
      predicts,
    },
  }),
})

/** Lin et al. 2023, section 3.2. */
const nothingToLearn = (t: number) =>
  `At t = ${t} x_t is nothing but noise: a model of epsilon has only to repeat it, and sampling cannot begin there. Models of v_prediction learn something.`
