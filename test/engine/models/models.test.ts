// Models: gradients compared with finite differences, the exact denoiser with sums in float64,
// guidance, errors.
import { describe, expect, test } from 'vitest'
import { exactModel } from '../../../src/engine/models/kinds/exact/exact.ts'
import { guide } from '../../../src/engine/process/guidance.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { silu } from '../../../src/engine/layers/activations.ts'
import { timestepEmbedding } from '../../../src/engine/layers/embedding.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predictWithVariance, predict, trainableModel } from '../../../src/engine/models/predict.ts'
import { withWeights } from '../../../src/engine/models/tree.ts'
import { runTidied } from '../../../src/engine/base/memory.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { alphaBarAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning, PredictionType, Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import type { MlpConfig } from '../../../src/engine/models/kinds/mlp/config.ts'
import { modelConditions } from '../../../src/engine/models/kinds/registry.ts'

const config: MlpConfig = {
  dim: 2,
  hidden: 8,
  layers: 2,
  time_embedding_dim: 6,
  num_classes: 3,
  activation: 'silu',
  fourier_features: 2,
}
const under = (...labels: number[]): Conditioning => ({
  kind: 'labels',
  labels: Int32Array.from(labels),
})
const small = (changes: Partial<MlpConfig> = {}, seed = 1) =>
  mlp({ ...config, ...changes }, 'epsilon', createRandom(seed))
const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(shape.reduce((a, b) => a * b, 1)), shape)
const pick = (weights: Weights, names: string[]): Weights =>
  Object.fromEntries(names.map((name) => [name, weights[name]]))
const free = (...values: unknown[]) => tf.dispose(collectTensors(values))
const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((gap, value, i) => Math.max(gap, Math.abs(value - b[i])), 0)

