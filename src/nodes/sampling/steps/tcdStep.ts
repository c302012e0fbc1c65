// One step of trajectory consistency.
import { tcdStep as step } from '../../../engine/samplers/consistency.ts'
import { param } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const tcdStep = defineStep({
  type: 'diffusion/TCDStep',
  title: 'TCD Step',
  summary:
    'One step of trajectory consistency distillation: follows the predicted trajectory beyond t_prev, to (1 - eta) t_prev, and returns with new noise. For models distilled to few steps; eta 0 is DDIM.',
  aliases: ['trajectory consistency'],
  equation:
    "x_s = \\frac{\\alpha_s}{\\alpha_{s'}} \\left( \\alpha_{s'} \\hat{x}_0 + \\sigma_{s'} \\hat\\epsilon \\right) + \\sqrt{\\sigma_s^2 - \\frac{\\alpha_s^2}{\\alpha_{s'}^2} \\sigma_{s'}^2} \\; z, \\quad s' = (1 - \\eta) s",
  source: 'Zheng et al. 2024, algorithm 4',
  sampler: {
    name: 'tcd',
    about: 'For models distilled to few steps; eta sets the new noise',
    group: 'distilled',
    names: { eta: 'tcd_eta' },
  },
  noise: 'Noise z for eta above 0',
  params: {
    eta: param.symbol(
      '\\eta',
      param.real(
        0.3,
        { min: 0, max: 1, step: 0.05, slider: true },
        'Overshoot towards clean data, as a share of the step: gamma in the paper',
      ),
    ),
  },
  step,
})
