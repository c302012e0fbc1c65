// Timesteps to train at.
import { densityNames, stratified as oneInEachPart, timesOf } from '../../engine/densities.ts'
import type { Schedule } from '../../engine/schedule.ts'
import type { Timestep } from '../../engine/values.ts'
import { advanced, choice, defineNode, integer, real, schedule, seed, timestep, toggle, when } from '../define.ts'
import { likeInput, shapeOf } from './sizes.ts'

const sigmaRange = ['loglogistic', 'loguniform', 'v_diffusion', 'cosine_interpolated']

export const randomTimesteps = defineNode({
  type: 'diffusion/RandomTimesteps',
  category: 'process',
  summary: 'Draws a timestep for each item of a batch: all equally likely, or more of those where there is more to learn.',
  equation: 't \\sim \\mathrm{Uniform}(\\{0, ..., T - 1\\})',
  source: 'Ho et al. 2020, algorithm 1; densities: Karras et al. 2022, table 1; Esser et al. 2024, section 3.1; k-diffusion',
  inputs: {
    like: likeInput('as many as this has items; wired from a loop, drawn afresh in each iteration'),
    schedule: schedule('whose timesteps'),
  },
  outputs: { t: timestep('one per item') },
  params: {
    density: advanced(
      choice(
        densityNames,
        'of t: uniform; lognormal: of σ / α, as EDM; logit_normal, mode, cosmap: as SD3; the others as k-diffusion. In a table of betas the nearest timestep',
      ),
    ),
    mean: when('density', ['lognormal', 'split_lognormal'], real(-1.2, {}, 'of ln(σ / α); P_mean of EDM')),
    std: when('density', 'lognormal', real(1.2, { min: 1e-6 }, 'of ln(σ / α); P_std of EDM')),
    std_1: when('density', 'split_lognormal', real(1.2, { min: 1e-6 }, 'of ln(σ / α) below the mean')),
    std_2: when('density', 'split_lognormal', real(1.2, { min: 1e-6 }, 'of ln(σ / α) above the mean')),
    logit_mean: when('density', 'logit_normal', real(0, {}, 'above 0: more noise')),
    logit_std: when('density', 'logit_normal', real(1, { min: 1e-6 }, 'the smaller, the more in the middle')),
    mode_scale: when('density', 'mode', real(1.29, { min: -1, max: 1.75 }, 'above 0: more in the middle; below: at the ends')),
    loc: when('density', 'loglogistic', real(0, {}, 'median of ln(σ / α)')),
    scale: when('density', 'loglogistic', real(1, { min: 1e-6 }, 'spread of ln(σ / α)')),
    sigma_data: when('density', ['v_diffusion', 'cosine_interpolated'], real(1, { min: 1e-6 }, 'standard deviation of the data')),
    sigma_min: when('density', sigmaRange, real(0.002, { min: 0, step: 0.001 }, 'least σ / α')),
    sigma_max: when('density', sigmaRange, real(80, { min: 0, step: 1 }, 'most σ / α')),
    image_d: when('density', 'cosine_interpolated', integer(32, { min: 1 }, 'side of the images')),
    noise_d_low: when('density', 'cosine_interpolated', integer(32, { min: 1 }, 'side that the highest noise is made for')),
    noise_d_high: when('density', 'cosine_interpolated', integer(32, { min: 1 }, 'side that the lowest noise is made for')),
    stratified: advanced(
      toggle(false, 'one in each of as many equally likely parts as there are items: less chance in the loss'),
    ),
    seed: seed(),
  },
  foresees: ({ density }, { schedule }) => ({
    t: schedule && density === 'uniform' ? everyTimestep(schedule.schedule) : undefined,
  }),
  run: ({ like, schedule: { schedule } }, { density, stratified, ...params }, { random }) => {
    const count = shapeOf(like)[0]!
    const whole = density === 'uniform' && !stratified && schedule.kind === 'table'
    if (whole) return { t: { type: 'timestep', t: Float64Array.from(random.integers(count, schedule.T)) } }
    const draws = Float64Array.from(random.uniform(count), inside)
    return { t: { type: 'timestep', t: timesOf(schedule, density, params, stratified ? oneInEachPart(draws) : draws) } }
  },
})

/** From [0, 1) with 24 bits to the middle of each part, so that no tail is infinitely far away. */
const inside = (u: number) => u + 2 ** -25

/** What may be drawn, where that is a whole number: of a table. */
export const everyTimestep = (schedule: Schedule): Timestep | undefined =>
  schedule.kind === 'table' ? { type: 'timestep', t: Float64Array.from({ length: schedule.T }, (_, t) => t) } : undefined
