// ForwardNoise: the forward process from x_0 to x_t.
import { addNoise } from '../../engine/process/forward.ts'
import { levelsAt } from '../../engine/process/schedule.ts'
import { defineNode, slot } from '../define.ts'

export const forwardNoise = defineNode({
  type: 'diffusion/ForwardNoise',
  category: 'process',
  summary:
    'Samples x_t from q(x_t | x_0): adds the noise of timestep t to clean data in a single step.',
  aliases: ['add_noise', 'q_sample', 'forward process', 'forward diffusion', 'noising', 'xt'],
  equation: 'x_t = \\sqrt{\\bar\\alpha_t} x_0 + \\sqrt{1 - \\bar\\alpha_t} \\epsilon',
  source: 'Ho et al. 2020, eq. 4',
  inputs: {
    x_0: slot.samples('Clean data'),
    t: slot.timestep('One per item, or one for all items'),
    noise: slot.noise('Noise with the shape of x_0'),
    schedule: slot.schedule('Schedule that defines the noise level at t'),
  },
  outputs: { x_t: slot.samples('x_0 with the noise of timestep t') },
  params: {},
  run: ({ x_0, t, noise, schedule }) => ({
    x_t: {
      type: 'samples',
      tensor: addNoise(x_0.tensor, noise.tensor, levelsAt(schedule.schedule, t)),
      space: x_0.space,
    },
  }),
})
