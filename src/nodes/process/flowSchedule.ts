// FlowSchedule: rectified flow, a straight path from data to noise in continuous time.
import { flowSchedule as makeSchedule } from '../../engine/process/continuous.ts'
import { defineNode, param, slot } from '../define.ts'

export const flowSchedule = defineNode({
  type: 'diffusion/FlowSchedule',
  category: 'process',
  summary:
    'Linear interpolation between data at t = 0 and pure noise at t = T, in continuous time. For models that predict the velocity (flow_prediction).',
  aliases: [
    'flow matching',
    'rectified flow',
    'FlowMatchEulerDiscreteScheduler',
    'ModelSamplingSD3',
    'ModelSamplingFlux',
    'linear interpolant',
  ],
  equation: 'x_t = (1 - s) x_0 + s \\epsilon, \\quad s = t / T',
  source: 'Lipman et al. 2023, eq. 22; Liu et al. 2023, eq. 1; Esser et al. 2024, eq. 13',
  inputs: {},
  outputs: { schedule: slot.schedule('Continuous-time schedule') },
  params: {
    num_train_timesteps: param.symbol(
      'T',
      param.integer(1000, { min: 1, max: 100_000 }, 'T: value of t at pure noise'),
    ),
  },
  plain: true,
  run: (_, { num_train_timesteps }) => ({
    schedule: { type: 'schedule', schedule: makeSchedule(num_train_timesteps) },
  }),
})
