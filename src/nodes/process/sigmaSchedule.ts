// Noise added to data that is not scaled: time is σ.
import { sigmaSchedule as makeSchedule } from '../../engine/continuous.ts'
import { defineNode, real, schedule } from '../define.ts'

export const sigmaSchedule = defineNode({
  type: 'diffusion/SigmaSchedule',
  category: 'process',
  summary:
    'Adds noise to data that keeps its size, and t is the standard deviation sigma of that noise: as EDM, or variance exploding.',
  equation: 'x_\\sigma = x_0 + \\sigma \\epsilon',
  source: 'Karras et al. 2022, section 2; Song et al. 2021, section 3.4',
  inputs: {},
  outputs: { schedule: schedule('of continuous time, which is sigma') },
  params: {
    sigma_min: real(
      0.002,
      { min: 1e-6, max: 1000, step: 0.001 },
      'the least noise that is sampled at (variance exploding: 0.01 or 0.02)',
    ),
    sigma_max: real(
      80,
      { min: 1e-6, max: 10_000, step: 1 },
      'the most, beside which the data is nothing (variance exploding: 50 or 100)',
    ),
  },
  plain: true,
  run: (_, { sigma_min: sigmaMin, sigma_max: sigmaMax }) => ({
    schedule: { type: 'schedule', schedule: makeSchedule({ sigmaMin, sigmaMax }) },
  }),
})
