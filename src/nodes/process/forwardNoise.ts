// The forward process in one jump.
import { addNoise } from '../../engine/forward.ts'
import { levelsAt } from '../../engine/schedule.ts'
import { defineNode, noise, samples, schedule, timestep } from '../define.ts'

export const forwardNoise = defineNode({
  type: 'diffusion/ForwardNoise',
  category: 'process',
  summary: 'Jumps straight from clean data to its noised version at timestep t.',
  equation: 'x_t = \\sqrt{\\bar\\alpha_t} x_0 + \\sqrt{1 - \\bar\\alpha_t} \\epsilon',
  source: 'Ho et al. 2020, eq. 4',
  inputs: {
    x_0: samples('clean data'),
    t: timestep('one per item, or one for all'),
    noise: noise('of the shape of x_0'),
    schedule: schedule('how much noise t means'),
  },
  outputs: { x_t: samples('x_0 with the noise of timestep t') },
  params: {},
  run: ({ x_0, t, noise, schedule }) => ({
    x_t: { type: 'samples', tensor: addNoise(x_0.tensor, noise.tensor, levelsAt(schedule.schedule, t)), space: x_0.space },
  }),
})
