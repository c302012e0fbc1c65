// One step of Heun's method.
import { addChurn } from '../../../engine/samplers/churn.ts'
import { heunStep as step } from '../../../engine/samplers/heun.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const heunStep = defineStep({
  type: 'diffusion/HeunStep',
  summary:
    "One step of Heun's method: an Euler step, a second evaluation at its end, and the mean of both directions. Second order, two evaluations per step. With s_churn it is the stochastic sampler of EDM.",
  aliases: ['heun', 'edm sampler', 'HeunDiscreteScheduler', 'second order'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\frac{\\hat\\epsilon_t + \\hat\\epsilon_s}{2}',
  source: 'Karras et al. 2022, algorithms 1 and 2',
  sampler: { name: 'heun', about: 'Second order, two evaluations per step' },
  usesModel: true,
  noise: 'Noise for s_churn above 0',
  params: churnParams,
  step: (now, churn) => {
    const { xt, at } = addChurn(now, churn)
    const time = now.schedule.kind === 'flow' ? 'flow' : 'ratio'
    return step(
      {
        xt,
        x0: at === now.from ? now.x0 : now.denoise(xt, at),
        from: at,
        to: now.to,
        denoise: now.denoise,
      },
      { time },
    )
  },
})
