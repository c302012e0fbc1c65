// One step of DPM-2 of Karras et al., ancestral.
import { ancestralDown, ancestralUp } from '../../../engine/samplers/ancestral.ts'
import { kdpm2Step as step } from '../../../engine/samplers/kdpm2.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const kdpm2AncestralStep = defineStep({
  type: 'diffusion/KDPM2AncestralStep',
  title: 'KDPM2 Ancestral Step',
  summary:
    'One ancestral KDPM2 step: goes below the noise level of t_prev, then adds new noise to reach it. Two evaluations per step.',
  aliases: ['dpm_2_ancestral'],
  equation:
    'x_s = \\alpha_s \\left( \\frac{x_t}{\\alpha_t} + \\left( \\sigma_{down} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon(x_m) + \\sigma_{up} z \\right)',
  source: 'k-diffusion, sample_dpm_2_ancestral',
  sampler: {
    name: 'kdpm2_ancestral',
    about: 'kdpm2 with new noise (dpm_2_ancestral of k-diffusion)',
    group: 'freshNoise',
    names: ancestralNames,
  },
  usesModel: true,
  noise: 'Noise z for eta above 0',
  params: ancestralParams,
  step: ({ xt, x0, from, to, schedule, denoise, noise }, { eta, s_noise }) => {
    const down = ancestralDown(schedule, from, to, eta)
    return ancestralUp(
      step({ xt, x0, from, to: down, schedule, denoise }),
      down,
      to,
      noise,
      s_noise,
    )
  },
})
