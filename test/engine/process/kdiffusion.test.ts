// Samplers of k-diffusion and EDM compared with recorded trajectories of an exact denoiser: over σ,
// as recorded, and over a variance-preserving schedule, where x / α must be the same.
import { describe, expect, test } from 'vitest'
import { exactModel } from '../../../src/engine/models/kinds/exact/exact.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { fastOrders } from '../../../src/engine/samplers/dpmSolverPairs.ts'
import { levelsAtRatio } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Transitions } from '../../../src/engine/process/timesteps.ts'
import type { StepOp } from '../../../src/nodes/sampling/defineStep.ts'
import * as steps from '../../../src/nodes/sampling/steps/index.ts'
import { onCpu } from '../../backends.ts'
import { golden } from '../../golden.ts'
import { replayed, stepsAlong } from '../../../scripts/steps.ts'

interface Recorded {
  id: string
  kwargs: Record<string, number | string>
  sigmas: number[]
  x_init: number[]
  /** x before each step; with churn, x after the churn, at `sigma_hat`. */
  trace: { x: number[]; sigma: number; sigma_hat: number }[]
  final: number[]
  noise_in_call_order?: number[][]
}

interface EDMCase {
  id: string
  kwargs: { num_steps: number } & Partial<
    Record<'sigma_min' | 'sigma_max' | 'S_churn' | 'S_min' | 'S_max' | 'S_noise', number>
  >
  /** Initial noise, before multiplication by the first σ. */
  latents: number[]
  final: number[]
  noise_per_step?: number[][]
}

/** Karras et al. 2022, eq. 5, ρ = 7. */
const karras = (u: number, least: number, most: number) =>
  (most ** (1 / 7) + u * (least ** (1 / 7) - most ** (1 / 7))) ** 7

const { cases } = golden<{ cases: Recorded[] }>('kdiffusion')

/** Step node of a case, its params and the number of noise tensors that each step draws. */
interface Made {
  op: StepOp
  params?: Record<string, unknown>
  draws?: number
}

const made: Record<string, Made> = {
  euler: { op: steps.eulerStep },
  euler_ancestral: { op: steps.eulerAncestralStep, draws: 1 },
  euler_churn: { op: steps.eulerChurnStep, draws: 1 },
  euler_exp: { op: steps.eulerStep },
  heun: { op: steps.heunStep },
  heun_vp: { op: steps.heunStep },
  heun_churn: { op: steps.heunStep, draws: 1 },
  dpm_2: { op: steps.kdpm2Step },
  dpm_2_ancestral: { op: steps.kdpm2AncestralStep, draws: 1 },
  lms: { op: steps.lmsStep },
  dpmpp_2s_ancestral: { op: steps.dpmpp2sAncestralStep, draws: 1 },
  dpmpp_sde: { op: steps.dpmppSdeStep, draws: 2 },
  dpmpp_2m: { op: steps.dpmSolverStep },
  dpmpp_2m_polyexp: { op: steps.dpmSolverStep },
  dpmpp_2m_sde_midpoint: { op: steps.dpmpp2mSdeStep, draws: 1 },
  dpmpp_2m_sde_heun: { op: steps.dpmpp2mSdeStep, draws: 1 },
  dpmpp_3m_sde: { op: steps.dpmpp3mSdeStep, draws: 1 },
}

const schedules: Record<string, Schedule> = {
  sigma: { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 },
  vp: { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 },
}

/** Mixture with weights [.3, .7], represented by three equal centres and seven equal centres. */
const mixture = (schedule: Schedule) =>
  exactModel(
    Float32Array.from({ length: 10 }, (_, i) => (i < 3 ? -0.6 : 0.5)),
    { dim: 1, std: 0.15, num_classes: 0, schedule },
    'sample',
  )

const levelsOf = (schedule: Schedule, sigmas: number[]) =>
  levelsAtRatio(schedule, Float64Array.from(sigmas))

function transitionsOf(schedule: Schedule, sigmas: number[]): Transitions {
  const { t } = levelsOf(schedule, sigmas)
  const ratio = Float64Array.from(sigmas)
  return {
    t: t.slice(0, -1),
    tPrev: t.slice(1),
    ratio: ratio.slice(0, -1),
    ratioPrev: ratio.slice(1),
  }
}

const column = (values: readonly number[]) => tf.tensor2d([...values], [values.length, 1])

/** Runs a sampler and returns x / α after each step. */
function along(
  name: keyof typeof schedules,
  { op, params }: Made,
  sigmas: number[],
  xInit: number[],
  noises: (i: number) => number[][],
) {
  const schedule = schedules[name]
  const { alpha } = levelsOf(schedule, sigmas)
  return tf.tidy(() => {
    const way = {
      op,
      params,
      model: mixture(schedule),
      schedule,
      transitions: transitionsOf(schedule, sigmas),
    }
    const frames = stepsAlong(column(xInit).mul(alpha[0]), {
      ...way,
      contextOf: (i) => replayed(noises(i)),
    })
    return frames.map((x, i) => x.div(alpha[i + 1]))
  })
}

