// ForwardStep: one step of the forward process.
import { forwardStep as step } from '../../engine/process/forward.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import { levelsAt, requireTable } from '../../engine/process/schedule.ts'
import type { Tensor } from '../../engine/base/tf.ts'
import { defineNode, slot } from '../define.ts'
import { samplingMessages } from '../../messages/sampling.ts'

export const forwardStep = defineNode({
  type: 'diffusion/ForwardStep',
  category: 'process',
  summary:
    'One step of the forward process, from t - 1 to t. All steps from 0 to t together are equivalent to ForwardNoise.',
  aliases: ['markov chain', 'noising step'],
  equation: 'q(x_t \\mid x_{t-1}) = \\mathcal{N}(\\sqrt{1 - \\beta_t} \\, x_{t-1}, \\beta_t I)',
  source: 'Ho et al. 2020, eq. 2',
  inputs: {
    x_prev: slot.samples('Data at t - 1; clean data for t = 0'),
    t: slot.timestep('Timestep after the step'),
    noise: slot.noise('Noise with the shape of x_prev, drawn for each step'),
    schedule: slot.schedule('Schedule that defines the noise of a step'),
  },
  outputs: { x_t: slot.samples('Data at t') },
  params: {},
  check: (_, { schedule }) => {
    if (schedule) requireTable(schedule.schedule)
  },
  run: ({ x_prev, t, noise, schedule }) => ({
    x_t: {
      type: 'samples',
      tensor: stepTo(t.t, x_prev.tensor, noise.tensor, schedule.schedule),
      space: x_prev.space,
    },
  }),
})

function stepTo(t: Float64Array, x: Tensor, noise: Tensor, schedule: Schedule): Tensor {
  const { T } = requireTable(schedule)
  const none = t.find((step) => !Number.isInteger(step) || step < 0 || step >= T)
  if (none === undefined)
    return step(
      x,
      noise,
      levelsAt(schedule, { t: t.map((step) => step - 1) }),
      levelsAt(schedule, { t }),
    )
  throw new NodeError({
    slot: 't',
    message: samplingMessages.forwardStep({ last: T - 1, got: none }),
    cure: samplingMessages.startAtZero(),
  })
}
