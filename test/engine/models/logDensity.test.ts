// Densities in closed form: compared with sums in float64, their gradient with the score; and the
// learned Gaussian.
import { expect, test } from 'vitest'
import { exactModel } from '../../../src/engine/models/kinds/exact/exact.ts'
import { gaussianModel } from '../../../src/engine/models/kinds/gaussian/gaussian.ts'
import { logDensity, predict } from '../../../src/engine/models/predict.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar, Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { onCpu, onEachBackend } from '../../backends.ts'

const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 100 })
const centers = [-1, 0.5, 1, -0.5, 0.2, 1.5]
const mixture = (std: number) =>
  exactModel(Float32Array.from(centers), { dim: 2, std, num_classes: 0, schedule }, 'epsilon')
const points = [0.1, 0.2, -1.1, 0.4, 2, -1, 0.9, -0.4]
const free = (...values: unknown[]) => tf.dispose(collectTensors(values))

/** ln of the mean of N(x; α c, α² std² + σ²), in float64. */
function expected(t: number[], std: number): number[] {
  const { alpha, sigma } = levelsAt(schedule, { t: Float64Array.from(t) })
  return [0, 1, 2, 3].map((i) => {
    const k = t.length === 1 ? 0 : i
    const v = (alpha[k] * std) ** 2 + sigma[k] ** 2
    const terms = [0, 1, 2].map((c) => {
      const square = [0, 1].reduce(
        (sum, d) => sum + (points[2 * i + d] - alpha[k] * centers[2 * c + d]) ** 2,
        0,
      )
      return Math.exp(-square / (2 * v)) / (2 * Math.PI * v)
    })
    return Math.log(terms.reduce((a, b) => a + b, 0) / 3)
  })
}

onEachBackend(() => {
  test('density of the exact model, with one t or one per item, and of clean data', async () => {
    const model = mixture(0.3)
    const x = tf.tensor2d(points, [4, 2])
    for (const t of [[-1], [0], [60], [10, -1, 99, 40]]) {
      const found = tf.tidy(() => logDensity(model, x, { t: Float64Array.from(t) }))
      const numbers = await found.data()
      expected(t, 0.3).forEach((value, i) =>
        expect(Math.abs(numbers[i] - value)).toBeLessThan(1e-5 * (1 + Math.abs(value))),
      )
      free(found)
    }
    free(x, model)
  })

  test('its gradient is the score, -ε / σ', async () => {
    const model = mixture(0.3)
    const x = tf.tensor2d(points, [4, 2])
    const t = Float64Array.of(30)
    const [sigma] = levelsAt(schedule, { t }).sigma
    const slope = tf.tidy(() => tf.grad((x: Tensor) => logDensity(model, x, { t }).sum())(x))
    const score = tf.tidy(() => predict(model, x, t).div(-sigma))
    const [a, b] = [await slope.data(), await score.data()]
    a.forEach((value, i) =>
      expect(Math.abs(value - b[i])).toBeLessThan(2e-5 * (1 + Math.abs(b[i]))),
    )
    free(x, model, slope, score)
  })
})

onCpu(() => {
  test('a Gaussian has the predictions and densities of the exact model of one centre', async () => {
    const exact = exactModel(
      Float32Array.of(0.7, 0.7),
      { dim: 2, std: 0.4, num_classes: 0, schedule },
      'v_prediction',
    )
    const own = gaussianModel({ dim: 2, schedule, mean: 0.7, std: 0.4 }, 'v_prediction')
    const x = tf.tensor2d(points, [4, 2])
    const t = Float64Array.of(5, 20, 60, 99)
    const gap = (a: Tensor, b: Tensor) => a.sub(b).abs().max().dataSync()[0]
    tf.tidy(() => {
      expect(gap(predict(own, x, t), predict(exact, x, t))).toBeLessThan(1e-5)
      expect(gap(logDensity(own, x, { t }), logDensity(exact, x, { t }))).toBeLessThan(2e-5)
    })
    free(exact, own, x)
  })

  test('gradients with respect to mean and width match the formula', () => {
    const own = gaussianModel({ dim: 2, schedule, mean: 0.3, std: 0.5 }, 'epsilon')
    const x = tf.tensor2d(points, [4, 2])
    const { value, grads } = tf.tidy(() => {
      const learned = [own.weights.mean, own.weights.log_std]
      const loss = (mean: Tensor, log_std: Tensor) =>
        logDensity({ ...own, weights: { mean, log_std } }, x, {
          t: Float64Array.of(-1),
        }).sum() as Scalar
      return tf.valueAndGrads(loss)(learned)
    })
    for (const d of [0, 1]) {
      const z = [0, 1, 2, 3].map((i) => (points[2 * i + d] - 0.3) / 0.5)
      expect(grads[0].dataSync()[d]).toBeCloseTo(
        z.reduce((sum, value) => sum + value / 0.5, 0),
        4,
      )
      expect(grads[1].dataSync()[d]).toBeCloseTo(
        z.reduce((sum, value) => sum + value * value - 1, 0),
        4,
      )
    }
    free(own, x, value, grads)
  })

  test('rejects invalid input with a cure', () => {
    const [points, network] = [mixture(0), mlp(mlpConfig, 'epsilon', createRandom(1))]
    const told = (model: Model, shape: number[], t: number[]) => {
      try {
        runTidied(() => logDensity(model, tf.zeros(shape), { t: Float64Array.from(t) }))
        return 'not refused'
      } catch (error) {
        return (error as Error).message
      }
    }
    expect([
      told(points, [4, 2], [-1]),
      told(points, [4, 3], [5]),
      told(points, [4, 2], [5, 6]),
      told(network, [4, 2], [5]),
    ]).toMatchInlineSnapshot(`
      [
        "Expected points with some width, or some noise, got t = -1: without both the data has no density.",
        "Expected items of shape [2], got items of shape [3].",
        "Expected one timestep per item: [4], got [2].",
        "Expected a model whose density is known in closed form, got a model of kind "mlp".",
      ]
    `)
    free(points, network)
  })
})

const mlpConfig = {
  dim: 2,
  hidden: 4,
  layers: 1,
  time_embedding_dim: 4,
  num_classes: 0,
  activation: 'silu',
  fourier_features: 0,
} as const