onEachBackend(() => {
  test('linear has the gradients of matMul and add', async () => {
    const [x, w, b, r] = [normal([5, 3], 1), normal([3, 4], 2), normal([4], 3), normal([5, 4], 4)]
    const mine = tf.valueAndGrads((x: Tensor, w: Tensor, b: Tensor) =>
      linear(x as Tensor2D, w as Tensor2D, b as Tensor1D)
        .mul(r)
        .sum(),
    )([x, w, b])
    const stock = tf.valueAndGrads((x: Tensor, w: Tensor, b: Tensor) =>
      tf
        .matMul(x as Tensor2D, w as Tensor2D)
        .add(b)
        .mul(r)
        .sum(),
    )([x, w, b])
    expect((await mine.value.data())[0]).toBeCloseTo((await stock.value.data())[0], 4)
    for (const [i, gradient] of mine.grads.entries()) {
      expect(gradient.shape).toEqual(stock.grads[i].shape)
      expect(largestGap(await gradient.data(), await stock.grads[i].data())).toBeLessThan(1e-5)
    }
    free(x, w, b, r, mine, stock)
  })

  test('silu has the gradient of x sigmoid(x)', async () => {
    const x = tf.tensor1d([-30, -3, -0.5, 0, 0.5, 3, 30])
    const mine = tf.grad((x) => silu(x).sum())(x)
    const stock = tf.grad((x) => x.mul(x.sigmoid()).sum())(x)
    expect(largestGap(await mine.data(), await stock.data())).toBeLessThan(1e-6)
    free(x, mine, stock)
  })

  test('gradients of an MLP match the slopes of its loss', async () => {
    const model = small()
    const [x, r] = [normal([6, 2], 5), normal([6, 2], 6)]
    const t = Float64Array.of(0, 10, 200, 500, 900, 999)
    const labels = under(0, 1, 2, -1, 2, 0)
    const names = Object.keys(model.weights)
    const lossOf = (weights: Tensor[]) =>
      predict(
        { ...model, weights: Object.fromEntries(names.map((name, i) => [name, weights[i]])) },
        x,
        t,
        labels,
      )
        .mul(r)
        .mean() as Scalar
    const weights = Object.values(model.weights)
    const { value, grads } = tf.engine().gradients(() => lossOf(weights), weights)
    const step = 0.02
    for (const [i, name] of names.entries()) {
      const direction = normal(weights[i].shape, 100 + i)
      const moved = (by: number) =>
        tf.tidy(() =>
          lossOf(weights.map((weight, j) => (i === j ? weight.add(direction.mul(by)) : weight))),
        )
      const [up, down] = [moved(step), moved(-step)]
      const slope = tf.tidy(() => grads[i].mul(direction).sum())
      const expected = ((await up.data())[0] - (await down.data())[0]) / (2 * step)
      expect(Math.abs((await slope.data())[0] - expected), name).toBeLessThan(1e-3)
      free(direction, up, down, slope)
    }
    free(model, x, r, value, grads)
  })

  test('one timestep for all items equals separate ones', async () => {
    const model = small()
    const x = normal([4, 2], 7)
    const one = tf.tidy(() => predict(model, x, Float64Array.of(7), under(1)))
    const each = tf.tidy(() => predict(model, x, Float64Array.of(7, 7, 7, 7), under(1, 1, 1, 1)))
    expect(await one.data()).toEqual(await each.data())
    free(model, x, one, each)
  })

  test('a missing condition is the null label and differs from every class', async () => {
    const model = small()
    const x = normal([2, 2], 8)
    const t = Float64Array.of(40)
    const given = [undefined, under(-1), under(0), under(2)]
    const [none, nothing, first, last] = given.map((labels) =>
      tf.tidy(() => predict(model, x, t, labels)),
    )
    expect(await none.data()).toEqual(await nothing.data())
    for (const other of [first, last])
      expect(largestGap(await none.data(), await other.data())).toBeGreaterThan(1e-4)
    free(model, x, none, nothing, first, last)
  })

  test('a guided model combines two evaluations, bit for bit', async () => {
    const model = small()
    const x = normal([3, 2], 9)
    const t = Float64Array.of(5, 50, 500)
    const labels = under(0, 2, 1)
    const inside = tf.tidy(() => predict(guidedModel(model, 3.3), x, t, labels))
    const byHand = tf.tidy(() => guide(predict(model, x, t, labels), predict(model, x, t), 3.3))
    expect(await inside.data()).toEqual(await byHand.data())
    const unguided = tf.tidy(() => predict(guidedModel(model, 3.3), x, t))
    const plain = tf.tidy(() => predict(model, x, t))
    expect(await unguided.data()).toEqual(await plain.data())
    free(model, x, inside, byHand, unguided, plain)
  })

  describe.each([
    ['a finite set', 0],
    ['a mixture', 0.3],
  ])('the exact denoiser of %s', (_, std) => {
    const schedule = noiseSchedule({ name: 'linear_openai', T: 100 })
    const centers = Array.from(createRandom(11).normal(14))
    const labels = Int32Array.of(0, 0, 0, 1, 1, 1, 1)
    const make = (predicts: PredictionType) =>
      exactModel(
        Float32Array.from(centers),
        { dim: 2, std, num_classes: 2, schedule, labels },
        predicts,
      )

    /** E[x_0 | x_t] by sums in float64. */
    function expected(x: number[], t: number, label: number): number[] {
      const a = alphaBarAt(schedule, t)
      const variance = a * std ** 2 + 1 - a
      const all = [...labels.keys()].filter((i) => label < 0 || labels[i] === label)
      const log = all.map(
        (i) =>
          -[0, 1].reduce((sum, k) => sum + (x[k] - Math.sqrt(a) * centers[2 * i + k]) ** 2, 0) /
          (2 * variance),
      )
      const top = Math.max(...log)
      const shares = log.map((value) => Math.exp(value - top))
      const total = shares.reduce((sum, share) => sum + share, 0)
      return [0, 1].map((k) =>
        all.reduce((sum, i, n) => {
          const c = centers[2 * i + k]
          return (
            sum +
            (shares[n] / total) *
              (c + ((Math.sqrt(a) * std ** 2) / variance) * (x[k] - Math.sqrt(a) * c))
          )
        }, 0),
      )
    }

    const points = [0.3, -0.2, 1.5, 0.4, -2, 1]
    const t = [0, 30, 99]

    test.each([[undefined], [[0, 1, -1]]])('is the posterior mean for labels %s', async (given) => {
      const model = make('sample')
      const x = tf.tensor2d(points, [3, 2])
      const got = tf.tidy(() => predict(model, x, Float64Array.from(t), given && under(...given)))
      const right = t.flatMap((step, i) =>
        expected(points.slice(2 * i, 2 * i + 2), step, given?.[i] ?? -1),
      )
      expect(largestGap(await got.data(), right)).toBeLessThan(2e-3)
      free(model, x, got)
    })

    test('predicts the corresponding noise', async () => {
      const model = make('epsilon')
      const x = tf.tensor2d(points, [3, 2])
      const got = tf.tidy(() => predict(model, x, Float64Array.of(50)))
      const a = alphaBarAt(schedule, 50)
      const right = [0, 1, 2].flatMap((i) => {
        const clean = expected(points.slice(2 * i, 2 * i + 2), 50, -1)
        return clean.map(
          (value, k) => (points[2 * i + k] - Math.sqrt(a) * value) / Math.sqrt(1 - a),
        )
      })
      expect(largestGap(await got.data(), right)).toBeLessThan(1e-4)
      free(model, x, got)
    })
  })
})

