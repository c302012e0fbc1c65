// VPSchedule: variance preserving, linear beta(t) in continuous time.
import { vpSchedule as makeSchedule } from '../../engine/process/continuous.ts'
import { defineNode, param, slot } from '../define.ts'

export const vpSchedule = defineNode({
  type: 'diffusion/VPSchedule',
  title: 'VP Schedule',
  category: 'process',
  summary:
    'Variance-preserving schedule in continuous time: the limit of a linear beta schedule for ever smaller steps.',
  aliases: ['variance preserving', 'vpsde', 'ScoreSdeVpScheduler', 'continuous time'],
  equation:
    '\\sigma_t / \\alpha_t = \\sqrt{e^{\\beta_d u^2 / 2 + \\beta_{min} u} - 1}, \\quad u = t / T',
  source: 'Song et al. 2021, eq. 32 and 33; Karras et al. 2022, table 1',
  inputs: {},
  outputs: { schedule: slot.schedule('Continuous-time schedule') },
  params: {
    num_train_timesteps: param.symbol(
      'T',
      param.integer(1000, { min: 1, max: 100_000 }, 'T: value of t at the end'),
    ),
    beta_min: param.advanced(
      param.symbol(
        '\\beta_{min}',
        param.real(0.1, { min: 0, max: 100, step: 0.1 }, 'Beta at t = 0'),
      ),
    ),
    beta_d: param.advanced(
      param.symbol(
        '\\beta_d',
        param.real(19.9, { min: 0.01, max: 900, step: 0.1 }, 'Increase of beta from t = 0 to T'),
      ),
    ),
  },
  plain: true,
  run: (_, { num_train_timesteps: T, beta_min: betaMin, beta_d: betaD }) => ({
    schedule: { type: 'schedule', schedule: makeSchedule({ T, betaMin, betaD }) },
  }),
})
