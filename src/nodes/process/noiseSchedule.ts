// The training process that everything else refers to.
import { noiseSchedule as makeSchedule, scheduleNames } from '../../engine/schedule.ts'
import { advanced, choice, defineNode, integer, real, schedule } from '../define.ts'

export const noiseSchedule = defineNode({
  type: 'diffusion/NoiseSchedule',
  category: 'process',
  summary: 'Says how much noise the data has at each timestep, from almost none at t = 0 to almost nothing else at the last.',
  equation: '\\bar\\alpha_t = \\prod_{s \\le t} (1 - \\beta_s)',
  source: 'Ho et al. 2020, section 2; Nichol & Dhariwal 2021, eq. 17; Jabri et al. 2022, algorithm 1',
  inputs: {},
  outputs: { schedule: schedule('betas and alpha-bars of all timesteps') },
  params: {
    beta_schedule: choice(
      scheduleNames,
      'linear: as diffusers, not rescaled, so few timesteps do not reach noise; linear_openai: betas times 1000 / T; scaled_linear: linear in the root of beta (Stable Diffusion); squaredcos_cap_v2: cosine; sigmoid: in beta, as diffusers; sigmoid_alpha_bar: in alpha-bar (Jabri et al.)',
    ),
    num_train_timesteps: integer(1000, { min: 1, max: 100_000 }, 'T: timesteps are 0 ... T - 1'),
    beta_start: advanced(
      real(0.0001, { min: 0, max: 1, step: 0.00001 }, 'first beta; not for squaredcos_cap_v2 and sigmoid_alpha_bar'),
    ),
    beta_end: advanced(
      real(0.02, { min: 0, max: 1, step: 0.0001 }, 'last beta; not for squaredcos_cap_v2 and sigmoid_alpha_bar'),
    ),
  },
  run: (_, { beta_schedule: name, num_train_timesteps: T, beta_start: betaStart, beta_end: betaEnd }) => ({
    schedule: { type: 'schedule', schedule: makeSchedule({ name, T, betaStart, betaEnd }) },
  }),
})
