// One step of the reverse diffusion predictor.
import { posteriorCoefficients } from '../../../engine/posterior.ts'
import { reverseDiffusionStep as step } from '../../../engine/samplers/langevin.ts'
import { defineStep } from '../defineStep.ts'

export const reverseDiffusionStep = defineStep({
  type: 'diffusion/ReverseDiffusionStep',
  summary:
    'Makes one step of the stochastic equation that runs the forward process backward: as DDPM, by the score in the place of the posterior. Made for many small steps, with a LangevinStep before each.',
  equation:
    'x_s = (2 - k) \\, x_t + g^2 \\, \\nabla \\log p(x_t) + g z, \\quad k = \\frac{\\alpha_t}{\\alpha_s}, \\; g^2 = \\sigma_t^2 - k^2 \\sigma_s^2',
  source: 'Song et al. 2021, eq. 46, algorithms 2 and 3',
  sampler: { name: 'reverse_diffusion', about: 'by the score alone, for hundreds of steps' },
  noise: 'z',
  params: {},
  check: (_, { way }) => {
    if (way) posteriorCoefficients(way.from, way.to)
  },
  step: ({ x, epsilon, from, to, noise }) => step(x, epsilon, from, to, noise),
})
