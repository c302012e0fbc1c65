// DDPM and DDIM in closed loop against recorded trajectories of diffusers, on every backend.
import { describe, expect, test } from 'vitest'
import type { Levels } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { ddimStep } from '../../../src/engine/samplers/ddim.ts'
import type { Variance } from '../../../src/engine/samplers/ddpm.ts'
import { ddpmStep } from '../../../src/engine/samplers/ddpm.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Prediction } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { readCases, expectTrajectory } from '../../schedulers.ts'
import { computeTrajectory } from '../../trajectories.ts'

const suites = [
  { scheduler: 'DDPMScheduler', count: 20 },
  { scheduler: 'DDIMScheduler', count: 24 },
  { scheduler: 'DDIMInverseScheduler', count: 2 },
]

onEachBackend(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count }) => {
    const cases = readCases(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, computeTrajectory(recorded))
    })
    test('covers all recorded cases', () => expect(cases.length).toBe(count))
  })

  test('clipping preserves NaN', async () => {
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    const [x, noise] = [tf.zeros([1, 9]), tf.zeros([1, 9])]
    const output = tf.tensor2d([NaN, 5, -5, NaN, NaN, NaN, NaN, NaN, NaN], [1, 9]) // rows of four and more use a separate code path
    const prediction = { tensor: output, predicts: 'sample' as const }
    const [from, to] = [500, -1].map((t) => levelsAt(schedule, { t: Float64Array.of(t) })) as [
      Levels,
      Levels,
    ]
    const steps = tf.tidy(() => [
      ddimStep({ xt: x, prediction, from, to }, { eta: 0, clipping: { range: 1 }, rederive: true }),
      ddpmStep(
        { xt: x, prediction, from, to, noise: () => noise },
        { variance: 'fixed_small', clipping: { range: 1 } },
      ),
    ])
    for (const step of steps)
      expect([...(await step.data())].map(Math.round)).toEqual([
        NaN,
        1,
        -1,
        NaN,
        NaN,
        NaN,
        NaN,
        NaN,
        NaN,
      ])
    tf.dispose([x, noise, output, ...steps])
  })
})

onCpu(() => {
  test('a learned range interpolates log-variances from the posterior to beta; a missing one is rejected with a cure', async () => {
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    const [from, to] = [500, 400].map((t) => levelsAt(schedule, { t: Float64Array.of(t) })) as [
      Levels,
      Levels,
    ]
    const [x, z] = [tf.zeros([1, 2]), tf.ones([1, 2])]
    const spread = (variance: Variance, said?: number) => {
      const prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'> = {
        tensor: x,
        predicts: 'sample',
        ...(said !== undefined && { variance: { tensor: x.add(said), kind: 'learned_range' } }),
      }
      return tf.tidy(
        () =>
          ddpmStep(
            { xt: x, prediction, from, to, noise: () => z },
            { variance, clipping: undefined },
          ).dataSync()[0],
      )
    }
    const [small, large] = [spread('fixed_small'), spread('fixed_large')]
    expect(large).toBeGreaterThan(1.01 * small)
    expect(tf.tidy(() => spread('learned', -1))).toBeCloseTo(small, 6)
    expect(tf.tidy(() => spread('learned', 1))).toBeCloseTo(large, 6)
    expect(tf.tidy(() => spread('learned', 0))).toBeCloseTo(Math.sqrt(small * large), 6)
    expect(() => spread('learned')).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected a model with a learned variance (two outputs per value), got one output per value.]`,
    )
    tf.dispose([x, z])
  })
})