/** Returns the maximum difference from recorded frames, relative to the largest absolute value. */
async function farthest(frames: Tensor[], wanted: (number[] | undefined)[]): Promise<number> {
  const size = Math.max(...wanted.flatMap((frame) => frame ?? []).map(Math.abs))
  let most = 0
  for (const [i, frame] of frames.entries()) {
    const found = await frame.data()
    wanted[i]?.forEach((value, k) => (most = Math.max(most, Math.abs(found[k] - value) / size)))
    frame.dispose()
  }
  return most
}

const framesOf = ({ trace, final }: Recorded) => [
  ...trace.slice(1).map(({ x, sigma, sigma_hat }) => (sigma_hat === sigma ? x : undefined)),
  final,
]

const noisesOf =
  ({ noise_in_call_order: noises = [] }: Recorded, { draws = 0 }: Made) =>
  (i: number) =>
    noises.slice(i * draws, (i + 1) * draws)

async function runCase(recorded: Recorded, schedule: keyof typeof schedules) {
  const how = { ...made[recorded.id], params: { ...recorded.kwargs } }
  const frames = along(schedule, how, recorded.sigmas, recorded.x_init, noisesOf(recorded, how))
  return farthest(frames, framesOf(recorded))
}

onCpu(() => {
  describe.each(Object.keys(schedules))('k-diffusion over %s', (schedule) => {
    test.each(cases)('$id', async (recorded) => {
      const gap = await runCase(recorded, schedule)
      expect(gap).toBeLessThanOrEqual(2e-5)
    })
  })

  describe.each(Object.keys(schedules))('the stochastic sampler of EDM over %s', (schedule) => {
    test.each(golden<{ cases: EDMCase[] }>('edmSampler').cases)(
      '$id $kwargs',
      async ({ kwargs, latents, final, noise_per_step }) => {
        const {
          num_steps: n,
          sigma_min = 0.002,
          sigma_max = 80,
          S_churn = 0,
          S_min = 0,
          S_max = 1e6,
          S_noise = 1,
        } = kwargs
        const sigmas = [
          ...Array.from({ length: n }, (_, i) => karras(i / (n - 1), sigma_min, sigma_max)),
          0,
        ]
        const params = { s_churn: S_churn, s_tmin: S_min, s_tmax: S_max, s_noise: S_noise }
        const xInit = latents.map((value) => value * sigmas[0])
        const frames = along(
          schedule,
          { op: steps.heunStep, params },
          sigmas,
          xInit,
          (i) => noise_per_step?.slice(i, i + 1) ?? [],
        )
        const nothing = frames.slice(1).map(() => undefined)
        expect(await farthest(frames, [...nothing, final])).toBeLessThanOrEqual(2e-5)
      },
    )
  })

  test('DPM++ 2M SDE with eta 0 is DPM-Solver++ 2M', async () => {
    const { sigmas, x_init } = cases.find(({ id }) => id === 'dpmpp_2m')!
    const none = () => []
    const ode = along('sigma', { op: steps.dpmSolverStep }, sigmas, x_init, none)
    const wanted = await Promise.all(ode.map(async (frame) => [...(await frame.data())]))
    const sde = along(
      'sigma',
      { op: steps.dpmpp2mSdeStep, params: { eta: 0 } },
      sigmas,
      x_init,
      none,
    )
    expect(await farthest(sde, wanted)).toBeLessThanOrEqual(1e-6)
    tf.dispose(ode)
  })

  test('DPM-Solver-fast uses its full budget of evaluations', () => {
    expect(fastOrders(4, '2')).toEqual([3, 3, 3, 2])
    expect(fastOrders(4, '1')).toEqual([3, 3, 3, 1])
    expect(fastOrders(4, '2, 1')).toEqual([3, 3, 2, 1])
    expect(fastOrders(1, '2, 1')).toEqual([1])
    expect(fastOrders(1, '2')).toEqual([2])
  })

  test('steps from pure noise and to clean data never return NaN', async () => {
    const schedule: Schedule = { kind: 'flow', name: 'flow', T: 1 }
    const transitions: Transitions = {
      t: Float64Array.of(1, 0.6, 0.2),
      tPrev: Float64Array.of(0.6, 0.2, -1),
    }
    const contextOf = (i: number) => ({ random: createRandom(3, [i]), prepared: undefined })
    for (const op of [
      steps.dpmpp2sAncestralStep,
      steps.dpmppSdeStep,
      steps.dpmpp2mSdeStep,
      steps.dpmpp3mSdeStep,
      steps.dpmFastStep,
      steps.heunStep,
    ]) {
      const frames = tf.tidy(() =>
        stepsAlong(column([1, -2]), {
          op,
          schedule,
          model: mixture(schedule),
          transitions,
          contextOf,
        }),
      )
      for (const frame of frames)
        expect(await frame.data(), op.type).toSatisfy((x: Float32Array) => x.every(Number.isFinite))
      tf.dispose(frames)
    }
  })
})
