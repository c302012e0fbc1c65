// The forward process step by step.
import { forwardStep as step } from '../../engine/forward.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Schedule } from '../../engine/schedule.ts'
import { levelsAt, tableOf } from '../../engine/schedule.ts'
import type { Tensor } from '../../engine/tf.ts'
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
  check: (_, { schedule }) => {
    if (schedule) tableOf(schedule.schedule, 'A step of the forward process')
  },
  run: ({ x_prev, t, noise, schedule }) => ({
    x_t: { type: 'samples', tensor: stepTo(t.t, x_prev.tensor, noise.tensor, schedule.schedule), space: x_prev.space },
  }),
})

function stepTo(t: Float64Array, x: Tensor, noise: Tensor, schedule: Schedule): Tensor {
  const { T } = tableOf(schedule, 'A step of the forward process')
  const none = t.find((step) => !Number.isInteger(step) || step < 0 || step >= T)
  if (none === undefined) return step(x, noise, levelsAt(schedule, { t: t.map((step) => step - 1) }), levelsAt(schedule, { t }))
  throw new NodeError({
    slot: 't',
    message: `Expected a step of the forward process, a whole number from 0 to ${T - 1}, got ${none}.`,
    cure: 'The step t leads from t - 1 to t; begin with t = 0.',
  })
}
