// Jacobian-vector products and second derivatives of models, against central differences. The
// differences take values and first-order gradients from the models as they run without derivatives
// of higher order, on other kernels. They are exact to about 2e-3: rounding of float32 divided by
// the step, and the square of the step.
import { describe, expect, test } from 'vitest'
import { classifier, classify } from '../../../src/engine/models/kinds/classifier/classifier.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { dit } from '../../../src/engine/models/kinds/dit/dit.ts'
import { gaussianModel } from '../../../src/engine/models/kinds/gaussian/gaussian.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { flowSchedule } from '../../../src/engine/process/continuous.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { jvp } from '../../../src/engine/gradients/jvp.ts'
import { onCpu, onEachBackend, unetBackends } from '../../backends.ts'
import { isFull } from '../../families.ts'

const TOLERANCE = 3e-3

const random = (place: number) => createRandom(11, [place])
const normal = (shape: readonly number[], place: number) =>
  tf.tensor(random(place).normal(tf.util.sizeFromShape([...shape])), [...shape])

interface Case {
  create: () => Model
  shape: number[]
  evaluate: (model: Model, x: Tensor, t: Float64Array, tensor?: Tensor) => Tensor
}

const small = unetConfig({
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
})

const evaluatePrediction: Case['evaluate'] = (model, x, t, tensor) =>
  predict(model, x, { t, ...(tensor && { tensor }) })

const network: Case = {
  create: () =>
    mlp(
      {
        dim: 2,
        hidden: 16,
        layers: 2,
        time_embedding_dim: 16,
        num_classes: 0,
        activation: 'silu',
        fourier_features: 2,
      },
      'epsilon',
      random(1),
    ),
  shape: [3, 2],
  evaluate: evaluatePrediction,
}

const denoiser: Case = {
  create: () => unet(small, 'epsilon', random(2), { zero_init: false }),
  shape: [2, 8, 8, 1],
  evaluate: evaluatePrediction,
}

const fourierDenoiser: Case = {
  create: () =>
    unet(unetConfig({ ...small, time_embedding_type: 'fourier' }), 'epsilon', random(2), {
      zero_init: false,
    }),
  shape: [2, 8, 8, 1],
  evaluate: evaluatePrediction,
}

const transformer: Case = {
  create: () =>
    dit(
      parseDitConfig({
        sample_size: 4,
        in_channels: 1,
        num_layers: 1,
        num_attention_heads: 2,
        attention_head_dim: 4,
        num_embeds_ada_norm: 2,
      }),
      'epsilon',
      random(7),
      { zero_init: false },
    ),
  shape: [2, 4, 4, 1],
  evaluate: evaluatePrediction,
}

const imageClassifier: Case = {
  create: () =>
    classifier(
      {
        height: 8,
        width: 8,
        in_channels: 1,
        block_out_channels: [4, 8],
        num_classes: 3,
        norm_num_groups: 2,
        activation: 'silu',
        time_embedding_dim: 8,
      },
      random(3),
    ),
  shape: [2, 8, 8, 1],
  evaluate: (model, x, t) => tf.logSoftmax(classify(model, x, undefined, t).logits),
}

function expectNear(got: ArrayLike<number>, right: ArrayLike<number>, what: string) {
  const size = Array.from(right).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(size, what).toBeGreaterThan(0)
  const gap = Array.from(right).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - got[i])),
    0,
  )
  expect(gap / size, what).toBeLessThanOrEqual(TOLERANCE)
}

/** (after - before) / (2 step) in float64. */
const slope = (after: ArrayLike<number>, before: ArrayLike<number>, step: number) =>
  Array.from(after, (value, i) => (value - before[i]) / (2 * step))

const H = 1e-2

