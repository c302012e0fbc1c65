// One step of Euler's method, ancestral.
import { ancestralDown, ancestralUp } from '../../../engine/samplers/ancestral.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import { defineStep } from '../defineStep.ts'
import { ancestralNames, ancestralParams } from '../noiseParams.ts'

export const eulerAncestralStep = defineStep({
  type: 'diffusion/EulerAncestralStep',
  summary:
    'One ancestral Euler step: goes below the noise level of t_prev, then adds new noise to reach it. Equivalent to DDIM with the same eta; eta 1 samples from the posterior, as DDPM does.',
  aliases: ['euler_a', 'ancestral', 'EulerAncestralDiscreteScheduler'],
  equation:
    'x_s = \\alpha_s \\left( \\hat{x}_0 + \\sigma_{down} \\, \\hat\\epsilon + \\sigma_{up} z \\right), \\quad \\sigma_{down}^2 + \\sigma_{up}^2 = \\frac{\\sigma_s^2}{\\alpha_s^2}',
  source: 'k-diffusion, sample_euler_ancestral; Song et al. 2021, eq. 12 and 16',
  sampler: {
    name: 'euler_ancestral',
    about: 'Euler with new noise; results change with the number of steps',
    group: 'freshNoise',
    names: ancestralNames,
  },
  noise: 'Noise z for eta above 0',
  fromClean: true,
  params: ancestralParams,
  step: ({ xt, x0, epsilon, from, to, schedule, noise }, { eta, s_noise }) => {
    const down = ancestralDown(schedule, from, to, eta)
    return ancestralUp(eulerStep(xt, x0, from, down, epsilon), down, to, noise, s_noise)
  },
})
