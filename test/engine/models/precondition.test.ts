// Preconditioning: EDM scalings compared with recorded ones, properties of the VP, VE and iDDPM
// scalings, and models that wrap a network.
import { describe, expect, test } from 'vitest'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import {
  withPreconditioning,
  scalingsAt,
} from '../../../src/engine/models/kinds/precondition/precondition.ts'
import type { Preconditioning } from '../../../src/engine/models/kinds/precondition/config.ts'
import { preconditionings } from '../../../src/engine/models/kinds/precondition/config.ts'
import { predict, trainableModel } from '../../../src/engine/models/predict.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Schedule } from '../../../src/engine/process/schedule.ts'
import { levelsAt, noiseSchedule, getRatios } from '../../../src/engine/process/schedule.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'
import { golden } from '../../golden.ts'
import { modelConditions } from '../../../src/engine/models/kinds/registry.ts'

interface Recorded {
  id: string
  sigma: number[]
  c_skip: number[]
  c_out: number[]
  c_in: number[]
  c_noise: number[]
}

const edm: Schedule = { kind: 'sigma', name: 'edm', sigmaMin: 0.002, sigmaMax: 80 }
const options = (preconditioning: Preconditioning) => ({
  preconditioning,
  sigma_data: 0.5,
  sigma_min: 0.002,
})
const sigmas = Float64Array.of(0, 0.002, 0.05, 0.5, 3, 80)

test('EDM scalings match the recorded ones', () => {
  const { cases } = golden<{ cases: Recorded[] }>('losses')
  const { sigma, c_skip, c_out, c_in, c_noise } = cases.find(({ id }) => id === 'edm_precond')!
  const found = scalingsAt(Float64Array.from(sigma), options('edm'))
  const close = (list: Float64Array, wanted: number[]) =>
    wanted.forEach((value, i) =>
      expect(Math.abs(list[i] - value)).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(value))),
    )
  close(found.skip, c_skip)
  close(found.out, c_out)
  close(found.in, c_in)
  close(found.noise, c_noise)
})

test('consistency returns its input at sigma_min, and has EDM scalings far from it', () => {
  const found = scalingsAt(Float64Array.of(0.002, 80), options('consistency'))
  expect([found.skip[0], found.out[0]]).toEqual([1, 0])
  const far = scalingsAt(Float64Array.of(80), options('edm'))
  expect(found.out[1] / far.out[0]).toBeCloseTo(1, 4)
  expect(found.noise[1]).toBeCloseTo(1000 * far.noise[0], 9)
})

test('c_noise is the time of the VP process, or the timestep of the iDDPM table', () => {
  const process: Schedule = { kind: 'vp', name: 'vp', T: 999, betaMin: 0.1, betaD: 19.9 }
  const t = Float64Array.of(0, 1, 10, 500, 999)
  scalingsAt(getRatios(levelsAt(process, { t })), options('vp')).noise.forEach((time, i) =>
    expect(time).toBeCloseTo(t[i], 6),
  )
  // iDDPM uses the levels of the cosine schedule of Nichol & Dhariwal, with betas of at most 0.999.
  const cosine = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })
  const steps = Float64Array.of(0, 1, 250, 900)
  expect([
    ...scalingsAt(getRatios(levelsAt(cosine, { t: steps })), options('iddpm')).noise,
  ]).toEqual([...steps])
})

/** Output of F for which D equals the true x_0. */
const truths: { [K in Preconditioning]?: (x0: number, noise: number) => number } = {
  vp: (_, noise) => noise,
  iddpm: (_, noise) => noise,
  ve: (_, noise) => -noise,
}

describe.each(Object.entries(truths))('%s', (preconditioning, truth) => {
  test('the network predicts noise', () => {
    const found = scalingsAt(sigmas, options(preconditioning as Preconditioning))
    for (const [i, sigma] of sigmas.entries()) {
      const [x0, noise] = [0.7, -1.3]
      expect(found.skip[i] * (x0 + sigma * noise) + found.out[i] * truth(x0, noise)).toBeCloseTo(
        x0,
        12,
      )
    }
  })
})

