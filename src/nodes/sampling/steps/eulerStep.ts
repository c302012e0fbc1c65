// One step of Euler's method.
import { eulerStep as step } from '../../../engine/samplers/euler.ts'
import { defineStep } from '../defineStep.ts'

export const eulerStep = defineStep({
  type: 'diffusion/EulerStep',
  summary:
    'Makes one step along the straight line from x_t to the predicted clean data, as Euler does with any differential equation. The same as DDIM with eta 0.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon',
  source: 'Song et al. 2021, eq. 14; Karras et al. 2022, algorithm 1',
  sampler: { name: 'euler', about: 'the simplest solver' },
  params: {},
  step: ({ x, x0, from, to }) => step(x, x0, from, to),
})
