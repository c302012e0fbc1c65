// The way up.
import { flipTimesteps as flip } from '../../engine/timesteps.ts'
import { defineNode, timesteps } from '../define.ts'

export const flipTimesteps = defineNode({
  type: 'diffusion/FlipTimesteps',
  category: 'sampling',
  summary:
    'Turns a list of timesteps round, from data to noise: with DDIMStep it finds the noise that samples become from. No model can be asked about clean data, so -1 becomes 0.',
  source: 'Dhariwal & Nichol 2021, appendix F',
  inputs: { timesteps: timesteps('downward') },
  outputs: { timesteps: timesteps('upward; t_prev is where a step leads, as before') },
  params: {},
  plain: true,
  run: ({ timesteps }) => ({ timesteps: { type: 'timesteps', ...flip(timesteps) } }),
})
