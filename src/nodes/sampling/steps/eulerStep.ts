// One step of Euler's method.
import { convertPrediction } from '../../../engine/prediction.ts'
import { churned } from '../../../engine/samplers/churn.ts'
import { eulerStep as step } from '../../../engine/samplers/euler.ts'
import { held } from '../../../engine/samplers/hold.ts'
import { defineStep } from '../defineStep.ts'
import { churnParams } from '../noiseParams.ts'

export const eulerStep = defineStep({
  type: 'diffusion/EulerStep',
  summary:
    'Makes one step along the straight line from x_t to the predicted clean data, as Euler does with any differential equation. The same as DDIM with eta 0; in a flow x_t + (s - t) v. With s_churn the noise is added after the model was asked, as in diffusers; EulerChurnStep asks where the noise has led, as in k-diffusion.',
  equation:
    '\\frac{x_s}{\\alpha_s} = \\frac{x_t}{\\alpha_t} + \\left( \\frac{\\sigma_s}{\\alpha_s} - \\frac{\\sigma_t}{\\alpha_t} \\right) \\hat\\epsilon',
  source: 'Song et al. 2021, eq. 14; Karras et al. 2022, algorithms 1 and 2; Lipman et al. 2023',
  sampler: { name: 'euler', about: 'the simplest solver' },
  noise: 'for s_churn above 0',
  fromClean: true,
  params: churnParams,
  step: (now, churn) => {
    const { x, at } = churned(now.x, now.from, now.schedule, churn, now.place?.count, now.noise)
    if (at === now.from) return step(x, now.x0, at, now.to, now.epsilon)
    // One evaluation a step: what the model said of x is taken to be said of x with more noise, as in diffusers.
    const { tensor, predicts } = now.prediction
    return step(x, held(convertPrediction(tensor, x, at, predicts, 'sample'), now.hold), at, now.to)
  },
})
