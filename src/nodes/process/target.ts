// Target: the training target for a model's prediction type.
import { predictionTarget, determinesData } from '../../engine/process/prediction.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, slot } from '../define.ts'
import { predictionFacts } from '../model/predicts.ts'
import { samplingMessages } from '../../messages/sampling.ts'

export const target = defineNode({
  type: 'diffusion/Target',
  category: 'process',
  summary:
    'Training target of a model, by its prediction type: the noise, the clean data, or a combination of both.',
  aliases: ['v-prediction', 'velocity', 'get_velocity', 'training target', 'regression target'],
  equation:
    '\\epsilon, \\quad x_0, \\quad v = \\sqrt{\\bar\\alpha_t} \\epsilon - \\sqrt{1 - \\bar\\alpha_t} x_0, \\quad \\epsilon - x_0',
  source: 'Ho et al. 2020, eq. 14; Salimans & Ho 2022, appendix D',
  inputs: {
    model: slot.model('Model whose prediction type is used'),
    x_0: slot.samples('Clean data'),
    noise: slot.noise('Added noise'),
    t: slot.timestep('Timestep'),
    schedule: slot.schedule('Noise schedule'),
  },
  outputs: { target: slot.prediction('Target for Loss') },
  params: {},
  staticOutputs: (_, { model }) => ({ target: predictionFacts(model) }),
  notices: (_, __, { model, schedule, t }) => {
    if (!model || !schedule || !t || determinesData(model.predicts)) return []
    const unlit = levelsAt(schedule.schedule, t).alpha.indexOf(0)
    return unlit < 0 ? [] : [nothingToLearn(t.t[unlit])]
  },
  run: ({ model: { predicts }, x_0, noise, t, schedule }) => ({
    target: {
      type: 'prediction',
      tensor: predictionTarget(predicts, x_0.tensor, noise.tensor, levelsAt(schedule.schedule, t)),
      space: x_0.space,
      predicts,
    },
  }),
})

/** Fault for epsilon at zero terminal SNR (Lin et al. 2023, section 3.2). */
const nothingToLearn = (t: number) => samplingMessages.epsilonOfNoise({ t })
