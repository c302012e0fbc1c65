// The training process that everything else refers to: tables of betas.
import { noiseSchedule as makeSchedule, scheduleNames } from '../../engine/schedule.ts'
import { advanced, choice, defineNode, integer, real, schedule, toggle, when } from '../define.ts'

/** Curves with a last beta that can be chosen; all of them but `const` have a first one as well. */
const withEnds = ['linear', 'linear_openai', 'scaled_linear', 'sigmoid', 'sqrt', 'warmup10', 'warmup50']

export const noiseSchedule = defineNode({
  type: 'diffusion/NoiseSchedule',
  category: 'process',
  summary: 'Says how much noise the data has at each timestep, from almost none at t = 0 to almost nothing else at the last.',
  equation: '\\bar\\alpha_t = \\prod_{s \\le t} (1 - \\beta_s)',
  source:
    'Ho et al. 2020, section 2; Nichol & Dhariwal 2021, eq. 17; Jabri et al. 2022, algorithm 1; Lin et al. 2023, algorithm 1',
  inputs: {},
  outputs: { schedule: schedule('betas and alpha-bars of all timesteps') },
  params: {
    beta_schedule: choice(
      scheduleNames,
      'linear: as diffusers, not rescaled, so few timesteps do not reach noise; linear_openai: betas times 1000 / T; scaled_linear: linear in the root of beta (Stable Diffusion); squaredcos_cap_v2: cosine; sigmoid: in beta, as diffusers; sigmoid_alpha_bar: in alpha-bar (Jabri et al.); exp, laplace: alpha-bar as diffusers has it; sqrt: root of a line; warmup10, warmup50, const: as DDPM; jsd: 1 / (T - t), the signal falls evenly to none',
    ),
    num_train_timesteps: integer(1000, { min: 1, max: 100_000 }, 'T: timesteps are 0 ... T - 1'),
    beta_start: when('beta_schedule', withEnds, advanced(real(0.0001, { min: 0, max: 1, step: 0.00001 }, 'first beta'))),
    beta_end: when('beta_schedule', [...withEnds, 'const'], advanced(real(0.02, { min: 0, max: 1, step: 0.0001 }, 'last beta'))),
    rescale_betas_zero_snr: advanced(
      toggle(
        false,
        'shifts and scales the root of alpha-bar so that no signal is left at the last timestep; then a model has to predict v or x_0',
      ),
    ),
  },
  plain: true,
  run: (
    _,
    { beta_schedule: name, num_train_timesteps: T, beta_start: betaStart, beta_end: betaEnd, rescale_betas_zero_snr },
  ) => ({
    schedule: {
      type: 'schedule',
      schedule: makeSchedule({ name, T, betaStart, betaEnd, rescaleBetasZeroSnr: rescale_betas_zero_snr }),
    },
  }),
})
