// One step of ancestral sampling.
import { gaussianNoise } from '../../engine/noise.ts'
import { ddpmStep as step, variances } from '../../engine/samplers/ddpm.ts'
import { choice, defineNode, noise, optional, prediction, samples, schedule, seed, timestep } from '../define.ts'
import { clipOf, clipParams } from './clip.ts'

export const ddpmStep = defineNode({
  type: 'diffusion/DDPMStep',
  category: 'sampling',
  summary:
    'Makes one step from t to t_prev as DDPM does: to the mean of the posterior for the predicted clean data, and fresh noise on top.',
  equation:
    'x_{t-1} = \\frac{\\sqrt{\\bar\\alpha_{t-1}} \\beta_t}{1 - \\bar\\alpha_t} \\hat{x}_0 + \\frac{\\sqrt{\\alpha_t} (1 - \\bar\\alpha_{t-1})}{1 - \\bar\\alpha_t} x_t + \\sigma_t z',
  source: 'Ho et al. 2020, algorithm 2 and eq. 7',
  inputs: {
    x_t: samples('at t'),
    prediction: prediction('what the model said of x_t, of any kind'),
    t: timestep('of x_t'),
    t_prev: timestep('where the step leads; at -1, clean data, no noise is added'),
    schedule: schedule('the one the model was trained with'),
    noise: optional(noise('z; unwired: drawn by the seed, afresh in each step')),
  },
  outputs: { x_prev: samples('at t_prev') },
  params: {
    variance: choice(variances, 'of the noise: fixed_small that of the posterior, fixed_large beta'),
    ...clipParams,
    seed: seed(),
  },
  run: ({ x_t, prediction, t, t_prev, schedule, noise }, { variance, ...clip }, { random }) => {
    const z = noise?.tensor ?? gaussianNoise(random, x_t.tensor.shape)
    const options = { variance, clip: clipOf(clip, x_t.space) }
    return {
      x_prev: {
        type: 'samples',
        tensor: step(x_t.tensor, prediction, t.t, t_prev.t, schedule.schedule, z, options),
        space: x_t.space,
      },
    }
  },
})
