// One step of a linear multistep method.
import type { StepHistory } from '../../../engine/samplers/history.ts'
import { remember } from '../../../engine/samplers/history.ts'
import { lmsStep as step } from '../../../engine/samplers/lms.ts'
import { integer } from '../../define.ts'
import { defineStep } from '../defineStep.ts'

export const lmsStep = defineStep({
  type: 'diffusion/LMSStep',
  title: 'LMS Step',
  summary:
    'Makes one step with what the model said here and in the steps before, continued by a polynomial: Adams-Bashforth for steps of any length. One evaluation a step.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\sum_j \\hat\\epsilon_j \\int_{r_t}^{r_s} \\ell_j(r) \\, dr, \\quad r = \\sigma / \\alpha',
  source: 'Hairer et al. 1993, section III.5; k-diffusion, sample_lms',
  sampler: { name: 'lms', about: 'one evaluation a step, remembers up to three', names: { order: 'lms_order' } },
  fromClean: true,
  begins: [] as StepHistory,
  params: { order: integer(4, { min: 1, max: 4, slider: true }, 'how many evaluations are joined; 1 is Euler') },
  step: ({ x, x0, epsilon, from, to, state }, { order }) => ({
    x: step(x, x0, epsilon, from, to, state, { order }),
    state: remember(state, { value: epsilon, at: from }, order - 1),
  }),
})
