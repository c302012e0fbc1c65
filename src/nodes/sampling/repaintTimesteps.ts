// RePaintTimesteps: transitions down with repeated jumps up (RePaint).
import { repaintTransitions } from '../../engine/samplers/repaint.ts'
import { defineNode, param, slot } from '../define.ts'

export const repaintTimesteps = defineNode({
  type: 'diffusion/RePaintTimesteps',
  title: 'RePaint Timesteps',
  category: 'sampling',
  summary:
    'Timesteps of RePaint: goes down the list, but jumps back up repeatedly, so that the sampled part becomes consistent with the known one.',
  aliases: ['jump_length', 'resampling jumps'],
  source: 'Lugmayr et al. 2022, section 4.2',
  inputs: { timesteps: slot.timesteps('From noise to data') },
  outputs: { timesteps: slot.timesteps('With jumps up, for RePaintStep') },
  params: {
    jump_length: param.integer(10, { min: 1, max: 10_000 }, 'Steps per jump'),
    jump_n_sample: param.integer(
      10,
      { min: 1, max: 1000 },
      'How often each section is denoised; 1: no jumps',
    ),
  },
  // The complete list may be long; one jump per place visits the same transitions.
  staticOutputs: ({ jump_length, jump_n_sample }, { timesteps }) => ({
    timesteps: timesteps && {
      type: 'timesteps',
      ...repaintTransitions(timesteps, jump_length, Math.min(jump_n_sample, 2)),
    },
  }),
  run: ({ timesteps }, { jump_length, jump_n_sample }) => ({
    timesteps: { type: 'timesteps', ...repaintTransitions(timesteps, jump_length, jump_n_sample) },
  }),
})
