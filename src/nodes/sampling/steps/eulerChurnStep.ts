// One step of Euler's method after churn, as in k-diffusion and EDM.
import { addChurn } from '../../../engine/samplers/churn.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const eulerChurnStep = defineStep({
  type: 'diffusion/EulerChurnStep',
  summary:
    'One Euler step after adding noise by s_churn: the stochastic sampler of EDM without its second-order correction. The model is evaluated after the noise is added. One evaluation per step. (EulerStep adds the noise after the evaluation, as diffusers does.)',
  aliases: ['s_churn', 'stochastic edm'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{\\hat{x}}{\\hat\\alpha} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\hat\\sigma}{\\hat\\alpha} \\right) \\hat\\epsilon(\\hat{x}), \\quad \\frac{\\hat\\sigma}{\\hat\\alpha} = (1 + \\gamma) \\frac{\\sigma_t}{\\alpha_t}',
  source: 'Karras et al. 2022, algorithm 2, lines 4 to 8; k-diffusion, sample_euler',
  sampler: {
    name: 'euler_churn',
    about: 'Euler with s_churn, as in k-diffusion and EDM',
    group: 'freshNoise',
  },
  usesModel: true,
  noise: 'Noise for s_churn above 0',
  params: churnParams,
  step: (now, churn) => {
    const { xt, at } = addChurn(now, churn)
    return eulerStep(xt, at === now.from ? now.x0 : now.denoise(xt, at), at, now.to)
  },
})
