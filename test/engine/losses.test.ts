// Losses and their weights against recorded numbers and by hand.
import { expect, test } from 'vitest'
import { meanError, minSnrWeights } from '../../src/engine/losses.ts'
import type { ScheduleName } from '../../src/engine/schedule.ts'
import { alphaBarAt, levelsAt, noiseSchedule } from '../../src/engine/schedule.ts'
import { tf } from '../../src/engine/tf.ts'
import type { PredictionType } from '../../src/engine/values.ts'
import { onEachBackend } from '../backends.ts'
import { golden } from '../golden.ts'

interface Recorded {
  min_snr: {
    config: { num_train_timesteps: number; beta_schedule: ScheduleName }
    t: number[]
    min_snr: Record<string, Record<PredictionType, number[]>>
  }[]
}

test.each(golden<Recorded>('learning').min_snr.map((entry) => [entry.config.beta_schedule, entry] as const))(
  'min-SNR weights of %s',
  (name, { config, t, min_snr }) => {
    const schedule = noiseSchedule({ name, T: config.num_train_timesteps })
    for (const [gamma, kinds] of Object.entries(min_snr)) {
      for (const [predicts, expected] of Object.entries(kinds)) {
        const got = minSnrWeights(predicts as PredictionType, levelsAt(schedule, { t: Float64Array.from(t) }), Number(gamma))
        expected.forEach((value, i) => expect(got[i]! / value, `${predicts}, gamma ${gamma}, t ${t[i]}`).toBeCloseTo(1, 5))
      }
    }
  },
)

test('one weight on the error of x_0, whatever is predicted', () => {
  const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 100 })
  const t = Float64Array.of(3, 50, 90)
  const weights = minSnrWeights('flow_prediction', levelsAt(schedule, { t }), 5)
  t.forEach((step, i) => {
    const [alpha, sigma] = [Math.sqrt(alphaBarAt(schedule, step)), Math.sqrt(1 - alphaBarAt(schedule, step))]
    // An error of 1 in noise - x_0 is an error of sigma / (alpha + sigma) in x_0.
    expect(weights[i]).toBeCloseTo(Math.min((alpha / sigma) ** 2, 5) * (sigma / (alpha + sigma)) ** 2, 12)
  })
  expect([...minSnrWeights('epsilon', levelsAt(schedule, { t: Float64Array.of(-1) }), 5)]).toEqual([0])
})

onEachBackend(() => {
  const at = (values: number[]) => tf.tensor2d(values, [2, 2])
  const differences = [0.5, -3, 0, 1]

  test('mean squared error, plain and weighted by item', async () => {
    const [o, target] = [at(differences), at([0, 0, 0, 0])]
    const plain = tf.tidy(() => meanError(o, target, { kind: 'mse' }))
    const weighted = tf.tidy(() => meanError(o, target, { kind: 'mse', weights: Float64Array.of(2, 10) }))
    expect((await plain.data())[0]).toBeCloseTo((0.25 + 9 + 1) / 4, 6)
    expect((await weighted.data())[0]).toBeCloseTo((2 * 9.25 + 10) / 4, 6)
    tf.dispose([o, target, plain, weighted])
  })

  test('Huber, as torch.nn.functional.huber_loss, and its gradient', async () => {
    const target = at([0, 0, 0, 0])
    const o = at(differences)
    const { value, grad } = tf.valueAndGrad((x) => meanError(x, target, { kind: 'huber', delta: 2 }))(o)
    expect((await value.data())[0]).toBeCloseTo((0.125 + 2 * (3 - 1) + 0.5) / 4, 6)
    expect([...(await grad.data())].map((g) => Number((4 * g).toFixed(5)) + 0)).toEqual([0.5, -2, 0, 1])
    tf.dispose([target, o, value, grad])
  })

  test('weights of another batch are refused', () => {
    const o = at(differences)
    expect(() => tf.tidy(() => meanError(o, o, { kind: 'mse', weights: Float64Array.of(1, 2, 3) }))).toThrow(
      /Expected one timestep per item/,
    )
    o.dispose()
  })
})