onCpu(() => {
  test('weights have the names and initial distribution of PyTorch', async () => {
    const model = small()
    expect(Object.entries(model.weights).map(([name, { shape }]) => `${name} ${shape.join('x')}`))
      .toMatchInlineSnapshot(`
      [
        "time_embedding.linear_1.weight 6x8",
        "time_embedding.linear_1.bias 8",
        "time_embedding.linear_2.weight 8x8",
        "time_embedding.linear_2.bias 8",
        "class_embedding.weight 4x8",
        "linear_in.weight 10x8",
        "linear_in.bias 8",
        "layers.0.weight 8x8",
        "layers.0.bias 8",
        "layers.1.weight 8x8",
        "layers.1.bias 8",
        "linear_out.weight 8x2",
        "linear_out.bias 2",
      ]
    `)
    const bound = 1 / Math.sqrt(8)
    const weights = await model.weights['layers.0.weight'].data()
    expect(Math.max(...weights.map(Math.abs))).toBeLessThanOrEqual(bound)
    expect(Math.max(...weights.map(Math.abs))).toBeGreaterThan(0.8 * bound)
    free(model)
  })

  test('equal seeds give equal initial weights, different seeds different ones', async () => {
    const [one, same, other] = [small({}, 1), small({}, 1), small({}, 2)]
    const first = (model: Model) => model.weights['linear_in.weight'].data()
    expect(await first(one)).toEqual(await first(same))
    expect(await first(one)).not.toEqual(await first(other))
    free(one, same, other)
  })

  test('timestep embeddings equal those of diffusers with flip_sin_to_cos', async () => {
    const embedded = timestepEmbedding(Float64Array.of(0, 999), 4)
    // get_timestep_embedding(torch.tensor([0, 999]), 4, flip_sin_to_cos=True,
    // downscale_freq_shift=0)
    const right = [1, 1, 0, 0, Math.cos(999), Math.cos(9.99), Math.sin(999), Math.sin(9.99)]
    expect(largestGap(await embedded.data(), right)).toBeLessThan(1e-6)
    embedded.dispose()
  })

  test('finds the trainable model inside a wrapper, and replaces its weights', () => {
    const inner = small()
    const wrapped = guidedModel(inner, 2)
    const learner = trainableModel(wrapped)!
    expect(learner).toBe(inner)
    expect(modelConditions(wrapped)).toMatchObject([{ kind: 'labels', classes: 3 }])
    const changed = withWeights(wrapped, learner, {})
    expect(changed.children.model.weights).toEqual({})
    expect(wrapped.children.model.weights).toBe(inner.weights)
    const schedule = noiseSchedule({ name: 'linear', T: 10 })
    const exact = exactModel(
      new Float32Array(2),
      { dim: 2, std: 1, num_classes: 0, schedule },
      'epsilon',
    )
    expect(trainableModel(exact)).toBeUndefined()
    free(inner, exact)
  })

  test('a model with twice the channels predicts a variance in the second half; guidance keeps the conditional one', async () => {
    const [tensor, said] = [small(), small({}, 2)]
    const both = (name: string) => tf.concat([tensor.weights[name], said.weights[name]], -1)
    const last = {
      'linear_out.weight': both('linear_out.weight'),
      'linear_out.bias': both('linear_out.bias'),
    }
    // Everything else equals `tensor`: the second half is computed from the same features.
    const model: Model = {
      ...tensor,
      variance: 'learned_range',
      weights: { ...tensor.weights, ...last },
    }
    const other = withWeights(tensor, tensor, {
      ...tensor.weights,
      ...pick(said.weights, Object.keys(last)),
    })
    const x = normal([3, 2], 5)
    const t = Float64Array.of(7)
    const answers = runTidied(() => ({
      alone: predictWithVariance(model, x, t, under(1)),
      mean: predict(tensor, x, t, under(1)),
      variance: predict(other, x, t, under(1)),
      guided: predictWithVariance(guidedModel(model, 3), x, t, under(1)),
      guidedMean: predict(guidedModel(tensor, 3), x, t, under(1)),
    }))
    const numbers = (tensor: Tensor) => [...tensor.dataSync()]
    expect(numbers(answers.alone.tensor)).toEqual(numbers(answers.mean))
    expect(numbers(answers.alone.variance!.tensor)).toEqual(numbers(answers.variance))
    expect(guidedModel(model, 3).variance).toBe('learned_range')
    expect(numbers(answers.guided.tensor)).toEqual(numbers(answers.guidedMean))
    expect(numbers(answers.guided.variance!.tensor)).toEqual(numbers(answers.variance))
    expect(() =>
      tf.tidy(() => predict({ ...tensor, variance: 'learned' }, x, t)),
    ).toThrowErrorMatchingInlineSnapshot(
      `[EngineError: Expected 4 output channels (mean and variance), got 2.]`,
    )
    free(tensor, said, last, x, answers)
  })

  test('rejects arguments that do not fit the model, with a cure', () => {
    const [model, plain] = [small(), small({ num_classes: 0 })]
    const x = tf.zeros([4, 2])
    const image = tf.zeros([4, 8, 8, 3])
    const refusal = (...args: Parameters<typeof predict>) => {
      try {
        predict(...args)
      } catch (error) {
        return (error as Error).message
      }
      return undefined
    }
    expect([
      refusal(model, x, Float64Array.of(-1)),
      refusal(model, image, Float64Array.of(1)),
      refusal(model, x, Float64Array.of(1, 2)),
      refusal(plain, x, Float64Array.of(1), under(0)),
      refusal(model, x, Float64Array.of(1), under(3)),
      refusal(model, x, Float64Array.of(1), under(0, 1)),
      refusal({ ...model, kind: 'magic' }, x, Float64Array.of(1)),
    ]).toMatchInlineSnapshot(`
      [
        "Expected a timestep with some noise, got t = -1, which is clean data.",
        "Expected items of shape [2], got items of shape [8,8,3].",
        "Expected one timestep per item: [4], got [2].",
        "Expected no labels, as the model was made without classes.",
        "Expected labels from 0 to 2 of this model, or -1 for none, got 3.",
        "Expected one label per item: [4], got [2].",
        "Expected a model of a known kind (mlp, unet, dit, layers, exact, gaussian, guided, classifier_guided, precondition, classifier, autoencoder_kl, autoencoder_tiny, jit), got "magic".",
      ]
    `)
    free(model, plain, x, image)
  })
})
