// Where image to image gets in.
import { splitTimesteps as split } from '../../engine/timesteps.ts'
import { defineNode, real, timestep, timesteps } from '../define.ts'

export const splitTimesteps = defineNode({
  type: 'diffusion/SplitTimesteps',
  category: 'sampling',
  summary:
    'Cuts a list of timesteps in two. Noise data with ForwardNoise to `at`, and sampling over `rest` makes variations of it.',
  source: 'Meng et al. 2022 (SDEdit)',
  inputs: { timesteps: timesteps('the whole list') },
  outputs: {
    skipped: timesteps('the first part'),
    rest: timesteps('the last part'),
    at: timestep('where rest begins: its first t, or the end of the list if nothing is left'),
  },
  params: {
    strength: real(
      0.5,
      { min: 0, max: 1, step: 0.01, slider: true },
      'how much of the list is rest: 0 keeps the data, 1 nothing of it',
    ),
  },
  plain: true,
  run: ({ timesteps }, { strength }) => {
    const { skipped, rest, at } = split(timesteps, strength)
    return {
      skipped: { type: 'timesteps', ...skipped },
      rest: { type: 'timesteps', ...rest },
      at: { type: 'timestep', ...at },
    }
  },
})
