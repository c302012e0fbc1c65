// NoiseSchedule: a discrete schedule from a table of betas, or from a formula.
import { canonicalFormula } from '../../engine/formula/canonical.ts'
import { evaluateAlphaBar, parseCurve } from '../../engine/formula/curve.ts'
import { parseNumbers } from '../../engine/process/numberList.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import {
  curveSchedule,
  noiseSchedule as makeSchedule,
  rescaleToZeroSnr,
  scheduleNames,
  tableSchedule,
} from '../../engine/process/schedule.ts'
import { defineNode, param, slot } from '../define.ts'

const tables = ['betas', 'alpha_bars'] as const
const FORMULA = 'formula'

/** Curves with a configurable last beta. All except `const` also have a configurable first beta. */
const withEnds = [
  'linear',
  'linear_openai',
  'scaled_linear',
  'sigmoid',
  'sqrt',
  'warmup10',
  'warmup50',
]

export const noiseSchedule = defineNode({
  type: 'diffusion/NoiseSchedule',
  category: 'process',
  summary:
    'Discrete noise schedule: defines the noise level at each timestep, from almost none at t = 0 to almost pure noise at the last one.',
  aliases: [
    'schedule',
    'scheduler',
    'noise scheduler',
    'cosine',
    'betas',
    'beta',
    'beta schedule',
    'alphas_cumprod',
    'alpha bar',
    'DDPMScheduler',
    'ModelSamplingDiscrete',
    'zero terminal snr',
  ],
  equation: '\\bar\\alpha_t = \\prod_{s \\le t} (1 - \\beta_s)',
  source:
    'Ho et al. 2020, section 2; Nichol & Dhariwal 2021, eq. 17; Jabri et al. 2022, algorithm 1; Lin et al. 2023, algorithm 1',
  inputs: {},
  outputs: { schedule: slot.schedule('Betas and alpha-bars of all timesteps') },
  params: {
    beta_schedule: param.choice([...scheduleNames, ...tables, FORMULA], 'Shape of the schedule', {
      linear:
        'Linear betas, as in diffusers: not rescaled, so few timesteps do not reach pure noise',
      linear_openai: 'Linear betas times 1000 / T',
      scaled_linear: 'Linear in the square root of beta (Stable Diffusion)',
      squaredcos_cap_v2: 'Cosine schedule (Nichol & Dhariwal)',
      sigmoid: 'Sigmoid betas, as in diffusers',
      sigmoid_alpha_bar: 'Sigmoid alpha-bar (Jabri et al.)',
      exp: 'Exponential alpha-bar, as in diffusers',
      laplace: 'Laplace alpha-bar, as in diffusers',
      sqrt: 'Square root of linear betas',
      warmup10: 'Linear over the first 10 % of the timesteps, then constant',
      warmup50: 'Linear over the first half of the timesteps, then constant',
      const: 'Constant beta',
      jsd: 'beta = 1 / (T - t): the signal decreases linearly to zero',
      betas: 'Your own betas, listed in `table`',
      alpha_bars: 'Your own alpha-bars, listed in `table`',
      formula: 'Your own alpha-bar, as a formula in `expression`',
    }),
    num_train_timesteps: param.when(
      'beta_schedule',
      [...scheduleNames, FORMULA],
      param.integer(1000, { min: 1, max: 100_000 }, 'T: number of timesteps, 0 to T - 1'),
    ),
    table: param.when(
      'beta_schedule',
      tables,
      param.added(
        param.text(
          '',
          'One number per timestep, from t = 0, separated by spaces, commas or lines: betas between 0 and 1, or falling alpha-bars',
          true,
        ),
      ),
    ),
    expression: param.when(
      'beta_schedule',
      FORMULA,
      param.added(
        param.curve(
          'cos((u + 0.008) / 1.008 * pi / 2)^2',
          '\\bar\\alpha(u)',
          'Alpha-bar as a function of u = (t + 1) / T, which falls from about 1 at u = 0 to about 0 at u = 1. It is scaled to 1 at u = 0, and each beta is at most 0.999. The language is described in docs/formula.md',
        ),
      ),
    ),
    beta_start: param.when(
      'beta_schedule',
      withEnds,
      param.advanced(param.real(0.0001, { min: 0, max: 1, step: 0.00001 }, 'First beta')),
    ),
    beta_end: param.when(
      'beta_schedule',
      [...withEnds, 'const'],
      param.advanced(param.real(0.02, { min: 0, max: 1, step: 0.0001 }, 'Last beta')),
    ),
    rescale_betas_zero_snr: param.advanced(
      param.toggle(
        false,
        'Zero terminal SNR: shifts and scales the square root of alpha-bar so that the last timestep has no signal. The model must then predict v or x_0',
      ),
    ),
  },
  keyParams: ({ expression, ...rest }) => ({
    ...rest,
    expression:
      rest.beta_schedule === FORMULA ? canonicalFormula(parseCurve(expression)) : expression,
  }),
  plain: true,
  run: (
    _,
    {
      beta_schedule: name,
      num_train_timesteps: T,
      beta_start: betaStart,
      beta_end: betaEnd,
      table,
      expression,
      rescale_betas_zero_snr: rescaleBetasZeroSnr,
    },
  ) => {
    if (name !== 'betas' && name !== 'alpha_bars' && name !== FORMULA)
      return toValue(makeSchedule({ name, T, betaStart, betaEnd, rescaleBetasZeroSnr }))
    const own =
      name === FORMULA
        ? curveSchedule(evaluateAlphaBar(parseCurve(expression), T))
        : tableSchedule(name, parseNumbers(table, 'table'))
    return toValue(rescaleBetasZeroSnr ? rescaleToZeroSnr(own) : own)
  },
})

const toValue = (schedule: Schedule) => ({ schedule: { type: 'schedule' as const, schedule } })
