// SigmaSchedule: unscaled data plus noise, with time equal to σ (EDM, variance exploding).
import { sigmaSchedule as makeSchedule } from '../../engine/process/continuous.ts'
import { defineNode, param, slot } from '../define.ts'

export const sigmaSchedule = defineNode({
  type: 'diffusion/SigmaSchedule',
  category: 'process',
  summary:
    'Variance-exploding schedule in continuous time: adds noise without scaling the data, and t is the standard deviation σ of the noise, as in EDM.',
  aliases: ['edm', 'variance exploding', 'smld', 'ncsn', 'ScoreSdeVeScheduler'],
  equation: 'x_\\sigma = x_0 + \\sigma \\epsilon',
  source: 'Karras et al. 2022, section 2; Song et al. 2021, section 3.4',
  inputs: {},
  outputs: { schedule: slot.schedule('Continuous-time schedule with t = σ') },
  params: {
    sigma_min: param.real(
      0.002,
      { min: 1e-6, max: 1000, step: 0.001 },
      'Smallest noise level for sampling (0.01 or 0.02 for variance exploding)',
    ),
    sigma_max: param.real(
      80,
      { min: 1e-6, max: 10_000, step: 1 },
      'Largest noise level, at which the data is negligible (50 or 100 for variance exploding)',
    ),
  },
  plain: true,
  run: (_, { sigma_min: sigmaMin, sigma_max: sigmaMax }) => ({
    schedule: { type: 'schedule', schedule: makeSchedule({ sigmaMin, sigmaMax }) },
  }),
})
