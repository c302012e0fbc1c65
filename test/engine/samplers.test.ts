// DDPM and DDIM in closed loop against recorded trajectories of diffusers, on every backend.
import { describe, expect, test } from 'vitest'
import type { Levels, ScheduleName } from '../../src/engine/schedule.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { ddimStep } from '../../src/engine/samplers/ddim.ts'
import type { Variance } from '../../src/engine/samplers/ddpm.ts'
import type { Hold } from '../../src/engine/samplers/hold.ts'
import { ddpmStep } from '../../src/engine/samplers/ddpm.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Spacing, Transitions } from '../../src/engine/timesteps.ts'
import { timesteps } from '../../src/engine/timesteps.ts'
import type { PredictionType } from '../../src/engine/values.ts'
import { onEachBackend } from '../backends.ts'
import { golden } from '../golden.ts'

/** A tensor, or of a larger one what is enough to know it by. */
type Recorded = number[] | { abs_sum: number; abs_mean: number; first8: number[] }

interface Case {
  id: string
  config_given: {
    beta_schedule: ScheduleName
    beta_start?: number
    beta_end?: number
    num_train_timesteps?: number
    prediction_type?: PredictionType
    timestep_spacing?: Spacing
    steps_offset?: number
    set_alpha_to_one?: boolean
    variance_type?: Variance | 'fixed_small_log' | 'learned' | 'learned_range'
    clip_sample?: boolean
    clip_sample_range?: number
    thresholding?: boolean
    dynamic_thresholding_ratio?: number
    sample_max_value?: number
    rescale_betas_zero_snr?: boolean
  }
  num_inference_steps: number | null
  set_timesteps_kwargs: { timesteps?: number[] }
  step_kwargs: { eta?: number; use_clipped_model_output?: boolean }
  model: keyof typeof models
  initial: string
  shape: number[]
  max_abs_diff_f32_vs_f64: number
  max_abs_value: number
  timesteps: number[]
  steps: ({ t: number; prev_sample?: number[] } & Partial<Exclude<Recorded, number[]>>)[]
  noise_by_step?: Record<string, number[][]>
  final_f64: Recorded
}

const recorded = golden<{
  inputs: { tensors: { x_a: number[] } }
  DDPM: { cases: Case[] }
  DDIM: { cases: Case[] }
}>('samplers')

/** What the cases predict with; only formulas of x and t. */
const models = {
  dummy: (x: Tensor, t: number) => x.mul(t / (t + 1)),
  tanh: (x: Tensor, t: number) =>
    x
      .mul(0.8)
      .tanh()
      .mul(0.9)
      .add(0.1 * Math.cos(0.01 * t)),
}

/** Why a case is left out, or undefined. */
function leftOut({ config_given: config }: Case): string | undefined {
  if (config.variance_type?.startsWith('learned')) return 'learned variance: no model here has a second output'
  if (config.rescale_betas_zero_snr) return 'zero terminal SNR: no schedule here has it'
  return undefined
}

const scheduleOf = ({ config_given: config }: Case) =>
  noiseSchedule({
    name: config.beta_schedule,
    T: config.num_train_timesteps ?? 1000,
    betaStart: config.beta_start,
    betaEnd: config.beta_end,
  })

/** A list given by hand has the next entry as its t_prev, as in DDPM. */
function transitionsOf(recorded: Case, previous: 'next_in_list' | 'stride'): Transitions {
  const { config_given: config, num_inference_steps: n, set_timesteps_kwargs: given } = recorded
  if (n === null) {
    const t = Float64Array.from(given.timesteps!)
    return { t, tPrev: t.map((_, i) => t[i + 1] ?? -1) }
  }
  const { t, tPrev } = timesteps(scheduleOf(recorded), {
    num_inference_steps: n,
    timestep_spacing: config.timestep_spacing ?? 'leading',
    steps_offset: config.steps_offset,
    previous,
  })
  // set_alpha_to_one: false means that the last step goes to the alpha-bar of t = 0 instead of 1.
  return config.set_alpha_to_one === false ? { t, tPrev: tPrev.map((step) => Math.max(step, 0)) } : { t, tPrev }
}

function holdOf({ config_given: config }: Case): Hold | undefined {
  if (config.thresholding) return { quantile: config.dynamic_thresholding_ratio ?? 0.995, most: config.sample_max_value ?? 1 }
  return config.clip_sample === false ? undefined : { range: config.clip_sample_range ?? 1 }
}

type Step = (x: Tensor, output: Tensor, t: Float64Array, tPrev: Float64Array, noise: Tensor | undefined) => Tensor

function ddpmOf(recorded: Case): Step {
  const { variance_type: type = 'fixed_small', prediction_type: predicts = 'epsilon' } = recorded.config_given
  const schedule = scheduleOf(recorded)
  // The logarithm and back changes nothing.
  const options = { variance: type === 'fixed_large' ? type : 'fixed_small', hold: holdOf(recorded) } as const
  return (x, output, t, tPrev, noise) =>
    ddpmStep(
      x,
      { tensor: output, predicts },
      levelsAt(schedule, { t }),
      levelsAt(schedule, { t: tPrev }),
      noise ?? tf.zerosLike(x),
      options,
    )
}

