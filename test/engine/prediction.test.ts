// Kinds of predictions: each is turned into each other, from what is known of x_0 and ε.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { convertPrediction, targetOf } from '../../src/engine/prediction.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { addNoise } from '../../src/engine/forward.ts'
import { tf } from '../../src/engine/tf.ts'
import type { PredictionType } from '../../src/engine/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'

const kinds: PredictionType[] = ['epsilon', 'sample', 'v_prediction', 'flow_prediction']
const schedule = noiseSchedule({ name: 'linear', T: 1000 })
const at = (...t: number[]) => levelsAt(schedule, { t: Float64Array.from(t) })

onEachBackend(() => {
  test.each(kinds.flatMap((from) => kinds.map((to) => ({ from, to }))))('$from to $to', async ({ from, to }) => {
    const t = [0, 30, 400, 700]
    const levels = at(...t)
    const difference = tf.tidy(() => {
      const x0 = tf.tensor2d([0.5, -1, 2, 0.1, -0.3, 1, 0.7, -0.6], [4, 2])
      const noise = tf.tensor2d([1, 0.2, -0.4, 1.5, -2, 0.3, 0.9, -1.1], [4, 2])
      const xt = addNoise(x0, noise, levels)
      const converted = convertPrediction(targetOf(from, x0, noise, levels), xt, levels, from, to)
      return converted.sub(targetOf(to, x0, noise, levels)).abs()
    })
    const errors = await difference.data()
    difference.dispose()
    // x_0 from ε at t = 700 is 1 / √ᾱ = 12 times as uncertain as x_t, ε from x_0 at t = 0 100 times.
    errors.forEach((error, i) => expect(error, `t = ${t[i >> 1]}`).toBeLessThan(3e-5))
  })
})

onCpu(() => {
  test('v is √ᾱ ε - √(1 - ᾱ) x_0', async () => {
    const a = schedule.alphaBar[500]!
    const v = tf.tidy(() => targetOf('v_prediction', tf.tensor1d([2]), tf.tensor1d([3]), at(500)))
    expect((await v.data())[0]).toBeCloseTo(Math.sqrt(a) * 3 - Math.sqrt(1 - a) * 2, 6)
    v.dispose()
  })

  test('one timestep for all gives the same bits as the same for each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.constantFrom(...kinds), fc.constantFrom(...kinds), (t, from, to) => {
        tf.tidy(() => {
          const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
          const output = tf.tensor2d([-1, 0.5, 0.25, 2], [2, 2])
          const one = convertPrediction(output, x, at(t), from, to)
          const each = convertPrediction(output, x, at(t, t), from, to)
          expect(one.dataSync()).toEqual(each.dataSync())
        })
      }),
      { numRuns: 50 },
    )
  })

  test('what does not follow is refused', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2], [1, 2])
      const clean = at(-1)
      expect(() => convertPrediction(x, x, clean, 'sample', 'epsilon')).toThrowErrorMatchingInlineSnapshot(
        `[NodeError: epsilon does not follow from sample at t = -1, where x_t is clean. Use a model that predicts v_prediction, or leave this timestep out.]`,
      )
      expect(() => convertPrediction(x, tf.zeros([3, 2]), clean, 'epsilon', 'sample')).toThrowErrorMatchingInlineSnapshot(
        `[NodeError: Expected the shape of x_t, [3,2], got [1,2]. Make prediction and x_t from the same batch.]`,
      )
      expect(() => convertPrediction(x, x, at(1, 2), 'epsilon', 'sample')).toThrowErrorMatchingInlineSnapshot(
        `[NodeError: Expected one timestep per item: [1], got [2]. Take t and the samples from the same batch.]`,
      )
    })
  })
})
