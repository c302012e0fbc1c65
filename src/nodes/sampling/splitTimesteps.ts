// SplitTimesteps: splits a list of transitions, for image to image.
import { splitTimesteps as split } from '../../engine/process/timesteps.ts'
import { defineNode, param, slot } from '../define.ts'

export const splitTimesteps = defineNode({
  type: 'diffusion/SplitTimesteps',
  category: 'sampling',
  summary:
    'Splits a list of timesteps in two, as in SDEdit: noise data with ForwardNoise to `at` and sample over `rest` to create variations of it.',
  aliases: ['sdedit', 'img2img', 'image to image', 'denoise strength', 'SplitSigmas'],
  source: 'Meng et al. 2022 (SDEdit)',
  inputs: { timesteps: slot.timesteps('Full list') },
  outputs: {
    skipped: slot.timesteps('First part'),
    rest: slot.timesteps('Last part'),
    at: slot.timestep('First t of rest, or the end of the list if rest is empty'),
  },
  params: {
    strength: param.real(
      0.5,
      { min: 0, max: 1, step: 0.01, slider: true },
      'Length of rest as a share of the list: 0 keeps the data, 1 discards it',
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
