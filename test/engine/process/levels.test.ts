// Noise levels by curves and by sections, compared with recorded lists.
import { describe, expect, test } from 'vitest'
import { inverseRegularizedBeta, regularizedBeta } from '../../../src/engine/base/betaFunction.ts'
import { posteriorCoefficients } from '../../../src/engine/process/posterior.ts'
import { respacedTimesteps } from '../../../src/engine/process/respacing.ts'
import type {
  FlowSchedule,
  SigmaSchedule,
  VPSchedule,
} from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule, getRatios } from '../../../src/engine/process/schedule.ts'
import { shiftLevel, spaceSigmas, stretchLevels } from '../../../src/engine/process/sigmas.ts'
import type { TimestepsConfig, Transitions } from '../../../src/engine/process/timesteps.ts'
import { timesteps } from '../../../src/engine/process/timesteps.ts'
import { golden } from '../../golden.ts'
import type { SchedulerCase, SchedulerConfig } from '../../schedulers.ts'
import { deriveTransitions } from '../../schedulers.ts'

const recorded = golden<{
  sigmas: {
    scheduler: string
    config: SchedulerConfig
    num_inference_steps: number
    timesteps: number[]
    sigmas: number[]
  }[]
  space_timesteps: { T: number; spec: string; result: number[] }[]
  spaced_betas: { T: number; spec: string; timestep_map: number[]; betas_f64: number[] }[]
  sigma_constructors: Record<string, number[]>
  inverse_beta: { a: number; b: number; p: number; x: number }[]
}>('levels')

const near = (found: ArrayLike<number>, wanted: number[], relative: number) => {
  expect(found.length).toBe(wanted.length)
  wanted.forEach((value, i) =>
    expect(Math.abs(found[i] - value), `${i}`).toBeLessThanOrEqual(relative * Math.abs(value)),
  )
}

const vp: VPSchedule = { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 }
const flow: FlowSchedule = { kind: 'flow', name: 'flow', T: 1 }
const edm: SigmaSchedule = { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 }
const cosine = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })

const steps = (list: Transitions) => Array.from(list.t, (t, i) => [t, list.tPrev[i]])

describe('the incomplete beta function', () => {
  test.each(recorded.inverse_beta)(
    'inverse at $p of ($a, $b) is that of SciPy',
    ({ a, b, p, x }) => {
      near([inverseRegularizedBeta(p, a, b)], [x], 1e-12)
      near([regularizedBeta(x, a, b)], [p], 1e-12)
    },
  )

  test('is exact at both ends', () => {
    expect([0, 1].map((p) => inverseRegularizedBeta(p, 0.6, 0.6))).toEqual([0, 1])
    expect([-1, 0, 1, 2].map((x) => regularizedBeta(x, 0.6, 0.6))).toEqual([0, 0, 1, 1])
  })
})

describe('curves of k-diffusion, in float64', () => {
  const { karras_8, exponential_10, vp_8, polyexp_8_rho0_7 } = recorded.sigma_constructors
  const range = { min: 0.02, max: 20 }
  const listed = (n: number, curve: 'karras' | 'exponential' | 'polyexponential', rho?: number) => [
    ...spaceSigmas(curve, n, range, rho),
    0,
  ]

  test('karras, exponential, polyexponential', () => {
    near(listed(8, 'karras'), karras_8, 1e-13)
    near([...spaceSigmas('exponential', 10, range)], exponential_10.slice(0, 10), 1e-13)
    near([...spaceSigmas('polyexponential', 8, range, 0.7)], polyexp_8_rho0_7.slice(0, 8), 1e-13)
  })

  test('the continuous limit of betas, uniform in t', () => {
    const { t, tPrev } = timesteps(vp, { num_inference_steps: 8, timestep_spacing: 'linspace' })
    near(getRatios(levelsAt(vp, { t: Float64Array.of(...t, tPrev.at(-1)!) })), vp_8, 1e-12)
  })
})

