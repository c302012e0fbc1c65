// Predictor-corrector sampling: the moments and mode weights of the samples match the data.
import { expect, test } from 'vitest'
import { exactModel } from '../../src/engine/models/kinds/exact/exact.ts'
import { predict } from '../../src/engine/models/predict.ts'
import { gaussianNoise } from '../../src/engine/process/noise.ts'
import { createRandom } from '../../src/engine/base/random.ts'
import { langevinStep, reverseDiffusionStep } from '../../src/engine/samplers/langevin.ts'
import type { Levels, Schedule } from '../../src/engine/process/schedule.ts'
import { levelsAt, levelsAtRatio } from '../../src/engine/process/schedule.ts'
import type { Tensor } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { evaluate, node } from './evaluate.ts'
import { fullTest, casesOf } from '../families.ts'

const schedules: Schedule[] = [
  { kind: 'sigma', name: 've', sigmaMin: 0.01, sigmaMax: 10 },
  { kind: 'vp', name: 'vp', T: 1, betaMin: 0.1, betaD: 19.9 },
]

const items = 1500
const std = 0.2

/** Mixture with weight 1/3 at -1 and 2/3 at 0.5, each with a deviation of 0.2; predicts ε. */
const mixture = (schedule: Schedule) =>
  exactModel(Float32Array.of(-1, 0.5, 0.5), { dim: 1, std, num_classes: 0, schedule }, 'epsilon')

/** `n` + 1 log-spaced values of σ / α from 10 to 0.01. */
const ratios = (n: number) => Array.from({ length: n + 1 }, (_, i) => 10 * 1e-3 ** (i / n))

/** Returns the fraction of samples in the left mode, and mean and deviation of the right mode. */
async function numbersOf(x: Tensor) {
  const values = [...(await x.data())]
  const right = values.filter((value) => value > -0.25)
  const mean = right.reduce((sum, value) => sum + value, 0) / right.length
  const variance = right.reduce((sum, value) => sum + (value - mean) ** 2, 0) / right.length
  return { left: 1 - right.length / values.length, mean, std: Math.sqrt(variance) }
}

async function sampled(schedule: Schedule, steps: number, corrections: number) {
  const x = tf.tidy(() => {
    const model = mixture(schedule)
    const random = createRandom(7)
    const draw = () => gaussianNoise(random, [items, 1])
    const levels = ratios(steps).map((ratio) => levelsAtRatio(schedule, Float64Array.of(ratio)))
    let x = draw().mul(Math.hypot(levels[0].sigma[0], levels[0].alpha[0] * 0.73))
    for (let i = 0; i < steps; i++) {
      const at = levels[i]
      for (let k = 0; k < corrections; k++)
        x = langevinStep(x, predict(model, x, at), draw(), at, 0.16)
      x = reverseDiffusionStep(x, predict(model, x, at), at, levels[i + 1], draw)
    }
    return x.div(levels[steps].alpha[0])
  })
  const numbers = await numbersOf(x)
  x.dispose()
  return numbers
}

