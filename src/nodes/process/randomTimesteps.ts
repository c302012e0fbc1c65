// RandomTimesteps: draws training timesteps from a density.
import {
  densityNames,
  stratify as oneInEachPart,
  timesAtQuantiles,
} from '../../engine/process/densities.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import type { Timestep } from '../../engine/base/values.ts'
import {
  advanced,
  choice,
  defineNode,
  integer,
  real,
  schedule,
  seed,
  timestep,
  toggle,
  when,
} from '../define.ts'
import { likeInput, batchShapeLike } from './sizes.ts'

const sigmaRange = ['loglogistic', 'loguniform', 'v_diffusion', 'cosine_interpolated']

export const randomTimesteps = defineNode({
  type: 'diffusion/RandomTimesteps',
  category: 'process',
  summary: 'Draws a random timestep for each item of a batch, from a uniform or another density.',
  equation: 't \\sim \\mathrm{Uniform}(\\{0, ..., T - 1\\})',
  source:
    'Ho et al. 2020, algorithm 1; densities: Karras et al. 2022, table 1; Esser et al. 2024, section 3.1; k-diffusion',
  inputs: {
    like: likeInput(
      'Draws one timestep per item of this batch. If it comes from a loop, each iteration draws again',
    ),
    schedule: schedule('Schedule whose timesteps are used'),
  },
  outputs: { t: timestep('One per item') },
  params: {
    density: advanced(
      choice(
        densityNames,
        'Distribution of t. For a table of betas, draws are rounded to the nearest timestep',
        {
          uniform: 'All timesteps equally likely',
          lognormal: 'Normal in ln(σ / α), as in EDM',
          logit_normal: 'Logit-normal, as in SD3',
          mode: 'Mode sampling with heavy tails, as in SD3',
          cosmap: 'CosMap, as in SD3',
          loglogistic: 'Logistic in ln(σ / α), as in k-diffusion',
          loguniform: 'Uniform in ln(σ / α), as in k-diffusion',
          v_diffusion: 'Cosine schedule of v-diffusion, as in k-diffusion',
          cosine_interpolated: 'Interpolated cosine schedule, as in k-diffusion',
          split_lognormal: 'Normal in ln(σ / α) with two widths, as in k-diffusion',
        },
      ),
    ),
    mean: when(
      'density',
      ['lognormal', 'split_lognormal'],
      real(-1.2, {}, 'Mean of ln(σ / α); P_mean of EDM'),
    ),
    std: when(
      'density',
      'lognormal',
      real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α); P_std of EDM'),
    ),
    std_1: when(
      'density',
      'split_lognormal',
      real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α) below the mean'),
    ),
    std_2: when(
      'density',
      'split_lognormal',
      real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α) above the mean'),
    ),
    logit_mean: when(
      'density',
      'logit_normal',
      real(0, {}, 'Mean of the logit; above 0: more noise'),
    ),
    logit_std: when(
      'density',
      'logit_normal',
      real(
        1,
        { min: 1e-6 },
        'Standard deviation of the logit; smaller values concentrate in the middle',
      ),
    ),
    mode_scale: when(
      'density',
      'mode',
      real(1.29, { min: -1, max: 1.75 }, 'Above 0: more in the middle; below 0: more at the ends'),
    ),
    loc: when('density', 'loglogistic', real(0, {}, 'Median of ln(σ / α)')),
    scale: when('density', 'loglogistic', real(1, { min: 1e-6 }, 'Scale of ln(σ / α)')),
    sigma_data: when(
      'density',
      ['v_diffusion', 'cosine_interpolated'],
      real(1, { min: 1e-6 }, 'Standard deviation of the data'),
    ),
    sigma_min: when('density', sigmaRange, real(0.002, { min: 0, step: 0.001 }, 'Smallest σ / α')),
    sigma_max: when('density', sigmaRange, real(80, { min: 0, step: 1 }, 'Largest σ / α')),
    image_d: when(
      'density',
      'cosine_interpolated',
      integer(32, { min: 1 }, 'Side length of the images'),
    ),
    noise_d_low: when(
      'density',
      'cosine_interpolated',
      integer(32, { min: 1 }, 'Side length that the highest noise levels are chosen for'),
    ),
    noise_d_high: when(
      'density',
      'cosine_interpolated',
      integer(32, { min: 1 }, 'Side length that the lowest noise levels are chosen for'),
    ),
    stratified: advanced(
      toggle(
        false,
        'Stratified sampling: one draw from each of b equally likely intervals, which reduces the variance of the loss',
      ),
    ),
    seed: seed(),
  },
  staticOutputs: ({ density }, { schedule }) => ({
    t: schedule && density === 'uniform' ? everyTimestep(schedule.schedule) : undefined,
  }),
  run: ({ like, schedule: { schedule } }, { density, stratified, ...params }, { random }) => {
    const count = batchShapeLike(like)[0]
    const whole = density === 'uniform' && !stratified && schedule.kind === 'table'
    if (whole)
      return { t: { type: 'timestep', t: Float64Array.from(random.integers(count, schedule.T)) } }
    const draws = Float64Array.from(random.uniform(count), inside)
    return {
      t: {
        type: 'timestep',
        t: timesAtQuantiles(schedule, density, params, stratified ? oneInEachPart(draws) : draws),
      },
    }
  },
})

/** Moves 24-bit uniforms from [0, 1) to the middle of their intervals, so that no quantile is
 * infinite. */
const inside = (u: number) => u + 2 ** -25

/** All timesteps that can be drawn, for schedules with a table. */
export const everyTimestep = (schedule: Schedule): Timestep | undefined =>
  schedule.kind === 'table'
    ? { type: 'timestep', t: Float64Array.from({ length: schedule.T }, (_, t) => t) }
    : undefined
