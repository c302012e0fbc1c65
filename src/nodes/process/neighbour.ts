// Neighbour: the adjacent noise level in a list of timesteps.
import { directions, neighbourTimes } from '../../engine/process/levelTimes.ts'
import { defineNode, param, slot } from '../define.ts'

export const neighbour = defineNode({
  type: 'diffusion/Neighbour',
  category: 'process',
  summary:
    'Next level of a list of timesteps after t, for each item: the pairs of adjacent levels of consistency training and distillation.',
  aliases: ['adjacent timestep'],
  source: 'Song et al. 2023, algorithms 2 and 3',
  inputs: {
    t: slot.timestep('One per item, or one for all items; need not be in the list'),
    timesteps: slot.timesteps('List of levels, from Timesteps'),
  },
  outputs: { t: slot.timestep('Adjacent level of each item') },
  params: {
    direction: param.choice(directions, 'Side of t', {
      cleaner: 'Next level towards data; -1 (clean data) after the last one',
      noisier: 'Next level towards noise',
    }),
  },
  run: ({ t, timesteps }, { direction }) => ({
    t: { type: 'timestep', ...neighbourTimes(t, timesteps, direction) },
  }),
})
