// A way down that goes up again and again.
import { repaintTransitions } from '../../engine/samplers/repaint.ts'
import { defineNode, integer, timesteps } from '../define.ts'

export const repaintTimesteps = defineNode({
  type: 'diffusion/RePaintTimesteps',
  title: 'RePaint Timesteps',
  category: 'sampling',
  summary:
    'Writes out the way of RePaint: down the list, but after some steps as many up again, so that what is filled in comes to agree with what is known.',
  source: 'Lugmayr et al. 2022, section 4.2',
  inputs: { timesteps: timesteps('the way down') },
  outputs: { timesteps: timesteps('with the jumps upward; for RePaintStep') },
  params: {
    jump_length: integer(10, { min: 1, max: 10_000 }, 'how many steps a jump goes up'),
    jump_n_sample: integer(10, { min: 1, max: 1000 }, 'how often each stretch is gone down; 1: no jumps'),
  },
  // Written out it may be long; with one jump back in each place it goes the same steps.
  foresees: ({ jump_length, jump_n_sample }, { timesteps }) => ({
    timesteps: timesteps && { type: 'timesteps', ...repaintTransitions(timesteps, jump_length, Math.min(jump_n_sample, 2)) },
  }),
  run: ({ timesteps }, { jump_length, jump_n_sample }) => ({
    timesteps: { type: 'timesteps', ...repaintTransitions(timesteps, jump_length, jump_n_sample) },
  }),
})
