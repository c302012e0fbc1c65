// A straight way from data to noise, in continuous time.
import { flowSchedule as makeSchedule } from '../../engine/continuous.ts'
import { defineNode, integer, schedule, symbol } from '../define.ts'

export const flowSchedule = defineNode({
  type: 'diffusion/FlowSchedule',
  category: 'process',
  summary:
    'The straight way from data at t = 0 to pure noise at t = T, in continuous time: for models that predict the velocity (flow_prediction).',
  equation: 'x_t = (1 - s) x_0 + s \\epsilon, \\quad s = t / T',
  source: 'Lipman et al. 2023, eq. 22; Liu et al. 2023, eq. 1; Esser et al. 2024, eq. 13',
  inputs: {},
  outputs: { schedule: schedule('of continuous time') },
  params: { num_train_timesteps: symbol('T', integer(1000, { min: 1, max: 100_000 }, 'T: what t is at pure noise')) },
  plain: true,
  run: (_, { num_train_timesteps }) => ({ schedule: { type: 'schedule', schedule: makeSchedule(num_train_timesteps) } }),
})
