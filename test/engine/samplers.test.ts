// DDPM and DDIM in closed loop against recorded trajectories of diffusers, on every backend.
import { describe, expect, test } from 'vitest'
import type { Levels } from '../../src/engine/schedule.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { ddimStep } from '../../src/engine/samplers/ddim.ts'
import type { Variance } from '../../src/engine/samplers/ddpm.ts'
import type { Hold } from '../../src/engine/samplers/hold.ts'
import { ddpmStep } from '../../src/engine/samplers/ddpm.ts'
import type { Tensor } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Transitions } from '../../src/engine/timesteps.ts'
import { timesteps } from '../../src/engine/timesteps.ts'
import type { Prediction, VarianceKind } from '../../src/engine/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import type { SchedulerCase } from '../schedulers.ts'
import { casesOf, expectTrajectory, initialOf, models, noisesOf } from '../schedulers.ts'

type Case = SchedulerCase

/** Why a case is left out, or undefined. */
function leftOut({ config_given: config }: Case): string | undefined {
  if (config.rescale_betas_zero_snr) return 'zero terminal SNR: no schedule here has it'
  return undefined
}

const scheduleOf = ({ config_given: config }: Case) =>
  noiseSchedule({
    name: config.beta_schedule ?? 'linear',
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
  const { variance_type, prediction_type: predicts = 'epsilon' } = recorded.config_given
  const schedule = scheduleOf(recorded)
  const kind = variance_type === 'learned' || variance_type === 'learned_range' ? variance_type : undefined
  // fixed_small_log: the logarithm and back changes nothing.
  const variance: Variance = kind ? 'learned' : variance_type === 'fixed_large' ? 'fixed_large' : 'fixed_small'
  const options = { variance, hold: holdOf(recorded) }
  return (x, output, t, tPrev, noise) =>
    ddpmStep(
      x,
      { predicts, ...(kind ? halvesOf(output, kind) : { tensor: output }) },
      levelsAt(schedule, { t }),
      levelsAt(schedule, { t: tPrev }),
      noise ?? tf.zerosLike(x),
      options,
    )
}

/** Channels first, as recorded. What diffusers calls learned is the variance itself; here, as in the paper, its logarithm. */
function halvesOf(output: Tensor, kind: VarianceKind): Pick<Prediction, 'tensor' | 'variance'> {
  const [tensor, said] = tf.split(output, 2, 1) as [Tensor, Tensor]
  return { tensor, variance: { tensor: kind === 'learned' ? said.log() : said, kind } }
}

function ddimOf(recorded: Case): Step {
  const { prediction_type: predicts = 'epsilon' } = recorded.config_given
  const { eta = 0, use_clipped_model_output: rederive = false } = recorded.step_kwargs
  const schedule = scheduleOf(recorded)
  const options = { eta, rederive, hold: holdOf(recorded) }
  return (x, output, t, tPrev, noise) =>
    ddimStep(x, { tensor: output, predicts }, levelsAt(schedule, { t }), levelsAt(schedule, { t: tPrev }), noise, options)
}

/** x after each step. */
function trajectoryOf(recorded: Case, { t, tPrev }: Transitions, step: Step): Tensor[] {
  return tf.tidy(() => {
    const frames: Tensor[] = []
    let x = initialOf(recorded)
    t.forEach((from, i) => {
      const [noise] = noisesOf(recorded, i)
      const output = models[recorded.model](x, from)
      x = step(x, output, Float64Array.of(from), Float64Array.of(tPrev[i]!), noise)
      frames.push(x)
    })
    return frames
  })
}

const suites = [
  { sampler: 'DDPM', cases: casesOf('DDPMScheduler'), stepOf: ddpmOf, previous: 'next_in_list' },
  { sampler: 'DDIM', cases: casesOf('DDIMScheduler'), stepOf: ddimOf, previous: 'stride' },
] as const

test('only these are left out', () => {
  const all = suites.flatMap(({ cases }) => cases)
  expect(Object.fromEntries(all.filter(leftOut).map((left) => [left.id, leftOut(left)]))).toMatchInlineSnapshot(`
    {
      "DDIMScheduler/021": "zero terminal SNR: no schedule here has it",
      "DDPMScheduler/017": "zero terminal SNR: no schedule here has it",
    }
  `)
})

onEachBackend(() => {
  describe.each(suites)('$sampler', ({ cases, stepOf, previous }) => {
    test.each(cases.filter((each) => !leftOut(each)))('$id', async (recorded) => {
      const transitions = transitionsOf(recorded, previous)
      expect([...transitions.t]).toEqual(recorded.timesteps)
      await expectTrajectory(recorded, trajectoryOf(recorded, transitions, stepOf(recorded)))
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

onCpu(() => {
  test('a learned range goes from the posterior to beta, in logarithms; none is refused, with the cure', async () => {
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    const [from, to] = [500, 400].map((t) => levelsAt(schedule, { t: Float64Array.of(t) })) as [Levels, Levels]
    const [x, z] = [tf.zeros([1, 2]), tf.ones([1, 2])]
    const spread = (variance: Variance, said?: number) => {
      const prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'> = {
        tensor: x,
        predicts: 'sample',
        ...(said !== undefined && { variance: { tensor: x.add(said), kind: 'learned_range' } }),
      }
      return tf.tidy(() => ddpmStep(x, prediction, from, to, z, { variance, hold: undefined }).dataSync()[0]!)
    }
    const [small, large] = [spread('fixed_small'), spread('fixed_large')]
    expect(large).toBeGreaterThan(1.01 * small)
    expect(tf.tidy(() => spread('learned', -1))).toBeCloseTo(small, 6)
    expect(tf.tidy(() => spread('learned', 1))).toBeCloseTo(large, 6)
    expect(tf.tidy(() => spread('learned', 0))).toBeCloseTo(Math.sqrt(small * large), 6)
    expect(() => spread('learned')).toThrowErrorMatchingInlineSnapshot(
      `[NodeError: The variance is to be what the model says, but this model predicts the mean alone. Set \`variance\` to fixed_small, or train a model with a learned variance.]`,
    )
    tf.dispose([x, z])
  })
})