function ddimOf(recorded: Case): Step {
  const { prediction_type: predicts = 'epsilon' } = recorded.config_given
  const { eta = 0, use_clipped_model_output: rederive = false } = recorded.step_kwargs
  const schedule = scheduleOf(recorded)
  const options = { eta, rederive, hold: holdOf(recorded) }
  return (x, output, t, tPrev, noise) =>
    ddimStep(x, { tensor: output, predicts }, levelsAt(schedule, { t }), levelsAt(schedule, { t: tPrev }), noise, options)
}

const initialOf = ({ initial, shape }: Case): Tensor =>
  initial === 'dummy_sample_deter'
    ? tf.range(0, 768).reshape([3, 8, 8, 4]).div(768).transpose([3, 0, 1, 2])
    : tf.tensor(recorded.inputs.tensors.x_a, shape)

/** x after each step. */
function trajectoryOf(recorded: Case, { t, tPrev }: Transitions, step: Step): Tensor[] {
  return tf.tidy(() => {
    const frames: Tensor[] = []
    let x = initialOf(recorded)
    t.forEach((from, i) => {
      const noise = recorded.noise_by_step?.[i]?.[0]
      const output = models[recorded.model](x, from)
      x = step(x, output, Float64Array.of(from), Float64Array.of(tPrev[i]!), noise && tf.tensor(noise, recorded.shape))
      frames.push(x)
    })
    return frames
  })
}

const farthest = (found: ArrayLike<number>, wanted: number[]) =>
  Math.max(...wanted.map((value, i) => Math.abs(found[i]! - value)))

function expectClose(found: Float32Array, wanted: Recorded, tolerance: number) {
  if (Array.isArray(wanted)) {
    expect(found.length).toBe(wanted.length)
    return expect(farthest(found, wanted)).toBeLessThanOrEqual(tolerance)
  }
  expect(farthest(found, wanted.first8)).toBeLessThanOrEqual(tolerance)
  const absSum = found.reduce((sum, value) => sum + Math.abs(value), 0)
  expect(Math.abs(absSum / found.length - wanted.abs_mean)).toBeLessThanOrEqual(tolerance)
}

const suites = [
  { sampler: 'DDPM', cases: recorded.DDPM.cases, stepOf: ddpmOf, previous: 'next_in_list' },
  { sampler: 'DDIM', cases: recorded.DDIM.cases, stepOf: ddimOf, previous: 'stride' },
] as const

test('only these are left out', () => {
  const all = suites.flatMap(({ cases }) => cases)
  expect(Object.fromEntries(all.filter(leftOut).map((left) => [left.id, leftOut(left)]))).toMatchInlineSnapshot(`
    {
      "DDIMScheduler/021": "zero terminal SNR: no schedule here has it",
      "DDPMScheduler/012": "learned variance: no model here has a second output",
      "DDPMScheduler/013": "learned variance: no model here has a second output",
      "DDPMScheduler/014": "learned variance: no model here has a second output",
      "DDPMScheduler/017": "zero terminal SNR: no schedule here has it",
    }
  `)
})

onEachBackend(() => {
  describe.each(suites)('$sampler', ({ cases, stepOf, previous }) => {
    test.each(cases.filter((each) => !leftOut(each)))('$id', async (recorded) => {
      const transitions = transitionsOf(recorded, previous)
      expect([...transitions.t]).toEqual(recorded.timesteps)
      const tolerance = Math.max(10 * recorded.max_abs_diff_f32_vs_f64, 1e-6 * recorded.max_abs_value)
      const frames = trajectoryOf(recorded, transitions, stepOf(recorded))
      for (const [i, frame] of frames.entries()) {
        const { prev_sample, abs_sum, abs_mean, first8 } = recorded.steps[i]!
        const wanted = prev_sample ?? { abs_sum: abs_sum!, abs_mean: abs_mean!, first8: first8! }
        expectClose((await frame.data()) as Float32Array, wanted, tolerance)
      }
      expectClose((await frames.at(-1)!.data()) as Float32Array, recorded.final_f64, tolerance)
      frames.forEach((frame) => frame.dispose())
    })
  })

  test('clipping does not make numbers of what is none', async () => {
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    const [x, noise] = [tf.zeros([1, 9]), tf.zeros([1, 9])]
    const output = tf.tensor2d([NaN, 5, -5, NaN, NaN, NaN, NaN, NaN, NaN], [1, 9]) // so many: rows of four and more have a way of their own
    const prediction = { tensor: output, predicts: 'sample' as const }
    const [from, to] = [500, -1].map((t) => levelsAt(schedule, { t: Float64Array.of(t) })) as [Levels, Levels]
    const steps = tf.tidy(() => [
      ddimStep(x, prediction, from, to, undefined, { eta: 0, hold: { range: 1 }, rederive: true }),
      ddpmStep(x, prediction, from, to, noise, { variance: 'fixed_small', hold: { range: 1 } }),
    ])
    for (const step of steps) expect([...(await step.data())].map(Math.round)).toEqual([NaN, 1, -1, NaN, NaN, NaN, NaN, NaN, NaN])
    tf.dispose([x, noise, output, ...steps])
  })
})
