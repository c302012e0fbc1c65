// Noise schedules against recorded tables, and what makes them schedules at all.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { posteriorCoefficients } from '../../src/engine/posterior.ts'
import type { ScheduleConfig, ScheduleName } from '../../src/engine/schedule.ts'
import { alphaBarAt, levelsAt, noiseSchedule, scheduleNames } from '../../src/engine/schedule.ts'
import { golden } from '../golden.ts'

interface Case {
  id: string
  num_train_timesteps: number
  config?: { beta_schedule: ScheduleName; beta_start?: number; beta_end?: number }
  index: number[]
  betas_f64: number[]
  alphas_cumprod_f64: number[]
  sum_betas_f64?: number
  sum_alphas_cumprod_f64?: number
  posterior_variance_f64: number[]
  posterior_mean_coef1_f64?: number[]
  posterior_mean_coef2_f64?: number[]
}

interface Lucidrains {
  fn: string
  T: number
  index: number[]
  betas: number[]
  alphas_cumprod: number[]
}

const { cases, lucidrains } = golden<{ cases: Case[]; lucidrains: Lucidrains[] }>('schedules')

/** guided-diffusion's cases have no config: its linear is ours with 1000 / T, its cosine that of diffusers. */
const configOf = ({ id, num_train_timesteps: T, config }: Case): ScheduleConfig =>
  config
    ? { name: config.beta_schedule, T, betaStart: config.beta_start, betaEnd: config.beta_end }
    : { name: id.startsWith('openai_linear') ? 'linear_openai' : 'squaredcos_cap_v2', T }

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)

/** 1 - f(t+1) / f(t) of a cosine loses digits at the start, in any order of operations. */
const closeTo = (found: number, wanted: number, tolerance = 1e-11 * Math.abs(wanted) + 1e-15) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance)

test('there is a recorded case for every name', () => {
  const names = new Set([...cases.map((c) => configOf(c).name), 'sigmoid_alpha_bar'])
  expect([...names].sort()).toEqual([...scheduleNames].sort())
})

describe.each(cases)('$id', (recorded) => {
  const schedule = noiseSchedule(configOf(recorded))

  test('betas and alpha-bars', () => {
    recorded.index.forEach((t, i) => {
      closeTo(schedule.betas[t]!, recorded.betas_f64[i]!)
      closeTo(schedule.alphaBar[t]!, recorded.alphas_cumprod_f64[i]!)
    })
    if (recorded.sum_betas_f64 === undefined) return
    closeTo(sum(schedule.betas), recorded.sum_betas_f64)
    closeTo(sum(schedule.alphaBar), recorded.sum_alphas_cumprod_f64!)
  })

  test('posterior', () => {
    const t = Float64Array.from(recorded.index)
    const found = posteriorCoefficients(levelsAt(schedule, { t }), levelsAt(schedule, { t: t.map((step) => step - 1) }))
    recorded.index.forEach((step, i) => {
      // diffusers holds the variance above 1e-20; at t = 0 it is nothing.
      closeTo(found.variance[i]!, step === 0 ? 0 : recorded.posterior_variance_f64[i]!)
      if (!recorded.posterior_mean_coef1_f64) return
      closeTo(found.fromX0[i]!, recorded.posterior_mean_coef1_f64[i]!)
      closeTo(found.fromXt[i]!, recorded.posterior_mean_coef2_f64![i]!)
    })
  })
})

test.each(lucidrains)(
  'sigmoid_alpha_bar, T = $T, is the sigmoid schedule of lucidrains',
  ({ T, index, betas, alphas_cumprod }) => {
    const schedule = noiseSchedule({ name: 'sigmoid_alpha_bar', T })
    index.forEach((t, i) => {
      // It takes the sigmoid at both ends of the curve in float32, which shifts alpha-bar by up to 1e-7.
      closeTo(schedule.alphaBar[t]!, alphas_cumprod[i]!, 1e-7)
      closeTo(schedule.betas[t]!, betas[i]!, 1e-7 / alphaBarAt(schedule, t - 1))
    })
  },
)

test('any schedule only loses signal', () => {
  fc.assert(
    fc.property(fc.constantFrom(...scheduleNames), fc.integer({ min: 21, max: 3000 }), (name, T) => {
      const { alphaBar } = noiseSchedule({ name, T })
      return alphaBar.length === T && alphaBar.every((a, t) => a > 0 && a < (t === 0 ? 1 : alphaBar[t - 1]!))
    }),
    { numRuns: 50 },
  )
})

test('with 50 timesteps linear is far from noise, linear_openai is not', () => {
  expect(noiseSchedule({ name: 'linear', T: 50 }).alphaBar[49]).toBeCloseTo(0.6, 2)
  expect(noiseSchedule({ name: 'linear_openai', T: 50 }).alphaBar[49]).toBeLessThan(1e-4)
})

test('t = -1 is clean data; other numbers that are no timestep are refused', () => {
  const schedule = noiseSchedule({ name: 'linear', T: 10 })
  expect(alphaBarAt(schedule, -1)).toBe(1)
  expect(alphaBarAt(schedule, 9)).toBe(schedule.alphaBar[9])
  for (const t of [10, 9.5, -2, -0.5, NaN]) expect(() => alphaBarAt(schedule, t)).toThrow(/^Expected a timestep of the schedule/)
  expect(() => alphaBarAt(schedule, 12)).toThrowErrorMatchingInlineSnapshot(
    `[NodeError: Expected a timestep of the schedule, from 0 to 9 (or -1 for clean data), got 12. Take t and schedule from the same NoiseSchedule.]`,
  )
})

test('what is no schedule is refused', () => {
  expect(() => noiseSchedule({ name: 'linear_openai', T: 10 })).toThrowErrorMatchingInlineSnapshot(
    `[NodeError: Expected every beta to be above 0 and below 1, got 1.1155555555555556 at t = 5. linear_openai multiplies betas by 1000 / T: raise num_train_timesteps, or lower beta_end.]`,
  )
  expect(() => noiseSchedule({ name: 'linear', T: 10, betaEnd: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[NodeError: Expected every beta to be above 0 and below 1, got 1.1111555555555557 at t = 5. Set beta_start and beta_end between 0 and 1.]`,
  )
  expect(() => noiseSchedule({ name: 'linear', T: 2.5 })).toThrowErrorMatchingInlineSnapshot(
    `[NodeError: Expected a whole number of timesteps above 0, got 2.5. Set num_train_timesteps to 1000, say.]`,
  )
})
