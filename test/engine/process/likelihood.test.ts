// Likelihood by the ODE and the variational bound, compared with known densities.
import { expect, test } from 'vitest'
import { addNoise } from '../../../src/engine/process/forward.ts'
import {
  densityStep,
  addDequantizationNoise,
  levelWidth,
  noiseNats,
  startNats,
} from '../../../src/engine/process/likelihood.ts'
import { priorBits, reverseGaussian, stepBack, vlbTerms } from '../../../src/engine/losses/index.ts'
import { exactModel } from '../../../src/engine/models/kinds/exact/exact.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { PredictionType } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'

const STD = 0.4
const CENTERS = Float32Array.of(-1, 0.5, 1, 0)

/** -log2 of the density of two Gaussians, averaged over the coordinates of each point. */
function exactBits(points: number[]): number[] {
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const density = [0, 1].map((k) => {
      const [dx, dy] = [points[2 * i] - CENTERS[2 * k], points[2 * i + 1] - CENTERS[2 * k + 1]]
      return Math.exp(-(dx * dx + dy * dy) / (2 * STD * STD)) / (2 * Math.PI * STD * STD)
    })
    return -Math.log2((density[0] + density[1]) / 2) / 2
  })
}

const points = [-1, 0.5, 0.8, 0.2, 0, 0, -0.7, 1.2, 1.5, -0.4, -1.6, 0.3]

const schedules: [string, Schedule, number[], PredictionType][] = [
  ['betas', noiseSchedule({ name: 'linear', T: 1000 }), times(0, 999, 60), 'epsilon'],
  ['a flow', { kind: 'flow', name: 'flow', T: 1 }, times(0.001, 1, 60), 'flow_prediction'],
  [
    'sigma',
    { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 },
    times(0.002 ** (1 / 7), 80 ** (1 / 7), 60).map((x) => x ** 7),
    'sample',
  ],
]

function times(from: number, to: number, steps: number): number[] {
  return Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps)
}

const modelOf = (schedule: Schedule, predicts: PredictionType) =>
  exactModel(CENTERS, { dim: 2, std: STD, num_classes: 0, schedule }, predicts)

/** -log2 p(x_0) by the ODE, `[b]`. The trace is averaged over the two probes of the plane. */
function odeBits(model: Model, schedule: Schedule, t: number[], x0: Tensor): Tensor {
  const levels = t.map((time) => levelsAt(schedule, { t: Float64Array.of(time) }))
  const ask = (x: Tensor, at: { t: Float64Array }) => ({
    tensor: predict(model, x, at),
    predicts: model.predicts,
  })
  const probes = [tf.ones([1, 2]), tf.tensor2d([[1, -1]])].map((probe) =>
    probe.tile([x0.shape[0], 1]),
  )
  let x = x0.mul(levels[0].alpha[0])
  let logDet: Tensor = tf.zeros([x0.shape[0]])
  for (let i = 0; i + 1 < t.length; i++) {
    const [one, other] = probes.map((probe) => densityStep(x, levels[i], levels[i + 1], ask, probe))
    x = one.x
    logDet = logDet.add(one.logDet.add(other.logDet).div(2))
  }
  return noiseNats(x, levels.at(-1)!).sub(logDet.div(2)).sub(startNats(levels[0])).div(Math.LN2)
}

onCpu(() => {
  test.each(schedules)(
    'the ODE finds the density of a mixture, by %s',
    async (_, schedule, t, predicts) => {
      const model = modelOf(schedule, predicts)
      const bits = tf.tidy(() => odeBits(model, schedule, t, tf.tensor2d(points, [6, 2])))
      const found = await bits.data()
      exactBits(points).forEach((wanted, i) =>
        expect(Math.abs(found[i] - wanted), `point ${i}`).toBeLessThan(0.02),
      )
      tf.dispose([bits, ...collectTensors(model)])
    },
  )

  test('the variational bound with many steps is within 5 % of the likelihood', async () => {
    const schedule = noiseSchedule({ name: 'linear_openai', T: 200 })
    const model = modelOf(schedule, 'epsilon')
    const many = 300
    const x0 = tf.tidy(() => tf.tensor2d(points, [6, 2]).tile([many, 1]))
    let total = tf.tidy(() => priorBits(x0, levelsAt(schedule, { t: Float64Array.of(199) })))
    for (let t = 199; t >= 0; t--) {
      const before = total
      total = tf.tidy(() => {
        const step = stepBack(schedule, Float64Array.of(t), undefined, 'continuous')
        const xt = addNoise(
          x0,
          tf.randomNormal([6 * many, 2], 0, 1, 'float32', 1000 + t),
          step.from,
        )
        const said = { tensor: predict(model, xt, step.from), predicts: model.predicts }
        // At low noise x_s is determined by x_t alone: its variance is β.
        const reverse = reverseGaussian(xt, said, step, { variance: 'fixed_large' })
        return before.add(vlbTerms(x0, xt, reverse, step, 'continuous'))
      })
      before.dispose()
    }
    const bound =
      (await total.data<'float32'>()).reduce((sum, value) => sum + value, 0) / (6 * many)
    const exact = exactBits(points).reduce((sum, value) => sum + value, 0) / 6
    expect(Math.abs(bound / exact - 1)).toBeLessThan(0.05)
    tf.dispose([x0, total, ...collectTensors(model)])
  })

  test('rejects clean data', () => {
    const schedule = noiseSchedule({ name: 'linear', T: 10 })
    const at = (t: number) => levelsAt(schedule, { t: Float64Array.of(t) })
    const x = tf.ones([1, 2])
    const ask = (tensor: Tensor) => ({ tensor, predicts: 'epsilon' as const })
    expect(() => densityStep(x, at(-1), at(1), ask, x)).toThrow(/got clean data \(t = -1\)/)
    x.dispose()
  })

  test('dequantized values stay within their level', async () => {
    const moved = tf.tidy(() =>
      addDequantizationNoise(tf.tensor1d([-1, 0, 1]), 17, tf.tensor1d([0, 0.5, 0.999])),
    )
    const [low, middle, high] = await moved.data()
    expect(levelWidth(17)).toBe(0.125)
    expect(low).toBeCloseTo(-1 - 0.0625, 6)
    expect(middle).toBe(0)
    expect(high).toBeLessThan(1 + 0.0625)
    moved.dispose()
  })
})

onEachBackend(() => {
  test('computes a step and the trace for a linear model', async () => {
    // For x_0 = c x, v = (cos θ - c) x / sin θ, and every probe of ±1 gives the exact trace.
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    const [from, to] = [300, 310].map((t) => levelsAt(schedule, { t: Float64Array.of(t) }))
    const c = 0.3
    const x = tf.tensor2d([[1, -2, 0.5]])
    const { x: next, logDet } = tf.tidy(() => ({
      ...densityStep(
        x,
        from,
        to,
        (at) => ({ tensor: at.mul(c), predicts: 'sample' }),
        tf.tensor2d([[1, -1, 1]]),
      ),
    }))
    const [a, b] = [from, to].map(({ alpha, sigma }) => (alpha[0] - c) / sigma[0])
    const d = Math.atan2(to.sigma[0], to.alpha[0]) - Math.atan2(from.sigma[0], from.alpha[0])
    expect((await logDet.data())[0]).toBeCloseTo((3 * (a + b) * d) / 2, 4)
    expect((await next.data())[1]).toBeCloseTo(-2 * (1 + ((a + b * (1 + a * d)) * d) / 2), 4)
    tf.dispose([x, next, logDet])
  })
})
