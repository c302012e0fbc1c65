// Densities of timesteps: comparison with k-diffusion and diffusers, and location of their mass.
import { describe, expect, test } from 'vitest'
import type { DensityName, DensityParams } from '../../../src/engine/process/densities.ts'
import {
  densityNames,
  normalQuantile,
  ratioDensities,
  shareDensities,
  stratify,
  timesAtQuantiles,
} from '../../../src/engine/process/densities.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { golden } from '../../golden.ts'

interface Recorded {
  densities: { fn: string; kwargs: Record<string, number>; u: number[]; sigma: number[] }[]
  sd3: {
    u: number[]
    mode_scale: number
    mode: number[]
    logit_normal_of_z: { z: number[]; mean: number; std: number; t: number[] }
    cosmap_weight: number[]
  }
}
const { densities, sd3 } = golden<Recorded>('densities')

const defaults: DensityParams = {
  mean: -1.2,
  std: 1.2,
  std_1: 0.5,
  std_2: 2,
  loc: 0,
  scale: 1,
  sigma_min: 0.002,
  sigma_max: 80,
  sigma_data: 0.5,
  image_d: 64,
  noise_d_low: 16,
  noise_d_high: 64,
  logit_mean: 0.3,
  logit_std: 0.8,
  mode_scale: 1.29,
}

/** The names of k-diffusion, whose normal has float32 params. */
const ours: Record<string, { name: keyof typeof ratioDensities; falls?: true }> = {
  rand_log_normal: { name: 'lognormal' },
  rand_log_logistic: { name: 'loglogistic' },
  rand_log_uniform: { name: 'loguniform' },
  rand_v_diffusion: { name: 'v_diffusion' },
  rand_cosine_interpolated: { name: 'cosine_interpolated', falls: true },
}

const paramsOf = ({ fn, kwargs }: Recorded['densities'][number]): DensityParams => {
  const { loc, scale, min_value, max_value, ...rest } = kwargs
  const named =
    fn === 'rand_log_normal'
      ? { mean: Math.fround(loc), std: Math.fround(scale) }
      : { loc: loc ?? 0, scale: scale ?? 1 }
  return {
    ...defaults,
    ...named,
    ...rest,
    sigma_min: min_value ?? 0.002,
    sigma_max: max_value ?? 80,
  }
}

test("the normal quantile matches Python's standard library to the last digits", () => {
  const known: [p: number, z: number][] = [
    [0.5, 0],
    [0.3, -0.5244005127080407],
    [0.02, -2.0537489106318225],
    [1e-10, -6.361340902404056],
    [0.999, 3.090232306167813],
  ]
  for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 13)
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity])
})

describe('densities of σ', () => {
  test.each(densities)('match k-diffusion: $fn $kwargs', (recorded) => {
    const { name, falls } = ours[recorded.fn]
    const quantile = ratioDensities[name](paramsOf(recorded))
    // The recorded normal quantile keeps u away from 0 and 1, where it is infinite.
    const drawn = (u: number) => (falls ? 1 - u : name === 'lognormal' ? u * (1 - 2e-7) + 1e-7 : u)
    recorded.u.forEach((u, i) => expect(quantile(drawn(u)) / recorded.sigma[i]).toBeCloseTo(1, 11))
  })

  test('split_lognormal has its mode at exp(mean), a fraction std_1 / (std_1 + std_2) below it, and is lognormal for equal widths', () => {
    const { mean, std, std_1, std_2 } = defaults
    const quantile = ratioDensities.split_lognormal(defaults)
    expect(Math.log(quantile(std_1 / (std_1 + std_2)))).toBeCloseTo(mean, 12)
    // The density is continuous at the mode: the quantile function has equal slopes on both sides.
    const slope = (from: number) =>
      (Math.log(quantile(from + 1e-5)) - Math.log(quantile(from))) / 1e-5
    expect(slope(0.2 - 1e-5) / slope(0.2)).toBeCloseTo(1, 4)
    const equal = ratioDensities.split_lognormal({ ...defaults, std_1: std, std_2: std })
    for (const u of [0.01, 0.4, 0.9])
      expect(equal(u) / ratioDensities.lognormal(defaults)(u)).toBeCloseTo(1, 12)
  })
})

