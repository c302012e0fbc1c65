// One step of Heun's method.
import { churned } from '../../../engine/samplers/churn.ts'
import { heunStep as step } from '../../../engine/samplers/heun.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const heunStep = defineStep({
  type: 'diffusion/HeunStep',
  summary:
    'Makes a step as Euler does, asks the model again where it led, and goes the mean of both ways: two evaluations a step, and second order. With s_churn the stochastic sampler of EDM.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\frac{\\hat\\epsilon_t + \\hat\\epsilon_s}{2}',
  source: 'Karras et al. 2022, algorithms 1 and 2',
  sampler: { name: 'heun', about: 'two evaluations a step, exact where the way bends' },
  asks: true,
  noise: 'for s_churn above 0',
  params: churnParams,
  step: (now, churn) => {
    const { x, at } = churned(now.x, now.from, now.schedule, churn, now.place?.count, now.noise)
    const time = now.schedule.kind === 'flow' ? 'flow' : 'ratio'
    return step(x, at === now.from ? now.x0 : now.denoise(x, at), at, now.to, now.denoise, time)
  },
})