test.each(recorded.sigmas)(
  '$scheduler of diffusers, $config, $num_inference_steps steps',
  (one) => {
    const { scheduler, config, num_inference_steps, sigmas } = one
    const asCase = {
      id: `${scheduler}/0`,
      config_given: config,
      num_inference_steps,
      set_timesteps_kwargs: {},
      float32: true,
    } as unknown as SchedulerCase
    const { schedule, transitions } = deriveTransitions(asCase)
    near(transitions.t, one.timesteps, 2e-6)
    const { t, tPrev, ratio, ratioPrev } = transitions
    const last = levelsAt(schedule, {
      t: tPrev.slice(-1),
      ...(ratioPrev && { ratio: ratioPrev.slice(-1) }),
    })
    near(
      [...getRatios(levelsAt(schedule, { t, ...(ratio && { ratio }) })), ...getRatios(last)],
      sigmas,
      2e-6,
    )
  },
)

describe('respacing of guided-diffusion', () => {
  test.each(recorded.space_timesteps)('"$spec" of $T', ({ T, spec, result }) => {
    expect(respacedTimesteps(T, spec)).toEqual(result)
  })

  test.each(recorded.spaced_betas)(
    'betas between the timesteps of "$spec"',
    ({ T, spec, timestep_map, betas_f64 }) => {
      const schedule = noiseSchedule({ name: 'linear_openai', T })
      const config: TimestepsConfig = {
        num_inference_steps: 1,
        timestep_spacing: 'leading',
        timestep_respacing: spec,
      }
      const { t, tPrev } = timesteps(schedule, config)
      expect([...t].reverse()).toEqual(timestep_map)
      const { added } = posteriorCoefficients(
        levelsAt(schedule, { t }),
        levelsAt(schedule, { t: tPrev }),
      )
      near([...added].reverse(), betas_f64, 1e-12)
    },
  )

  test.each(['', 'ten', 'ddim', '10,,20', '0', '1001', 'ddim300', '600,10'])(
    '"%s" is refused',
    (spec) => {
      expect(() => respacedTimesteps(1000, spec)).toThrow(
        /^Expected (a number of|at most \d+) timesteps/,
      )
    },
  )
})

