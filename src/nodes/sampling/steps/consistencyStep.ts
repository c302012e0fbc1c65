// One step of multistep consistency sampling.
import { consistencyStep as step } from '../../../engine/samplers/consistency.ts'
import { real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const consistencyStep = defineStep({
  type: 'diffusion/ConsistencyStep',
  summary:
    'Takes what a consistency model says of x_t for data with the least noise, and adds as much as t_prev has more: one step makes a picture, a few a better one.',
  equation: 'x_s = \\alpha_s \\hat{x}_0 + \\sqrt{\\sigma_s^2 - \\alpha_s^2 \\sigma_{min}^2} \\; z',
  source: 'Song et al. 2023, algorithm 1',
  sampler: { name: 'consistency', about: 'for consistency models: clean data at once, and noise again' },
  noise: 'z',
  params: {
    sigma_min: symbol(
      '\\sigma_{min}',
      real(
        0.002,
        { min: 0, max: 1000, step: 0.001 },
        'the noise against the signal at which the model gives back what it gets: that of Precondition',
      ),
    ),
  },
  step: ({ x0, to, noise }, options) => step(x0, to, noise, options),
})
