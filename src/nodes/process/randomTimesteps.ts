// RandomTimesteps: draws training timesteps from a density.
import {
  densityNames,
  stratify as oneInEachPart,
  timesAtQuantiles,
} from '../../engine/process/densities.ts'
import type { Schedule } from '../../engine/process/schedule.ts'
import type { Timestep } from '../../engine/process/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { likeInput, batchShapeLike } from './sizes.ts'

const sigmaRange = ['loglogistic', 'loguniform', 'v_diffusion', 'cosine_interpolated']

export const randomTimesteps = defineNode({
  type: 'diffusion/RandomTimesteps',
  category: 'process',
  summary: 'Draws a random timestep for each item of a batch, from a uniform or another density.',
  aliases: ['randint', 'sample_timesteps', 'timestep sampling', 'logit normal'],
  equation: 't \\sim \\mathrm{Uniform}(\\{0, ..., T - 1\\})',
  source:
    'Ho et al. 2020, algorithm 1; densities: Karras et al. 2022, table 1; Esser et al. 2024, section 3.1; k-diffusion',
  inputs: {
    like: likeInput(
      'Draws one timestep per item of this batch. If it comes from a loop, each iteration draws again',
    ),
    schedule: slot.schedule('Schedule whose timesteps are used'),
  },
  outputs: { t: slot.timestep('One per item') },
  params: {
    density: param.advanced(
      param.choice(
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
    mean: param.when(
      'density',
      ['lognormal', 'split_lognormal'],
      param.real(-1.2, {}, 'Mean of ln(σ / α); P_mean of EDM'),
    ),
    std: param.when(
      'density',
      'lognormal',
      param.real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α); P_std of EDM'),
    ),
    std_1: param.when(
      'density',
      'split_lognormal',
      param.real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α) below the mean'),
    ),
    std_2: param.when(
      'density',
      'split_lognormal',
      param.real(1.2, { min: 1e-6 }, 'Standard deviation of ln(σ / α) above the mean'),
    ),
    logit_mean: param.when(
      'density',
      'logit_normal',
      param.real(0, {}, 'Mean of the logit; above 0: more noise'),
    ),
    logit_std: param.when(
      'density',
      'logit_normal',
      param.real(
        1,
        { min: 1e-6 },
        'Standard deviation of the logit; smaller values concentrate in the middle',
      ),
    ),
    mode_scale: param.when(
      'density',
      'mode',
      param.real(
        1.29,
        { min: -1, max: 1.75 },
        'Above 0: more in the middle; below 0: more at the ends',
      ),
    ),
    loc: param.when('density', 'loglogistic', param.real(0, {}, 'Median of ln(σ / α)')),
    scale: param.when('density', 'loglogistic', param.real(1, { min: 1e-6 }, 'Scale of ln(σ / α)')),
    sigma_data: param.when(
      'density',
      ['v_diffusion', 'cosine_interpolated'],
      param.real(1, { min: 1e-6 }, 'Standard deviation of the data'),
    ),
    sigma_min: param.when(
      'density',
      sigmaRange,
      param.real(0.002, { min: 0, step: 0.001 }, 'Smallest σ / α'),
    ),
    sigma_max: param.when(
      'density',
      sigmaRange,
      param.real(80, { min: 0, step: 1 }, 'Largest σ / α'),
    ),
    image_d: param.when(
      'density',
      'cosine_interpolated',
      param.integer(32, { min: 1 }, 'Side length of the images'),
    ),
    noise_d_low: param.when(
      'density',
      'cosine_interpolated',
      param.integer(32, { min: 1 }, 'Side length that the highest noise levels are chosen for'),
    ),
    noise_d_high: param.when(
      'density',
      'cosine_interpolated',
      param.integer(32, { min: 1 }, 'Side length that the lowest noise levels are chosen for'),
    ),
    stratified: param.advanced(
      param.toggle(
        false,
        'Stratified sampling: one draw from each of b equally likely intervals, which reduces the variance of the loss',
      ),
    ),
    seed: param.seed(),
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
