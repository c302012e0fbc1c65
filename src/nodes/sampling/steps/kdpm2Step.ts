// One step of DPM-2 of Karras et al.
import { kdpm2Step as step } from '../../../engine/samplers/kdpm2.ts'
import { defineStep } from '../defineStep.ts'

export const kdpm2Step = defineStep({
  type: 'diffusion/KDPM2Step',
  title: 'KDPM2 Step',
  summary:
    'Goes to the middle of the step, asks the model again there, and goes all the way with what it says: two evaluations a step, and second order.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon(x_m), \\quad \\frac{\\sigma_m}{\\alpha_m} = \\sqrt{\\frac{\\sigma_t}{\\alpha_t} \\frac{\\sigma_s}{\\alpha_s}}',
  source: 'Karras et al. 2022, appendix B.2; k-diffusion, sample_dpm_2',
  sampler: { name: 'kdpm2', about: 'two evaluations a step, the second in the middle (dpm_2 of k-diffusion)' },
  asks: true,
  params: {},
  step: ({ x, x0, from, to, schedule, denoise }) => step(x, x0, from, to, schedule, denoise),
})
