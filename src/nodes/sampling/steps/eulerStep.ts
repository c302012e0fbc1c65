// One step of Euler's method.
import { convertPrediction } from '../../../engine/process/prediction.ts'
import { addChurn } from '../../../engine/samplers/churn.ts'
import { eulerStep as step } from '../../../engine/samplers/euler.ts'
import { clipX0 } from '../../../engine/samplers/clipping.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const eulerStep = defineStep({
  type: 'diffusion/EulerStep',
  summary:
    'One Euler step of the probability flow ODE. Equivalent to DDIM with eta 0; for a flow, x_t + (s - t) v. With s_churn, noise is added after the model evaluation, as in diffusers; EulerChurnStep adds it before, as in k-diffusion.',
  aliases: ['euler', 'ode', 'probability flow ode', 'ode solver', 'EulerDiscreteScheduler'],
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon',
  source: 'Song et al. 2021, eq. 14; Karras et al. 2022, algorithms 1 and 2; Lipman et al. 2023',
  sampler: { name: 'euler', about: 'Simplest solver, first order' },
  noise: 'Noise for s_churn above 0',
  fromClean: true,
  params: churnParams,
  step: (now, churn) => {
    const { xt, at } = addChurn(now, churn)
    if (at === now.from) return step(xt, now.x0, at, now.to, now.epsilon)
    // One evaluation per step: the prediction at x_t is used for x_t with churn noise, as in diffusers.
    const { tensor, predicts } = now.prediction
    return step(
      xt,
      clipX0(convertPrediction(tensor, xt, at, predicts, 'sample'), now.clipping),
      at,
      now.to,
    )
  },
})
