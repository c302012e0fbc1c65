// FlipTimesteps: reverses a list of transitions.
import { flipTimesteps as flip } from '../../engine/process/timesteps.ts'
import { defineNode, slot } from '../define.ts'

export const flipTimesteps = defineNode({
  type: 'diffusion/FlipTimesteps',
  category: 'sampling',
  summary:
    'Reverses a list of timesteps, to go from data to noise. With DDIMStep this is DDIM inversion: it finds the noise that samples come from. No model can be evaluated on clean data, so -1 becomes 0.',
  aliases: ['ddim inversion', 'inversion', 'unsample'],
  source: 'Dhariwal & Nichol 2021, appendix F',
  inputs: { timesteps: slot.timesteps('From noise to data') },
  outputs: {
    timesteps: slot.timesteps('From data to noise; t_prev is the timestep after a step, as before'),
  },
  params: {},
  plain: true,
  run: ({ timesteps }) => ({ timesteps: { type: 'timesteps', ...flip(timesteps) } }),
})
