// Noise schedules: comparison with recorded tables, and general properties.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flowSchedule, sigmaSchedule, vpSchedule } from '../../../src/engine/process/continuous.ts'
import { posteriorCoefficients } from '../../../src/engine/process/posterior.ts'
import type { ScheduleConfig, ScheduleName } from '../../../src/engine/process/schedule.ts'
import {
  alphaBarAt,
  levelsAt,
  levelsAtRatio,
  noiseSchedule,
  getRatios,
  scheduleNames,
} from '../../../src/engine/process/schedule.ts'
import { golden } from '../../golden.ts'

interface Case {
  id: string
  num_train_timesteps: number
  config?: {
    beta_schedule: ScheduleName
    beta_start?: number
    beta_end?: number
    rescale_betas_zero_snr?: boolean
  }
  index: number[]
  betas_f64: number[]
  alphas_cumprod_f64: number[]
  sum_betas_f64?: number
  sum_alphas_cumprod_f64?: number
  posterior_variance_f64?: number[]
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

const { cases: plain, lucidrains } = golden<{ cases: Case[]; lucidrains: Lucidrains[] }>(
  'schedules',
)
const cases = [...plain, ...golden<{ cases: Case[] }>('zeroSnr').cases]

/** linear of guided-diffusion is scaled by 1000 / T; its cosine is that of diffusers. */
const unnamed: Record<string, ScheduleName> = {
  alpha_bar_exp: 'exp',
  alpha_bar_laplace: 'laplace',
  openai_linear: 'linear_openai',
  openai_cosine: 'squaredcos_cap_v2',
}
const configOf = ({ id, num_train_timesteps: T, config }: Case): ScheduleConfig =>
  config
    ? {
        name: config.beta_schedule,
        T,
        betaStart: config.beta_start,
        betaEnd: config.beta_end,
        rescaleBetasZeroSnr: config.rescale_betas_zero_snr,
      }
    : { name: unnamed[id.replace(/_T\d+$/, '')], T }

const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)

/** 1 - f(t+1) / f(t) of a cosine loses precision at the start in any order of operations. */
const closeTo = (found: number, wanted: number, tolerance = 1e-11 * Math.abs(wanted) + 1e-15) =>
  expect(Math.abs(found - wanted)).toBeLessThanOrEqual(tolerance)

/** Schedules without a record. Their betas are listed below. */
const ofFormulas = ['const', 'jsd', 'sqrt', 'warmup10', 'warmup50']

test('every schedule name has a recorded case', () => {
  const names = new Set([...cases.map((c) => configOf(c).name), 'sigmoid_alpha_bar', ...ofFormulas])
  expect([...names].sort()).toEqual([...scheduleNames].sort())
})

describe.each(cases)('$id', (recorded) => {
  const schedule = noiseSchedule(configOf(recorded))

  test('betas and alpha-bars', () => {
    recorded.index.forEach((t, i) => {
      closeTo(schedule.betas[t], recorded.betas_f64[i])
      closeTo(schedule.alphaBar[t], recorded.alphas_cumprod_f64[i])
    })
    if (recorded.sum_betas_f64 === undefined) return
    closeTo(sum(schedule.betas), recorded.sum_betas_f64)
    closeTo(sum(schedule.alphaBar), recorded.sum_alphas_cumprod_f64!)
  })
})

test.each(cases.filter((recorded) => recorded.posterior_variance_f64))(
  '$id: posterior',
  (recorded) => {
    const schedule = noiseSchedule(configOf(recorded))
    const t = Float64Array.from(recorded.index)
    const found = posteriorCoefficients(
      levelsAt(schedule, { t }),
      levelsAt(schedule, { t: t.map((step) => step - 1) }),
    )
    recorded.index.forEach((step, i) => {
      // diffusers clamps the variance to 1e-20; at t = 0 it is 0.
      closeTo(found.variance[i], step === 0 ? 0 : recorded.posterior_variance_f64![i])
      if (!recorded.posterior_mean_coef1_f64) return
      closeTo(found.fromX0[i], recorded.posterior_mean_coef1_f64[i])
      closeTo(found.fromXt[i], recorded.posterior_mean_coef2_f64![i])
    })
  },
)

const ofLucidrains: Record<string, ScheduleName> = {
  linear_beta_schedule: 'linear_openai',
  cosine_beta_schedule: 'squaredcos_cap_v2',
  sigmoid_beta_schedule: 'sigmoid_alpha_bar',
}

test.each(lucidrains)('$fn of lucidrains, T = $T', ({ fn, T, index, betas, alphas_cumprod }) => {
  const schedule = noiseSchedule({ name: ofLucidrains[fn], T })
  // It evaluates the sigmoid at both ends in float32, which shifts alpha-bar by up to 1e-7.
  const shift = fn.startsWith('sigmoid') ? 1e-7 : 1e-12
  index.forEach((t, i) => {
    closeTo(schedule.alphaBar[t], alphas_cumprod[i], shift)
    closeTo(schedule.betas[t], betas[i], shift / alphaBarAt(schedule, t - 1))
  })
})

test('older beta schedules of DDPM', () => {
  const betas = (name: ScheduleName) => [
    ...noiseSchedule({ name, T: 10, betaStart: 0.1, betaEnd: 0.4 }).betas,
  ]
  const found = (name: ScheduleName) => betas(name).map((beta) => Number(beta.toFixed(6)))
  expect(found('const')).toEqual(Array(10).fill(0.4))
  expect(found('warmup10')).toEqual([0.1, ...Array(9).fill(0.4)])
  expect(found('warmup50')).toEqual([0.1, 0.175, 0.25, 0.325, ...Array(6).fill(0.4)])
  expect(found('sqrt').map((root) => Number((root ** 2).toFixed(5)))).toEqual(
    Array.from({ length: 10 }, (_, i) => Number((0.1 + i / 30).toFixed(5))),
  )
  expect(found('jsd')).toEqual(
    Array.from({ length: 10 }, (_, i) => Number((1 / (10 - i)).toFixed(6))),
  )
  const { alphaBar } = noiseSchedule({ name: 'jsd', T: 10 })
  alphaBar.forEach((signal, t) => expect(signal).toBeCloseTo(0.9 - t / 10, 12))
})

