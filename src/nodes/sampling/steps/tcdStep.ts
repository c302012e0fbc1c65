// One step of trajectory consistency.
import { tcdStep as step } from '../../../engine/samplers/consistency.ts'
import { real, symbol } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const tcdStep = defineStep({
  type: 'diffusion/TCDStep',
  title: 'TCD Step',
  summary:
    'Goes along the predicted way past t_prev, to (1 - eta) of it, and back up with fresh noise: for models distilled to a few steps. eta 0 is DDIM.',
  equation:
    "x_s = \\frac{\\alpha_s}{\\alpha_{s'}} \\left( \\alpha_{s'} \\hat{x}_0 + \\sigma_{s'} \\hat\\epsilon \\right) + \\sqrt{\\sigma_s^2 - \\frac{\\alpha_s^2}{\\alpha_{s'}^2} \\sigma_{s'}^2} \\; z, \\quad s' = (1 - \\eta) s",
  source: 'Zheng et al. 2024, algorithm 4',
  sampler: {
    name: 'tcd',
    about: 'for models distilled to a few steps, with as much fresh noise as eta says',
    names: { eta: 'tcd_eta' },
  },
  noise: 'z, for eta above 0',
  params: {
    eta: symbol(
      '\\eta',
      real(
        0.3,
        { min: 0, max: 1, step: 0.05, slider: true },
        'share of the way to clean data that is gone too far: gamma of the paper',
      ),
    ),
  },
  step: ({ x, x0, epsilon, from, to, schedule, noise }, options) => step(x, x0, epsilon, from, to, schedule, noise, options),
})
