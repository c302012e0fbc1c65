// Prediction types: conversions between all pairs, compared with known x_0 and ε.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { convertPrediction, predictionTarget } from '../../../src/engine/process/prediction.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { addNoise } from '../../../src/engine/process/forward.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { PredictionType } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'

const kinds: PredictionType[] = ['epsilon', 'sample', 'v_prediction', 'flow_prediction']
const schedule = noiseSchedule({ name: 'linear', T: 1000 })
const at = (...t: number[]) => levelsAt(schedule, { t: Float64Array.from(t) })

onEachBackend(() => {
  test.each(kinds.flatMap((from) => kinds.map((to) => ({ from, to }))))(
    '$from to $to',
    async ({ from, to }) => {
      const t = [0, 30, 400, 700]
      const levels = at(...t)
      const difference = tf.tidy(() => {
        const x0 = tf.tensor2d([0.5, -1, 2, 0.1, -0.3, 1, 0.7, -0.6], [4, 2])
        const noise = tf.tensor2d([1, 0.2, -0.4, 1.5, -2, 0.3, 0.9, -1.1], [4, 2])
        const xt = addNoise(x0, noise, levels)
        const converted = convertPrediction(
          predictionTarget(from, x0, noise, levels),
          xt,
          levels,
          from,
          to,
        )
        return converted.sub(predictionTarget(to, x0, noise, levels)).abs()
      })
      const errors = await difference.data()
      difference.dispose()
      // The error of x_t is amplified 1 / √ᾱ = 12 times in x_0 from ε at t = 700, and 100 times in
      // ε from x_0 at t = 0.
      errors.forEach((error, i) => expect(error, `t = ${t[i >> 1]}`).toBeLessThan(3e-5))
    },
  )
})

onCpu(() => {
  test('v is √ᾱ ε - √(1 - ᾱ) x_0', async () => {
    const a = schedule.alphaBar[500]
    const v = tf.tidy(() =>
      predictionTarget('v_prediction', tf.tensor1d([2]), tf.tensor1d([3]), at(500)),
    )
    expect((await v.data())[0]).toBeCloseTo(Math.sqrt(a) * 3 - Math.sqrt(1 - a) * 2, 6)
    v.dispose()
  })

  test('one timestep for all items gives the same bits as one per item', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.constantFrom(...kinds),
        fc.constantFrom(...kinds),
        (t, from, to) => {
          tf.tidy(() => {
            const x = tf.tensor2d([1, 2, 3, 4], [2, 2])
            const output = tf.tensor2d([-1, 0.5, 0.25, 2], [2, 2])
            const one = convertPrediction(output, x, at(t), from, to)
            const each = convertPrediction(output, x, at(t, t), from, to)
            expect(one.dataSync()).toEqual(each.dataSync())
          })
        },
      ),
      { numRuns: 50 },
    )
  })

  test('rejects conversions that are undetermined', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([1, 2], [1, 2])
      const clean = at(-1)
      expect(() =>
        convertPrediction(x, x, clean, 'sample', 'epsilon'),
      ).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Cannot convert sample to epsilon at t = -1, where x_t is clean data.]`,
      )
      expect(() =>
        convertPrediction(x, tf.zeros([3, 2]), clean, 'epsilon', 'sample'),
      ).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected the shape of x_t, [3,2], got [1,2].]`,
      )
      expect(() =>
        convertPrediction(x, x, at(1, 2), 'epsilon', 'sample'),
      ).toThrowErrorMatchingInlineSnapshot(
        `[EngineError: Expected one timestep per item: [1], got [2].]`,
      )
    })
  })
})