describe('densities of the position s', () => {
  test('mode and logit_normal match SD3', () => {
    const { u, mode, mode_scale, logit_normal_of_z: normal } = sd3
    // u is reversed in SD3.
    u.forEach((value, i) =>
      expect(shareDensities.mode({ ...defaults, mode_scale })(1 - value)).toBeCloseTo(mode[i], 12),
    )
    const [logit_mean, logit_std] = [normal.mean, normal.std]
    // Finds u with Φ(z) = u by bisection.
    normal.z.forEach((z, i) => {
      let [low, high] = [0, 1]
      for (let step = 0; step < 60; step++) {
        const middle = (low + high) / 2
        if (normalQuantile(middle) < z) low = middle
        else high = middle
      }
      expect(shareDensities.logit_normal({ ...defaults, logit_mean, logit_std })(low)).toBeCloseTo(
        normal.t[i],
        12,
      )
    })
  })

  test('cosmap has the density that SD3 uses as a weight', () => {
    const quantile = shareDensities.cosmap()
    const inverse = (s: number) => (2 / Math.PI) * Math.atan(s / (1 - s))
    sd3.u.forEach((s, i) => {
      expect(quantile(inverse(s))).toBeCloseTo(s, 12)
      expect((inverse(s + 1e-6) - inverse(s - 1e-6)) / 2e-6).toBeCloseTo(sd3.cosmap_weight[i], 6)
    })
  })
})

const schedules: Schedule[] = [
  noiseSchedule({ name: 'linear', T: 1000 }),
  { kind: 'flow', name: 'flow', T: 1 },
  { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 },
  { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 },
]

describe.each(schedules)('times of $name', (schedule) => {
  const u = Float64Array.from({ length: 999 }, (_, i) => (i + 0.5) / 999)

  test.each(densityNames)('%s increases with u and stays within the schedule', (name) => {
    const t = timesAtQuantiles(schedule, name, defaults, u)
    expect(t.every((time) => Number.isFinite(time) && time >= 0)).toBe(true)
    expect(t).toEqual(t.toSorted())
    expect(t[0]).toBeLessThan(t.at(-1)!)
    if (schedule.kind === 'table')
      expect(t.every((time) => Number.isInteger(time) && time < schedule.T)).toBe(true)
    else if (schedule.kind !== 'sigma') expect(t.at(-1)).toBeLessThanOrEqual(schedule.T)
  })
})

describe('densities on other kinds of schedules', () => {
  const [table, flow, sigma] = schedules as [Schedule & { kind: 'table' }, Schedule, Schedule]
  const at = (schedule: Schedule, name: DensityName, ...u: number[]) => [
    ...timesAtQuantiles(schedule, name, defaults, Float64Array.from(u)),
  ]

  test('σ / α selects the nearest timestep of a table', () => {
    const ratio = (t: number) => Math.sqrt(1 / table.alphaBar[t] - 1)
    for (const u of [0.3, 0.5, 0.9]) {
      const [t] = at(table, 'lognormal', u)
      const wanted = Math.log(ratioDensities.lognormal(defaults)(u))
      const off = (step: number) => Math.abs(Math.log(ratio(step)) - wanted)
      expect(off(t)).toBeLessThanOrEqual(Math.min(off(t - 1), off(t + 1)))
    }
    // Far below the lowest and far above the highest noise level.
    expect(at(table, 'lognormal', 1e-7, 1 - 1e-7)).toEqual([0, expect.any(Number)])
    expect(at(table, 'loguniform', 1e-6)).toEqual([0])
    expect(
      timesAtQuantiles(table, 'lognormal', { ...defaults, mean: 20 }, Float64Array.of(0.5)),
    ).toEqual(Float64Array.of(999))
  })

  test('gives the same σ in a flow and in a schedule whose time is σ', () => {
    for (const name of ['lognormal', 'logit_normal', 'cosmap'] as const) {
      const [[s], [time]] = [at(flow, name, 0.7), at(sigma, name, 0.7)]
      expect(s / (1 - s) / time).toBeCloseTo(1, 12)
    }
  })

  test('uniform covers every schedule completely', () => {
    expect(at(table, 'uniform', 0, 0.5, 1 - 1e-9)).toEqual([0, 500, 999])
    expect(at(flow, 'uniform', 0.25)).toEqual([0.25])
    expect(at(sigma, 'uniform', 0, 0.5)).toEqual([0.002, expect.closeTo(40.001, 12)])
  })

  test('rejects an empty range', () => {
    const wrong = { ...defaults, sigma_min: 80, sigma_max: 0.002 }
    expect(() => timesAtQuantiles(table, 'loguniform', wrong, Float64Array.of(0.5))).toThrow(
      'Expected 0 < σ_min < σ_max, got 80 and 0.002.',
    )
  })
})

test('stratified draws have one number in each interval', () => {
  const u = stratify(Float64Array.from(createRandom(3).uniform(64)))
  u.forEach((value, i) => expect(Math.floor(value * 64)).toBe(i))
})
