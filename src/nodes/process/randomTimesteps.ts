// Timesteps to train at.
import { tableOf } from '../../engine/schedule.ts'
import { defineNode, schedule, seed, timestep } from '../define.ts'
import { likeInput, shapeOf } from './sizes.ts'

export const randomTimesteps = defineNode({
  type: 'diffusion/RandomTimesteps',
  category: 'process',
  summary: 'Draws a timestep for each item of a batch, each timestep of the schedule equally likely.',
  equation: 't \\sim \\mathrm{Uniform}(\\{0, ..., T - 1\\})',
  source: 'Ho et al. 2020, algorithm 1',
  inputs: {
    like: likeInput('as many as this has items; wired from a loop, drawn afresh in each iteration'),
    schedule: schedule('whose timesteps'),
  },
  outputs: { t: timestep('one per item') },
  params: { seed: seed() },
  run: ({ like, schedule }, _, { random }) => ({
    t: {
      type: 'timestep',
      t: Float64Array.from(random.integers(shapeOf(like)[0]!, tableOf(schedule.schedule, 'A whole number of timesteps').T)),
    },
  }),
})