onCpu(() => {
  // Standard errors with 1,500 items: 0.012 for the fraction, 0.006 for the mean, 0.0045 for the
  // deviation.
  test.each(casesOf(schedules, ({ name }) => name === 'vp'))(
    'samples the mixture over $name; without the corrector its modes are too broad',
    async (schedule) => {
      const { left, mean, std: spread } = await sampled(schedule, 100, 1)
      expect(Math.abs(left - 1 / 3)).toBeLessThan(0.036)
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.018)
      expect(Math.abs(spread - std)).toBeLessThan(0.006)
      expect((await sampled(schedule, 100, 0)).std - std).toBeGreaterThan(0.008)
    },
  )

  fullTest('the corrector alone converges to the distribution at one noise level', async () => {
    const schedule = schedules[1]
    const at = levelsAtRatio(schedule, Float64Array.of(0.5))
    const x = tf.tidy(() => {
      const model = mixture(schedule)
      const random = createRandom(8)
      let x: Tensor = tf.ones([items, 1]).mul(2)
      for (let k = 0; k < 200; k++)
        x = langevinStep(x, predict(model, x, at), gaussianNoise(random, [items, 1]), at, 0.2)
      return x
    })
    const values = [...(await x.data())]
    x.dispose()
    const mean = values.reduce((sum, value) => sum + value, 0) / items
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / items
    // The data have mean 0 and variance 0.5 + 0.04 = 0.54.
    const [alpha, sigma] = [at.alpha[0], at.sigma[0]]
    expect(Math.abs(mean)).toBeLessThan(0.05)
    expect(variance / (alpha ** 2 * 0.54 + sigma ** 2)).toBeGreaterThan(0.95)
    expect(variance / (alpha ** 2 * 0.54 + sigma ** 2)).toBeLessThan(1.07)
  })

  test('the corrector step stays bounded where the score is 0', async () => {
    const at: Levels = levelsAt(schedules[0], { t: Float64Array.of(2) })
    const x = tf.tidy(() =>
      langevinStep(tf.zeros([1, 2]), tf.zeros([1, 2]), tf.ones([1, 2]), at, 0.16),
    )
    expect([...(await x.data())]).toEqual([Math.sqrt(8), Math.sqrt(8)].map(Math.fround))
    x.dispose()
  })

  test('the predictor rejects a step towards more noise', () => {
    const [low, high] = [1, 2].map((t) => levelsAt(schedules[0], { t: Float64Array.of(t) })) as [
      Levels,
      Levels,
    ]
    const step = () =>
      reverseDiffusionStep(tf.zeros([1, 2]), tf.zeros([1, 2]), low, high, () => tf.zeros([1, 2]))
    expect(() => tf.tidy(step)).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected a timestep before t = 1, got 2.]`,
    )
  })
})

onEachBackend(() => {
  test('the nodes sample the data; Sampler and the open loop are identical', async () => {
    const way = (x_t: string) => ({ x_t, t: 'start.t', schedule: 'schedule.schedule' })
    const graph = (corrected: boolean) => [
      node('schedule', 'NoiseSchedule', {}, { beta_schedule: 'squaredcos_cap_v2' }),
      node(
        'model',
        'ExactModel',
        { schedule: 'schedule.schedule' },
        { mixture: 'eight_gaussians', std: 0.1 },
      ),
      node('noise', 'GaussianNoise', {}, { batch_size: 64, seed: 3 }),
      node('list', 'Timesteps', { schedule: 'schedule.schedule' }, { num_inference_steps: 40 }),
      node('start', 'SamplingStart', { x_T: 'noise.noise', timesteps: 'list.timesteps' }),
      node('mend', 'LangevinStep', { ...way('start.x_t'), model: 'model.model' }, { seed: 9 }),
      node('predict', 'Predict', {
        model: 'model.model',
        x_t: corrected ? 'mend.x_t' : 'start.x_t',
        t: 'start.t',
      }),
      node(
        'step',
        'ReverseDiffusionStep',
        {
          ...way(corrected ? 'mend.x_t' : 'start.x_t'),
          prediction: 'predict.prediction',
          t_prev: 'start.t_prev',
        },
        { seed: 4 },
      ),
      node('end', 'SamplingEnd', { loop: 'start.loop', x_prev: 'step.x_prev' }),
      node(
        'sampler',
        'Sampler',
        { model: 'model.model', x_T: 'noise.noise', schedule: 'schedule.schedule' },
        { sampler: 'reverse_diffusion', num_inference_steps: 40, seed: 4 },
      ),
    ]
    const { open, closed } = await evaluate(graph(false), {
      open: 'end.x_0',
      closed: 'sampler.x_0',
    })
    expect(open).toEqual(closed)
    const { x } = await evaluate(graph(true), { x: 'end.x_0' })
    const radii = Array.from({ length: 64 }, (_, i) =>
      Math.hypot(x.tensor.data[2 * i], x.tensor.data[2 * i + 1]),
    )
    // The centres of the eight Gaussians lie on a circle, so all samples are near it.
    const centre = radii.reduce((sum, radius) => sum + radius, 0) / 64
    expect(Math.max(...radii.map((radius) => Math.abs(radius - centre)))).toBeLessThan(0.4)
  })
})