test('the signal of every schedule decreases', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...scheduleNames),
      fc.integer({ min: 21, max: 3000 }),
      (name, T) => {
        const { alphaBar } = noiseSchedule({ name, T })
        return (
          alphaBar.length === T &&
          alphaBar.every((a, t) => (a > 0 || t === T - 1) && a < (t === 0 ? 1 : alphaBar[t - 1]))
        )
      },
    ),
    { numRuns: 50 },
  )
})

test('zero terminal SNR removes the last signal and keeps the first', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...scheduleNames),
      fc.integer({ min: 21, max: 2000 }),
      (name, T) => {
        const [plain, rescaled] = [false, true].map((rescaleBetasZeroSnr) =>
          noiseSchedule({ name, T, rescaleBetasZeroSnr }),
        )
        expect(rescaled.alphaBar[T - 1]).toBe(0)
        expect(rescaled.alphaBar[0]).toBeCloseTo(plain.alphaBar[0], 12)
        expect(
          rescaled.alphaBar.every(Number.isFinite) &&
            rescaled.betas.every((beta) => beta > 0 && beta <= 1),
        ).toBe(true)
      },
    ),
    { numRuns: 30 },
  )
  expect(() => noiseSchedule({ name: 'linear', T: 1, rescaleBetasZeroSnr: true })).toThrow(
    /^Expected at least two timesteps/,
  )
})

describe('continuous time', () => {
  const all = [flowSchedule(), sigmaSchedule(), vpSchedule()]
  test.each(all)(
    '$name: from clean data on, the ratio only grows, and its time is found again',
    (schedule) => {
      const top = schedule.kind === 'sigma' ? schedule.sigmaMax : schedule.T
      const t = Float64Array.from({ length: 50 }, (_, i) => (top * i) / 50)
      const levels = levelsAt(schedule, { t })
      const ratio = getRatios(levels)
      expect([levels.alpha[0], levels.sigma[0]]).toEqual([1, 0])
      expect(ratio.every((value, i) => i === 0 || value > ratio[i - 1])).toBe(true)
      levelsAtRatio(schedule, ratio.slice(1)).t.forEach((found, i) =>
        expect(found).toBeCloseTo(t[i + 1], 8),
      )
      if (schedule.kind === 'vp')
        levels.alpha.forEach((a, i) => expect(a ** 2 + levels.sigma[i] ** 2).toBeCloseTo(1, 12))
      if (schedule.kind === 'flow')
        levels.alpha.forEach((a, i) => expect(a + levels.sigma[i]).toBeCloseTo(1, 12))
    },
  )

  test('vp is the limit of linear_openai', () => {
    const T = 20_000
    const table = noiseSchedule({ name: 'linear_openai', T })
    const vp = vpSchedule({ T })
    for (const t of [1000, 10_000, 15_000])
      expect(alphaBarAt(vp, t + 1) / table.alphaBar[t]).toBeCloseTo(1, 2)
  })

  test('rejects invalid schedules', () => {
    expect(() => flowSchedule(0)).toThrow(/^Expected T to be positive and finite, got 0/)
    expect(() => sigmaSchedule({ sigmaMin: 2, sigmaMax: 1 })).toThrow(
      /^Expected 0 < σ_min < σ_max, got 2 and 1/,
    )
    expect(() => vpSchedule({ betaD: 0 })).toThrow(/^Expected β_min of at least 0 and β_d above 0/)
    expect(() => vpSchedule({ T: NaN })).toThrow(/^Expected T to be positive and finite/)
  })
})

test('with 50 timesteps linear ends far from noise, linear_openai at noise', () => {
  expect(noiseSchedule({ name: 'linear', T: 50 }).alphaBar[49]).toBeCloseTo(0.6, 2)
  expect(noiseSchedule({ name: 'linear_openai', T: 50 }).alphaBar[49]).toBeLessThan(1e-4)
})

test('t = -1 is clean data; rejects other invalid timesteps', () => {
  const schedule = noiseSchedule({ name: 'linear', T: 10 })
  expect(alphaBarAt(schedule, -1)).toBe(1)
  expect(alphaBarAt(schedule, 9)).toBe(schedule.alphaBar[9])
  for (const t of [10, 9.5, -2, -0.5, NaN])
    expect(() => alphaBarAt(schedule, t)).toThrow(/^Expected a timestep of the schedule/)
  expect(() => alphaBarAt(schedule, 12)).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected a timestep of the schedule, from 0 to 9 (or -1 for clean data), got 12.]`,
  )
})

test('rejects invalid schedules', () => {
  expect(() => noiseSchedule({ name: 'linear_openai', T: 10 })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected every β to be above 0 and below 1, got 1.1155555555555556 at t = 5: linear_openai multiplies them by 1000 / T.]`,
  )
  expect(() =>
    noiseSchedule({ name: 'linear', T: 10, betaEnd: 2 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected every β to be above 0 and below 1, got 1.1111555555555557 at t = 5.]`,
  )
  expect(() => noiseSchedule({ name: 'linear', T: 2.5 })).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected T to be a positive integer, got 2.5.]`,
  )
})
