// DDPM and DDIM in closed loop against recorded trajectories of diffusers, on every backend.
import { describe, expect, test } from 'vitest'
import type { Levels } from '../../src/engine/schedule.ts'
import { levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { ddimStep } from '../../src/engine/samplers/ddim.ts'
import type { Variance } from '../../src/engine/samplers/ddpm.ts'
import { ddpmStep } from '../../src/engine/samplers/ddpm.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Prediction } from '../../src/engine/values.ts'
import { onCpu, onEachBackend } from '../backends.ts'
import { casesOf, expectTrajectory } from '../schedulers.ts'
import { trajectoryOf } from '../trajectories.ts'

const suites = [
  { scheduler: 'DDPMScheduler', count: 20 },
  { scheduler: 'DDIMScheduler', count: 24 },
  { scheduler: 'DDIMInverseScheduler', count: 2 },
]

onEachBackend(() => {
  describe.each(suites)('$scheduler', ({ scheduler, count }) => {
    const cases = casesOf(scheduler)
    test.each(cases)('$id', async (recorded) => {
      await expectTrajectory(recorded, trajectoryOf(recorded))
    })
    test('none is left out', () => expect(cases.length).toBe(count))
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
      `[NodeError: The model says no variance: it has one output for each number, and not two. Set \`learned_variance\` of UNet or MLP to learned_range and train it, or take a fixed variance.]`,
    )
    tf.dispose([x, z])
  })
})
