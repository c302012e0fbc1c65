// Losses and their weights, compared with recorded numbers and manual calculations.
import { expect, test } from 'vitest'
import { lossWeights, meanError } from '../../../src/engine/losses/index.ts'
import type { Weighting } from '../../../src/engine/losses/index.ts'
import type { ScheduleName } from '../../../src/engine/process/schedule.ts'
import { alphaBarAt, levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import type { PredictionType } from '../../../src/engine/base/values.ts'
import { onEachBackend } from '../../backends.ts'
import { golden } from '../../golden.ts'

interface Recorded {
  min_snr: {
    config: { num_train_timesteps: number; beta_schedule: ScheduleName }
    t: number[]
    min_snr: Record<string, Record<PredictionType, number[]>>
  }[]
}

test.each(
  golden<Recorded>('learning').min_snr.map((entry) => [entry.config.beta_schedule, entry] as const),
)('min-SNR weights of %s', (name, { config, t, min_snr }) => {
  const schedule = noiseSchedule({ name, T: config.num_train_timesteps })
  for (const [gamma, kinds] of Object.entries(min_snr)) {
    for (const [predicts, expected] of Object.entries(kinds)) {
      const got = lossWeights(
        'min_snr',
        predicts as PredictionType,
        levelsAt(schedule, { t: Float64Array.from(t) }),
        {
          gamma: Number(gamma),
        },
      )
      expected.forEach((value, i) =>
        expect(got[i] / value, `${predicts}, gamma ${gamma}, t ${t[i]}`).toBeCloseTo(1, 5),
      )
    }
  }
})

test('weights the error of x_0 equally for every prediction type', () => {
  const schedule = noiseSchedule({ name: 'squaredcos_cap_v2', T: 100 })
  const t = Float64Array.of(3, 50, 90)
  const weights = lossWeights('min_snr', 'flow_prediction', levelsAt(schedule, { t }))
  t.forEach((step, i) => {
    const [alpha, sigma] = [
      Math.sqrt(alphaBarAt(schedule, step)),
      Math.sqrt(1 - alphaBarAt(schedule, step)),
    ]
    // An error of 1 in noise - x_0 is an error of sigma / (alpha + sigma) in x_0.
    expect(weights[i]).toBeCloseTo(
      Math.min((alpha / sigma) ** 2, 5) * (sigma / (alpha + sigma)) ** 2,
      12,
    )
  })
  expect([
    ...lossWeights('min_snr', 'epsilon', levelsAt(schedule, { t: Float64Array.of(-1) })),
  ]).toEqual([0])
})

interface WeightCase {
  id: string
  config: { num_train_timesteps: number; beta_schedule: ScheduleName }
  t: number[]
  sigma: number[]
  weights: {
    min_snr: Record<string, Record<PredictionType, number[]>>
    p2: Record<string, number[]>
  }
  truncated_snr_max1: number[]
  v_equivalent_eps_weight_snr_plus_1_over_snr: number[]
  edm_weight_sigma_data_0_5: number[]
}

const expectRatio = (got: Float64Array, wanted: number[], digits = 6) =>
  wanted.forEach((value, i) => expect(got[i] / value, `entry ${i}`).toBeCloseTo(1, digits))

test.each(
  golden<{ cases: WeightCase[] }>('losses')
    .cases.filter(({ id }) => id.startsWith('weights_'))
    .map((entry) => [entry.id, entry] as const),
)('all recorded weights: %s', (_, recorded) => {
  const { t, config, weights } = recorded
  const schedule = noiseSchedule({ name: config.beta_schedule, T: config.num_train_timesteps })
  const levels = levelsAt(schedule, { t: Float64Array.from(t) })
  const found = (...[weighting, predicts, options]: [Weighting, PredictionType, object?]) =>
    lossWeights(weighting, predicts, levels, options)
  for (const [gamma, kinds] of Object.entries(weights.min_snr)) {
    for (const [predicts, wanted] of Object.entries(kinds))
      expectRatio(found('min_snr', predicts as PredictionType, { gamma: Number(gamma) }), wanted)
  }
  for (const [options, wanted] of Object.entries(weights.p2)) {
    const [, p2K, p2Gamma] = /k=(.*),gamma=(.*)/.exec(options)!.map(Number)
    expectRatio(found('p2', 'epsilon', { p2K, p2Gamma }), wanted)
  }
  expectRatio(found('truncated_snr', 'sample'), recorded.truncated_snr_max1)
  expectRatio(found('snr_plus_1', 'epsilon'), recorded.v_equivalent_eps_weight_snr_plus_1_over_snr)
  expectRatio(found('edm', 'sample'), recorded.edm_weight_sigma_data_0_5)
})

/** An error of 1 in the output of EDM's network is c_out in x_0: Karras et al. 2022, eq. 7. */
const cOut = (sigma: number, data: number) => (sigma * data) / Math.sqrt(sigma ** 2 + data ** 2)

test('matches the weights of EDM and k-diffusion on the input of the network', () => {
  const edm = golden<{
    cases: { id: string; sigma: number[]; sigma_data: number; loss_weight: number[] }[]
  }>('losses').cases
  const { sigma, sigma_data: sigmaData, loss_weight } = edm.find(({ id }) => id === 'edm_precond')!
  const at = (ratio: number[]) =>
    levelsAt(
      { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 },
      { t: Float64Array.from(ratio) },
    )
  expectRatio(lossWeights('edm', 'sample', at(sigma), { sigmaData }), loss_weight, 12)

  const { kdiffusion } = golden<{
    kdiffusion: { sigma_data: number; sigma: number[]; soft_min_snr: number[]; snr: number[] }
  }>('weights')
  for (const [weighting, name] of [
    ['soft_min_snr', 'soft_min_snr'],
    ['snr', 'snr'],
  ] as const) {
    const onData = lossWeights(weighting, 'sample', at(kdiffusion.sigma), {
      sigmaData: kdiffusion.sigma_data,
    })
    expectRatio(
      onData.map((weight, i) => weight * cOut(kdiffusion.sigma[i], kdiffusion.sigma_data) ** 2),
      kdiffusion[name],
      12,
    )
  }
})

test('matches the weights of SD3 by the time of a flow', () => {
  const { sd3 } = golden<{
    sd3: { u: number[]; cosmap_weight: number[]; sigma_sqrt_weight: number[] }
  }>('weights')
  const levels = levelsAt({ kind: 'flow', name: 'flow', T: 1 }, { t: Float64Array.from(sd3.u) })
  expectRatio(lossWeights('cosmap', 'sample', levels), sd3.cosmap_weight, 12)
  expectRatio(lossWeights('sigma_sqrt', 'sample', levels), sd3.sigma_sqrt_weight, 12)
  // The error of a velocity is 1 / s times that of x_0.
  expectRatio(
    lossWeights('sigma_sqrt', 'flow_prediction', levels),
    sd3.u.map(() => 1),
    12,
  )
})

test('at both ends a weight is its limit, or is rejected', () => {
  const ends = {
    t: Float64Array.of(0, 1),
    alpha: Float64Array.of(1, 0),
    sigma: Float64Array.of(0, 1),
  }
  const at = (weighting: Weighting, predicts: PredictionType) => [
    ...lossWeights(weighting, predicts, ends),
  ]
  expect(at('snr', 'epsilon')).toEqual([1, 1])
  expect(at('snr', 'v_prediction')).toEqual([1, 0])
  expect(at('min_snr', 'epsilon')).toEqual([0, 1])
  expect(at('min_snr', 'sample')).toEqual([5, 0])
  expect(at('soft_min_snr', 'sample')).toEqual([4, 0])
  expect(at('p2', 'epsilon')).toEqual([0, 1])
  expect(() => at('edm', 'epsilon')).toThrow(/got infinity for edm of an error in epsilon at t = 1/)
  expect(() => at('snr', 'sample')).toThrow(/at t = 0, where there is no noise/)
})

onEachBackend(() => {
  const at = (values: number[]) => tf.tensor2d(values, [2, 2])
  const differences = [0.5, -3, 0, 1]

  test('mean squared error, with and without weights per item', async () => {
    const [o, target] = [at(differences), at([0, 0, 0, 0])]
    const plain = tf.tidy(() => meanError(o, target, { kind: 'mse' }))
    const weighted = tf.tidy(() =>
      meanError(o, target, { kind: 'mse', weights: Float64Array.of(2, 10) }),
    )
    expect((await plain.data())[0]).toBeCloseTo((0.25 + 9 + 1) / 4, 6)
    expect((await weighted.data())[0]).toBeCloseTo((2 * 9.25 + 10) / 4, 6)
    tf.dispose([o, target, plain, weighted])
  })

  test.each([
    ['alone', 5, undefined],
    ['in fours', 8, undefined],
    ['with a factor per item', 8, [3, 0.5]],
  ])('gradients of the squared error with respect to both inputs, %s', async (_, n, factors) => {
    const values = (seed: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(seed + i))
    const [a, b] = [values(1), values(5)]
    const shape = factors ? [factors.length, n / factors.length] : [n]
    const [x, y] = [tf.tensor(a, shape), tf.tensor(b, shape)]
    const loss = () =>
      meanError(x, y, {
        kind: 'mse',
        ...(factors && { weights: Float64Array.from(factors) }),
      }).mul(3) as Scalar
    const { value, grads } = differentiate(loss, [x, y])
    const factor = (i: number) => (3 * (factors ? factors[Math.floor((i * 2) / n)] : 1)) / n
    const expected = Array.from(a, (_, i) => 2 * factor(i) * (a[i] - b[i]))
    const error = Array.from(a, (_, i) => factor(i) * (a[i] - b[i]) ** 2)
    expect((await value.data())[0]).toBeCloseTo(
      error.reduce((sum, each) => sum + each, 0),
      5,
    )
    const [dx, dy] = await Promise.all(grads.map((gradient) => gradient!.data()))
    expected.forEach((gradient, i) => {
      expect(dx[i]).toBeCloseTo(gradient, 5)
      expect(dy[i]).toBeCloseTo(-gradient, 5)
    })
    tf.dispose([x, y, value, ...grads.map((gradient) => gradient!)])
  })

  test('Huber matches torch.nn.functional.huber_loss, with its gradient', async () => {
    const target = at([0, 0, 0, 0])
    const o = at(differences)
    const { value, grad } = tf.valueAndGrad((x) =>
      meanError(x, target, { kind: 'huber', delta: 2 }),
    )(o)
    expect((await value.data())[0]).toBeCloseTo((0.125 + 2 * (3 - 1) + 0.5) / 4, 6)
    expect([...(await grad.data())].map((g) => Number((4 * g).toFixed(5)) + 0)).toEqual([
      0.5, -2, 0, 1,
    ])
    tf.dispose([target, o, value, grad])
  })

  test('l1 and pseudo-Huber, and their gradients', async () => {
    const target = at([0, 0, 0, 0])
    const o = at(differences)
    const l1 = tf.valueAndGrad((x) => meanError(x, target, { kind: 'l1' }))(o)
    const pseudo = tf.valueAndGrad((x) => meanError(x, target, { kind: 'pseudo_huber', c: 0.5 }))(o)
    expect((await l1.value.data())[0]).toBeCloseTo(4.5 / 4, 6)
    expect([...(await l1.grad.data())].map((g) => 4 * g + 0)).toEqual([1, -1, 0, 1])
    const root = (d: number) => Math.sqrt(d * d + 0.25)
    expect((await pseudo.value.data())[0]).toBeCloseTo(
      differences.reduce((sum, d) => sum + root(d) - 0.5, 0) / 4,
      6,
    )
    const slopes = await pseudo.grad.data()
    differences.forEach((d, i) => expect(4 * slopes[i]).toBeCloseTo(d / root(d), 5))
    tf.dispose([target, o, l1.value, l1.grad, pseudo.value, pseudo.grad])
  })

  test('rejects weights of another batch size', () => {
    const o = at(differences)
    expect(() =>
      tf.tidy(() => meanError(o, o, { kind: 'mse', weights: Float64Array.of(1, 2, 3) })),
    ).toThrow(/Expected one timestep per item/)
    o.dispose()
  })
})
