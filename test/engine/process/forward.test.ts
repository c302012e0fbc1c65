// The forward process and its posterior: composed steps equal the closed form, and Bayes' rule
// holds.
import { expect, test } from 'vitest'
import { addNoise, forwardStep } from '../../../src/engine/process/forward.ts'
import { gaussianNoise } from '../../../src/engine/process/noise.ts'
import { posterior, posteriorCoefficients } from '../../../src/engine/process/posterior.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onCpu, onEachBackend } from '../../backends.ts'

const schedule = noiseSchedule({ name: 'linear_openai', T: 40 })
const at = (...t: number[]) => levelsAt(schedule, { t: Float64Array.from(t) })

onEachBackend(() => {
  test('x_t is √ᾱ_t x_0 + √(1 - ᾱ_t) ε, per item; at -1 it is x_0', async () => {
    const t = Float64Array.of(-1, 0, 39)
    const [x0, noise] = [
      Float32Array.of(1, 2, 3, 4, 5, 6),
      Float32Array.of(0.1, -0.2, 0.3, -0.4, 0.5, -0.6),
    ]
    const xt = tf.tidy(() =>
      addNoise(tf.tensor2d(x0, [3, 2]), tf.tensor2d(noise, [3, 2]), levelsAt(schedule, { t })),
    )
    const found = await xt.data()
    found.forEach((value, i) => {
      const a = i < 2 ? 1 : schedule.alphaBar[i < 4 ? 0 : 39]
      expect(value).toBeCloseTo(Math.sqrt(a) * x0[i] + Math.sqrt(1 - a) * noise[i], 5)
    })
    xt.dispose()
  })

  test('supports images and points', async () => {
    const levels = levelsAt(schedule, { t: Float64Array.of(3, 20) })
    const [image, point] = tf.tidy(() => {
      const [x0, noise] = [
        gaussianNoise(createRandom(1), [2, 2, 2, 3]),
        gaussianNoise(createRandom(2), [2, 2, 2, 3]),
      ]
      return [
        addNoise(x0, noise, levels),
        addNoise(x0.reshape([2, 12]), noise.reshape([2, 12]), levels),
      ] as const
    })
    expect(image.shape).toEqual([2, 2, 2, 3])
    expect(await image.data()).toEqual(await point.data())
    tf.dispose([image, point])
  })
})

onCpu(() => {
  test('composed steps 0 ... t have the mean and variance of the closed form', () => {
    const n = 100_000
    const last = 25
    const random = createRandom(3)
    const x = tf.tidy(() => {
      let x: Tensor = tf.ones([n, 1]).mul(1.5)
      for (let t = 0; t <= last; t++)
        x = forwardStep(x, gaussianNoise(random, [n, 1]), at(t - 1), at(t))
      return x.dataSync() as Float32Array
    })
    const a = schedule.alphaBar[last]
    const mean = x.reduce((sum, value) => sum + value, 0) / n
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n
    expect(Math.abs(mean - Math.sqrt(a) * 1.5)).toBeLessThan(4 * Math.sqrt((1 - a) / n))
    expect(Math.abs(variance - (1 - a))).toBeLessThan(4 * (1 - a) * Math.sqrt(2 / n))
  })

  test.each([
    { t: 30, tPrev: 29 },
    { t: 30, tPrev: 12 },
    { t: 5, tPrev: 0 },
  ])('q(x_$tPrev | x_$t, x_0) is what Bayes gives by numbers', ({ t, tPrev }) => {
    const [x0, xt] = [0.8, -0.4]
    const [a, aPrev] = [schedule.alphaBar[t], schedule.alphaBar[tPrev]]
    // q(x_t | x_s) q(x_s | x_0) on a fine grid of x_s
    const between = a / aPrev
    const density = (x: number) =>
      Math.exp(
        -((xt - Math.sqrt(between) * x) ** 2) / (2 * (1 - between)) -
          (x - Math.sqrt(aPrev) * x0) ** 2 / (2 * (1 - aPrev)),
      )
    const grid = Array.from({ length: 40_001 }, (_, i) => -8 + i * 4e-4)
    const weights = grid.map(density)
    const total = weights.reduce((p, q) => p + q)
    const mean = grid.reduce((sum, x, i) => sum + x * weights[i], 0) / total
    const variance = grid.reduce((sum, x, i) => sum + (x - mean) ** 2 * weights[i], 0) / total

    tf.tidy(() => {
      const found = posterior(tf.tensor2d([[x0]]), tf.tensor2d([[xt]]), at(t), at(tPrev))
      expect(found.mean.dataSync()[0]).toBeCloseTo(mean, 5)
      expect(found.variance.dataSync()[0]).toBeCloseTo(variance, 5)
    })
  })

  test('the posterior at clean data has zero variance', () => {
    const { fromX0, fromXt, variance } = posteriorCoefficients(at(0, 30), at(-1))
    expect([...fromX0]).toEqual([1, 1])
    expect([...fromXt, ...variance]).toEqual([0, 0, 0, 0])
  })

  test('rejects mismatched arguments', () => {
    tf.tidy(() => {
      const x = tf.zeros([2, 2])
      expect(() => addNoise(x, x, at(1, 2, 3))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected one timestep per item: [2], got [3].]`,
      )
      expect(() => addNoise(x, tf.zeros([3, 2]), at(1))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected the shape of x_0, [2,2], got [3,2].]`,
      )
      expect(() => forwardStep(x, x, at(3), at(2))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected a time with more noise than t = 3, got t = 2.]`,
      )
      expect(() => posterior(x, x, at(3), at(3))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected a timestep before t = 3, got 3.]`,
      )
      expect(() => posterior(x, x, at(3, 4), at(1, 2, 3))).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected as many values of t_prev as of t: [2], got [3].]`,
      )
    })
  })
})
