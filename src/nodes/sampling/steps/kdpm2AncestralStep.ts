// One step of DPM-2 of Karras et al., ancestral.
import { ancestralDown, ancestralUp } from '../../../engine/samplers/ancestral.ts'
import { kdpm2Step as step } from '../../../engine/samplers/kdpm2.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const kdpm2AncestralStep = defineStep({
  type: 'diffusion/KDPM2AncestralStep',
  title: 'KDPM2 Ancestral Step',
  summary: 'Makes a step of KDPM2 that goes too far down, and adds fresh noise to come out at t_prev: two evaluations a step.',
  equation:
    'x_s = \\alpha_s \\left( \\frac{x_t}{\\alpha_t} + \\left( \\sigma_{down} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon(x_m) + \\sigma_{up} z \\right)',
  source: 'k-diffusion, sample_dpm_2_ancestral',
  sampler: { name: 'kdpm2_ancestral', about: 'kdpm2 and fresh noise (dpm_2_ancestral of k-diffusion)', names: ancestralNames },
  asks: true,
  noise: 'z, for eta above 0',
  params: ancestralParams,
  step: ({ x, x0, from, to, schedule, denoise, noise }, { eta, s_noise }) => {
    const down = ancestralDown(schedule, from, to, eta)
    return ancestralUp(step(x, x0, from, down, schedule, denoise), down, to, noise, s_noise)
  },
})