/** `step`: the step along t of the central difference. */
function testModel({ create, shape, evaluate }: Case, hasTime: boolean, step = 0.05) {
  const t = Float64Array.from({ length: shape[0] }, (_, i) => 40 + 3 * i)
  const withModel = async (work: (model: Model) => Promise<void>) => {
    const model = create()
    await work(model)
    tf.dispose(collectTensors(model))
  }
  const read = async (work: () => Tensor) => {
    const tensor = tf.tidy(work)
    const data = await tensor.data()
    tensor.dispose()
    return data
  }

  test('Jacobian-vector product along x', () =>
    withModel(async (model) => {
      const [x, v] = [normal(shape, 4), normal(shape, 5)]
      const at = (by: number) => read(() => evaluate(model, x.add(v.mul(by)), t))
      const found = await read(() => jvp(([x]) => evaluate(model, x, t), [x], [v]).tangent)
      expectNear(found, slope(await at(H), await at(-H), H), 'tangent')
      tf.dispose([x, v])
    }))

  const testTime = () =>
    test('Jacobian-vector product along t, with the bits of the value', () =>
      withModel(async (model) => {
        const x = normal(shape, 4)
        const at = (by: number) =>
          read(() =>
            evaluate(
              model,
              x,
              t.map((time) => time + by),
            ),
          )
        const [time, ones] = [tf.tensor1d(Float32Array.from(t)), tf.ones([t.length])]
        const found = tf.tidy(() => {
          const { value, tangent } = jvp(([time]) => evaluate(model, x, t, time), [time], [ones])
          return [value, tangent]
        })
        expect(await found[0].data()).toEqual(await at(0))
        expectNear(await found[1].data(), slope(await at(step), await at(-step), step), 'tangent')
        tf.dispose([x, time, ones, ...found])
      }))
  if (hasTime) testTime()

  test('second derivative along x and the weights', () =>
    withModel(async (model) => {
      const names = Object.keys(model.weights)
      const xs = [normal(shape, 4), ...Object.values(model.weights)]
      // A direction in x alone keeps the difference exact; the result is for x and all weights.
      const v = normal(shape, 6)
      const loss = ([x, ...weights]: Tensor[]) => {
        const named = Object.fromEntries(names.map((name, i) => [name, weights[i]]))
        return evaluate({ ...model, weights: named }, x, t)
          .square()
          .sum()
      }
      const gradients = (by: number) =>
        tf.tidy(() => {
          const moved = [xs[0].add(v.mul(by)), ...xs.slice(1)]
          const { grads } = differentiate(() => loss(moved), moved)
          return tf.concat(grads.map((gradient, i) => (gradient ?? tf.zerosLike(xs[i])).flatten()))
        })
      const found = tf.tidy(() => {
        const { grads } = differentiate(() => {
          const x = xs[0].clone()
          const inner = differentiate(() => loss([x, ...xs.slice(1)]), [x])
          return (inner.grads[0] as Tensor).mul(v).sum()
        }, xs)
        return tf.concat(grads.map((gradient, i) => (gradient ?? tf.zerosLike(xs[i])).flatten()))
      })
      const [after, before] = [gradients(H), gradients(-H)]
      expectNear(
        await found.data(),
        slope(await after.data(), await before.data(), H),
        'Hessian product',
      )
      tf.dispose([xs[0], v, found, after, before])
    }))
}

onEachBackend(() => {
  describe('MLP', () => testModel(network, true))
  describe('classifier', () => testModel(imageClassifier, false))
  describe('DiT', () => testModel(transformer, true))
})

onEachBackend(
  (name) => {
    describe(`UNet on ${name}`, () => testModel(denoiser, true))
    // The frequencies are higher.
    describe(`UNet with ln t on ${name}`, () => testModel(fourierDenoiser, true, 0.005))
  },
  isFull ? unetBackends : ['wasm'],
)

onCpu(() => {
  test('models in closed form refuse times that carry derivatives', () => {
    const model = gaussianModel({ dim: 2, mean: 0, std: 1, schedule: flowSchedule(1000) }, 'sample')
    const [x, time] = [normal([2, 2], 1), tf.tensor1d([300])]
    expect(() => predict(model, x, { t: Float64Array.of(300), tensor: time })).toThrow(
      /differentiated with respect to t, got a model of kind gaussian/,
    )
    tf.dispose([x, time, ...collectTensors(model)])
  })
})