describe('sampled levels', () => {
  const listed = (schedule: Parameters<typeof timesteps>[0], config: Partial<TimestepsConfig>) =>
    timesteps(schedule, { num_inference_steps: 4, timestep_spacing: 'leading', ...config })

  test('of a flow are uniform in t for all spacings except linspace; a shift moves them towards noise', () => {
    expect(steps(listed(flow, {}))).toEqual([
      [1, 0.75],
      [0.75, 0.5],
      [0.5, 0.25],
      [0.25, -1],
    ])
    expect(listed(flow, { timestep_spacing: 'trailing' })).toEqual(listed(flow, {}))
    near(listed(flow, { timestep_spacing: 'linspace' }).t, [1, 0.667, 0.334, 0.001], 1e-12)
    near(listed(flow, { shift: 3 }).t, [1, 0.9, 0.75, 0.5], 1e-12)
    near(listed(flow, { shift: 3, shift_terminal: 0.2 }).t, [1, 0.84, 0.6, 0.2], 1e-12)
    expect(steps(listed(flow, { end: 'smallest' })).at(-1)).toEqual([0.25, 0.001])
  })

  test('a shift multiplies s / (1 - s)', () => {
    for (const s of [0, 0.1, 0.5, 1])
      near([shiftLevel(s, 3) * (1 - s)], [3 * s * (1 - shiftLevel(s, 3))], 1e-12)
    expect(stretchLevels([1, 1], 0.5)).toEqual([1, 1])
  })

  test('of a sigma schedule are karras by default', () => {
    expect(listed(edm, {})).toEqual(listed(edm, { sigmas: 'karras', rho: 7 }))
    const { t, tPrev } = listed(edm, { sigmas: 'exponential', end: 'smallest' })
    near(t, [80, 80 * 40000 ** (-1 / 3), 80 * 40000 ** (-2 / 3)], 1e-12)
    expect(tPrev.at(-1)).toBeCloseTo(0.002, 12)
  })

  test('of a table by a curve are between timesteps; the model gets whole or fractional timesteps', () => {
    const [whole, exact] = [true, false].map((quantize) =>
      listed(cosine, { sigmas: 'karras', sigma_max: 50, quantize }),
    )
    expect(whole.ratio).toEqual(exact.ratio)
    expect([...whole.t]).toEqual([...exact.t].map(Math.round))
    expect(whole.ratio![0]).toBeCloseTo(50, 10)
    expect([...whole.ratioPrev!]).toEqual([...whole.ratio!.slice(1), 0])
    const { t, tPrev, ratioPrev } = listed(cosine, { sigmas: 'karras', end: 'smallest' })
    expect([t.length, tPrev.at(-1), ratioPrev!.at(-1)]).toEqual([3, 0, whole.ratio!.at(-1)])
  })

  test('count: intervals starts no step at the smallest level', () => {
    expect(steps(listed(cosine, { timestep_spacing: 'linspace', count: 'intervals' }))).toEqual([
      [999, 749],
      [749, 500],
      [500, 250],
      [250, -1],
    ])
    expect(
      steps(
        listed(cosine, { timestep_spacing: 'linspace', count: 'intervals', end: 'smallest' }),
      ).at(-1),
    ).toEqual([250, 0])
    expect([...listed(cosine, { count: 'intervals' }).t]).toEqual([800, 600, 400, 200])
    near(
      listed(edm, { count: 'intervals' }).t,
      spaceSigmas('karras', 5, { min: 0.002, max: 80 }).slice(0, 4),
      1e-12,
    )
  })

  test('lcm selects steps of the distilled solver', () => {
    expect([...listed(cosine, { timestep_spacing: 'lcm' }).t]).toEqual([999, 759, 499, 259])
    expect([...listed(cosine, { timestep_spacing: 'lcm', original_inference_steps: 4 }).t]).toEqual(
      [999, 749, 499, 249],
    )
  })

  test('lambda_min_clipped omits timesteps with almost no signal', () => {
    const { t } = listed(cosine, { timestep_spacing: 'trailing', lambda_min_clipped: -5.1 })
    expect(t[0]).toBe(995)
  })

  test('a single step starts at noise', () => {
    for (const sigmas of [
      'schedule',
      'karras',
      'exponential',
      'polyexponential',
      'beta',
    ] as const) {
      expect(steps(listed(edm, { num_inference_steps: 1, sigmas }))[0][0]).toBeCloseTo(80, 10)
      expect(steps(listed(flow, { num_inference_steps: 1, sigmas }))).toEqual([[1, -1]])
    }
  })

  const zeroSnr = noiseSchedule({ name: 'linear', T: 1000, rescaleBetasZeroSnr: true })

  test.each<[string, Parameters<typeof timesteps>[0], Partial<TimestepsConfig>, RegExp]>([
    [
      'no signal at the end',
      zeroSnr,
      { sigmas: 'karras' },
      /^Expected a finite σ to start from, got infinity/,
    ],
    [
      'shift of betas',
      cosine,
      { shift: 3 },
      /^Expected a flow to shift, got the schedule "squared/,
    ],
    ['shift_terminal of betas', cosine, { shift_terminal: 0.1 }, /^Expected a flow to shift/],
    ['shift of nothing', flow, { shift: 0 }, /^Expected shift above 0/],
    [
      'ends exchanged',
      edm,
      { sigma_min: 3, sigma_max: 2 },
      /^Expected 0 < σ_min ≤ σ_max, got 3 and 2/,
    ],
    ['beyond a flow', flow, { sigma_max: 2 }, /^Expected σ_max of at most 1/],
    [
      'no steps',
      flow,
      { num_inference_steps: 0 },
      /^Expected num_inference_steps to be a positive integer, got 0/,
    ],
    [
      'more steps than lcm has',
      cosine,
      { timestep_spacing: 'lcm', num_inference_steps: 51 },
      /to be at most 50/,
    ],
    [
      'more original steps than timesteps',
      cosine,
      { timestep_spacing: 'lcm', original_inference_steps: 2000 },
      /^Expected original_inference_steps to be at most 1000/,
    ],
    [
      'stride without timesteps',
      flow,
      { previous: 'stride' },
      /^Expected a schedule with discrete timesteps/,
    ],
  ])('%s is refused', (_, schedule, config, message) => {
    expect(() => listed(schedule, config)).toThrow(message)
  })
})
