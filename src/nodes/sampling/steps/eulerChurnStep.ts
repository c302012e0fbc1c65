// One step of Euler's method from where churn has led.
import { churned } from '../../../engine/samplers/churn.ts'
import { eulerStep } from '../../../engine/samplers/euler.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const eulerChurnStep = defineStep({
  type: 'diffusion/EulerChurnStep',
  summary:
    'Adds noise as s_churn says, asks the model where that has led, and makes a step of Euler from there: the stochastic sampler of EDM without its correction. One evaluation a step. (EulerStep adds the noise after the model was asked, as diffusers does.)',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{\\hat{x}}{\\hat\\alpha} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\hat\\sigma}{\\hat\\alpha} \\right) \\hat\\epsilon(\\hat{x}), \\quad \\frac{\\hat\\sigma}{\\hat\\alpha} = (1 + \\gamma) \\frac{\\sigma_t}{\\alpha_t}',
  source: 'Karras et al. 2022, algorithm 2, lines 4 to 8; k-diffusion, sample_euler',
  sampler: { name: 'euler_churn', about: 'Euler from where s_churn has led, as in k-diffusion and EDM' },
  asks: true,
  noise: 'for s_churn above 0',
  params: churnParams,
  step: (now, churn) => {
    const { x, at } = churned(now.x, now.from, now.schedule, churn, now.place?.count, now.noise)
    return eulerStep(x, at === now.from ? now.x0 : now.denoise(x, at), at, now.to)
  },
})
