// One step of the reverse diffusion predictor.
import { posteriorCoefficients } from '../../../engine/process/posterior.ts'
import { reverseDiffusionStep as step } from '../../../engine/samplers/langevin.ts'
import { defineStep } from '../defineStep.ts'

export const reverseDiffusionStep = defineStep({
  type: 'diffusion/ReverseDiffusionStep',
  summary:
    'One step of the reverse-time stochastic differential equation, discretized as in the paper: like DDPM, but with the score instead of the posterior. For many small steps, with a LangevinStep before each.',
  aliases: ['reverse sde', 'euler-maruyama', 'predictor'],
  equation:
    'x_s = (2 - k) \\, x_t + g^2 \\, \\nabla \\log p(x_t) + g z, \\quad k = \\frac{\\alpha_t}{\\alpha_s}, \\; g^2 = \\sigma_t^2 - k^2 \\sigma_s^2',
  source: 'Song et al. 2021, eq. 46, algorithms 2 and 3',
  sampler: {
    name: 'reverse_diffusion',
    about: 'Reverse SDE, for hundreds of steps',
    group: 'freshNoise',
  },
  noise: 'Noise z',
  params: {},
  check: (_, { levels }) => {
    if (levels) posteriorCoefficients(levels.from, levels.to)
  },
  step: ({ xt, epsilon, from, to, noise }) => step(xt, epsilon, from, to, noise),
})
