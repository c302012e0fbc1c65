// One step of DPM-2 of Karras et al.
import { kdpm2Step as step } from '../../../engine/samplers/kdpm2.ts'
import { defineStep } from '../defineStep.ts'

export const kdpm2Step = defineStep({
  type: 'diffusion/KDPM2Step',
  title: 'KDPM2 Step',
  summary:
    'One midpoint step: goes to the middle of the step, evaluates the model there, and uses that prediction for the full step. Second order, two evaluations per step.',
  aliases: ['dpm_2'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon(x_m), \\quad \\frac{\\sigma_m}{\\alpha_m} = \\sqrt{\\frac{\\sigma_t}{\\alpha_t} \\frac{\\sigma_s}{\\alpha_s}}',
  source: 'Karras et al. 2022, appendix B.2; k-diffusion, sample_dpm_2',
  sampler: {
    name: 'kdpm2',
    about: 'Midpoint method, two evaluations per step (dpm_2 of k-diffusion)',
  },
  usesModel: true,
  params: {},
  step,
})
