// The forward process step by step.
import { forwardStep as step } from '../../engine/forward.ts'
import { defineNode, noise, samples, schedule, timestep } from '../define.ts'

export const forwardStep = defineNode({
  type: 'diffusion/ForwardStep',
  category: 'process',
  summary:
    'Makes one step of the forward process, from t - 1 to t. The steps 0 ... t one after the other are what ForwardNoise does at once.',
  equation: 'q(x_t \\mid x_{t-1}) = \\mathcal{N}(\\sqrt{1 - \\beta_t} \\, x_{t-1}, \\beta_t I)',
  source: 'Ho et al. 2020, eq. 2',
  inputs: {
    x_prev: samples('at t - 1; clean data for t = 0'),
    t: timestep('where the step leads'),
    noise: noise('of the shape of x_prev, fresh for each step'),
    schedule: schedule('how much noise a step adds'),
  },
  outputs: { x_t: samples('at t') },
  params: {},
  run: ({ x_prev, t, noise, schedule }) => ({
    x_t: { type: 'samples', tensor: step(x_prev.tensor, t.t, noise.tensor, schedule.schedule), space: x_prev.space },
  }),
})