onCpu(() => {
  const dim = 2
  const network = () =>
    mlp(
      {
        dim,
        hidden: 8,
        layers: 1,
        time_embedding_dim: 4,
        num_classes: 3,
        activation: 'silu',
        fourier_features: 0,
      },
      'epsilon',
      createRandom(1),
    )
  const points = (seed: number) => tf.tensor2d(createRandom(seed).normal(6), [3, dim])

  test.each(preconditionings)(
    '%s: the model is c_skip x + c_out F(c_in x, c_noise), and accepts the condition of F',
    (kind) => {
      const [inner, x] = [network(), points(2)]
      const model = withPreconditioning(inner, { ...options(kind), schedule: edm })
      expect([model.predicts, trainableModel(model)]).toEqual(['sample', inner])
      expect(modelConditions(model)).toMatchObject([{ kind: 'labels', classes: 3 }])
      const condition = { kind: 'labels', labels: Int32Array.of(0, 1, -1) } as const
      const sigma = Float64Array.of(0.1, 1, 10)
      const { skip, out, in: scale, noise } = scalingsAt(sigma, options(kind))
      const row = (values: Float64Array) => tf.tensor2d(Float32Array.from(values), [3, 1])
      const gap = tf.tidy(() => {
        const found = predict(model, x, sigma, condition)
        // `predict` rejects times below 0, but c_noise can be negative; such kinds are not
        // compared.
        const raw = noise.map((time) => Math.max(time, 0))
        const same = noise.every((time) => time >= 0)
        const wanted = x
          .mul(row(skip))
          .add(predict(inner, x.mul(row(scale)), raw, condition).mul(row(out)))
        return same ? found.sub(wanted).abs().max().dataSync()[0] : 0
      })
      expect(gap).toBeLessThan(1e-6)
      tf.dispose([x, ...collectTensors(inner)])
    },
  )

  test('is the same model with every schedule', () => {
    const [inner, x] = [network(), points(2)]
    const cosine = noiseSchedule({ name: 'squaredcos_cap_v2', T: 1000 })
    const levels = levelsAt(cosine, { t: Float64Array.of(10, 500, 900) })
    const [asTable, asSigma] = [cosine, edm].map((schedule) =>
      withPreconditioning(inner, { ...options('edm'), schedule }),
    )
    const unscaled = tf.tidy(() => x.div(tf.tensor2d(Float32Array.from(levels.alpha), [3, 1])))
    const gap = tf.tidy(() =>
      predict(asTable, x, levels)
        .sub(predict(asSigma, unscaled as Tensor, getRatios(levels)))
        .abs()
        .max()
        .dataSync(),
    )
    expect(gap[0]).toBeLessThan(1e-5)
    tf.dispose([x, unscaled, ...collectTensors(inner)])
  })

  test('preserves clean data, and rejects levels without signal', () => {
    const [inner, x] = [network(), points(2)]
    const clean = tf.tidy(() =>
      predict(
        withPreconditioning(inner, { ...options('edm'), schedule: edm }),
        x,
        Float64Array.of(0),
      ),
    )
    expect([...clean.dataSync()]).toEqual([...x.dataSync()])
    const flow = withPreconditioning(inner, {
      ...options('edm'),
      schedule: { kind: 'flow', name: 'flow', T: 1 },
    })
    expect(() =>
      tf.tidy(() => predict(flow, x, Float64Array.of(1))),
    ).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected a finite σ / α for a preconditioned model, got infinity at t = 1, where no signal is left.]`,
    )
    tf.dispose([x, clean, ...collectTensors(inner)])
  })

  test('training through the wrapper has the gradients of the network', () => {
    const [inner, x] = [network(), points(2)]
    const model = withPreconditioning(inner, { ...options('edm'), schedule: edm })
    const name = 'linear_in.weight'
    const loss = (weight: Tensor) => {
      const changed = {
        ...model,
        children: { model: { ...inner, weights: { ...inner.weights, [name]: weight } } },
      }
      return predict(changed, x, Float64Array.of(1)).square().sum().asScalar()
    }
    const weight = inner.weights[name]
    const slope = tf.tidy(() => tf.grad(loss)(weight).dataSync())
    const step = 1e-2
    const at = (change: number) =>
      tf.tidy(
        () =>
          loss(
            weight.add(
              tf
                .oneHot(tf.tensor1d([3], 'int32'), weight.size)
                .reshape(weight.shape)
                .mul(change),
            ),
          ).dataSync()[0],
      )
    expect(slope[3]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 2)
    tf.dispose([x, ...collectTensors(inner)])
  })
})
