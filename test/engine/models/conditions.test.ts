// Conditions of several parts: a class, a second time, a vector and extra channels.
import { expect, test } from 'vitest'
import { loadModel, storeModel } from '../../../src/engine/checkpoint/device.ts'
import { readCheckpoint } from '../../../src/engine/checkpoint/read.ts'
import { writeCheckpoint } from '../../../src/engine/checkpoint/write.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning, ConditionPart } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import {
  conditionParts,
  countItems,
  dropConditions,
  findPart,
  sliceCondition,
} from '../../../src/engine/models/condition.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import type { MlpConfig } from '../../../src/engine/models/kinds/mlp/config.ts'
import { modelConditions } from '../../../src/engine/models/kinds/registry.ts'

const sizes: MlpConfig = {
  dim: 2,
  hidden: 8,
  layers: 1,
  time_embedding_dim: 6,
  num_classes: 3,
  activation: 'silu',
  fourier_features: 1,
}
const wide = { second_time: true, vector_dim: 4, extra_dim: 2 }
const make = (more: Partial<MlpConfig> = wide, seed = 1) =>
  mlp({ ...sizes, ...more }, 'epsilon', createRandom(seed))
const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(shape.reduce((a, b) => a * b, 1)), shape)
const t = Float64Array.of(3, 500, 999)
const labels = (...list: number[]): ConditionPart => ({
  kind: 'labels',
  labels: Int32Array.from(list),
})
const number = (...list: number[]): ConditionPart => ({
  kind: 'values',
  values: Float64Array.from(list),
})
const joint = (...parts: ConditionPart[]): Conditioning => ({ kind: 'joint', parts })
const everything = () =>
  joint(
    labels(0, -1, 2),
    number(1, 20, 300),
    { kind: 'vectors', vectors: normal([3, 4], 8) },
    { kind: 'channels', channels: normal([3, 2], 9) },
  )
const gap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])))
/** Evaluates tensors and reads them. */
async function read(run: () => Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(run)
  const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()))
  tf.dispose(tensors)
  return values
}
const inTidy = (run: () => void) => () => tf.tidy(run)
const refusal = (model: Model, x: Tensor, condition?: Conditioning) => {
  try {
    tf.tidy(() => void predict(model, x, t, condition))
  } catch (error) {
    return (error as Error).message
  }
  return 'accepted'
}

onEachBackend(() => {
  test('each part of the condition changes the prediction of an MLP', async () => {
    const model = make()
    const x = normal([3, 2], 2)
    const predictions = await read(() => {
      const parts = conditionParts(everything())
      const changes: ConditionPart[] = [
        labels(1),
        number(7),
        { kind: 'vectors', vectors: normal([1, 4], 10) },
        { kind: 'channels', channels: normal([1, 2], 11) },
      ]
      return [
        predict(model, x, t, joint(...parts)),
        ...changes.map((change) =>
          predict(
            model,
            x,
            t,
            joint(...parts.map((part) => (part.kind === change.kind ? change : part))),
          ),
        ),
      ]
    })
    expect(predictions).toHaveLength(5)
    for (const changed of predictions.slice(1))
      expect(gap(changed, predictions[0])).toBeGreaterThan(1e-3)
    tf.dispose([x, ...collectTensors(model)])
  })

  test('gradients of an MLP with all parts match the slopes of its loss', async () => {
    const model = make()
    const [x, r, condition] = [normal([3, 2], 5), normal([3, 2], 6), everything()]
    const names = Object.keys(model.weights)
    const weights = Object.values(model.weights)
    const lossOf = (list: Tensor[]) =>
      predict(
        { ...model, weights: Object.fromEntries(names.map((name, i) => [name, list[i]])) },
        x,
        t,
        condition,
      )
        .mul(r)
        .mean() as tf.Scalar
    const { value, grads } = tf.engine().gradients(() => lossOf(weights), weights)
    const step = 0.02
    for (const [i, name] of names.entries()) {
      const direction = normal(weights[i].shape, 100 + i)
      const lossAt = (by: number) =>
        lossOf(weights.map((weight, j) => (i === j ? weight.add(direction.mul(by)) : weight)))
      const [[slope], [up], [down]] = await read(() => [
        grads[i].mul(direction).sum(),
        lossAt(step),
        lossAt(-step),
      ])
      const expected = (up - down) / (2 * step)
      expect(Math.abs(slope - expected), name).toBeLessThan(2e-3)
      direction.dispose()
    }
    tf.dispose([value, ...grads, x, r, ...collectTensors([model, condition])])
  })

  test('extra channels of a UNet are appended to its input; zeros stand for none', async () => {
    const shape = { sample_size: 4, block_out_channels: [8, 8], norm_num_groups: 4 } as const
    const blocks = {
      down_block_types: ['DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D'],
      layers_per_block: 1,
      add_attention: false,
    } as const
    const config = unetConfig({ ...shape, ...blocks, in_channels: 4, out_channels: 1 })
    expect(config.extra_channels).toBe(3)
    const model = unet(config, 'epsilon', createRandom(3), { zero_init: false })
    const plainConfig = unetConfig({ ...shape, ...blocks, in_channels: 1, out_channels: 1 })
    const first = model.weights['conv_in.weight']
    const plain: Model = {
      ...model,
      config: { ...plainConfig },
      weights: { ...model.weights, 'conv_in.weight': first.slice([0, 0, 0], [3, 3, 1]) },
    }
    const x = normal([3, 4, 4, 1], 4)
    const channels = (tensor: Tensor): Conditioning => ({ kind: 'channels', channels: tensor })
    const [without, zeros, some, reference] = await read(() => [
      predict(model, x, t),
      predict(model, x, t, channels(tf.zeros([1, 4, 4, 3]))),
      predict(model, x, t, channels(normal([3, 4, 4, 3], 5))),
      predict(plain, x, t),
    ])
    expect(without).toEqual(zeros)
    expect(gap(without, reference)).toBeLessThan(1e-5)
    expect(gap(some, reference)).toBeGreaterThan(1e-3)
    tf.dispose([x, ...collectTensors([model, plain])])
  })
})

onCpu(() => {
  test(
    'a condition without a number is refused by a model with a second time',
    inTidy(() => {
      const model = make({ second_time: true })
      const x = tf.zeros([3, 2])
      expect([
        refusal(model, x, labels(0)),
        refusal(model, x, joint(labels(0), number(5))),
        refusal(make({ extra_dim: 2 }), x),
        refusal(make({}), x, { kind: 'channels', channels: tf.zeros([3, 2]) }),
        refusal(mlp({ ...sizes, num_classes: 0 }, 'epsilon', createRandom(1)), x, {
          kind: 'channels',
          channels: tf.zeros([3, 2]),
        }),
        refusal(make({ extra_dim: 3 }), x, { kind: 'channels', channels: tf.zeros([3, 2]) }),
        refusal(make({ extra_dim: 2 }), x, { kind: 'channels', channels: tf.zeros([2, 2]) }),
        refusal(make({ vector_dim: 3 }), x, { kind: 'vectors', vectors: tf.zeros([3, 4]) }),
      ]).toMatchInlineSnapshot(`
      [
        "Expected a condition (one number per item (a timestep)), got none: the model cannot predict without it.",
        "accepted",
        "accepted",
        "Expected labels as the condition of this model, got extra channels.",
        "Expected no extra channels, as the model was made without any.",
        "Expected extra channels of shape [3] per item, got [2].",
        "Expected one item of extra channels per item: [3], got [2].",
        "Expected a vector of 3 numbers per item, got samples of shape [3,4].",
      ]
    `)
    }),
  )

  test(
    'guidance leaves out the class and keeps the second time and extra channels',
    inTidy(() => {
      const model = make({ second_time: true, extra_dim: 2 })
      const x = normal([3, 2], 2)
      const kept: ConditionPart[] = [number(4), { kind: 'channels', channels: normal([3, 2], 6) }]
      const [guided, expected] = tf.tidy(() => {
        const [c, u] = [
          predict(model, x, t, joint(labels(1), ...kept)),
          predict(model, x, t, joint(...kept)),
        ]
        return [
          predict(guidedModel(model, 3), x, t, joint(labels(1), ...kept)).dataSync(),
          u.add(c.sub(u).mul(3)).dataSync(),
        ]
      })
      expect(gap(guided, expected)).toBeLessThan(1e-5)
      expect(modelConditions(guidedModel(model, 3)).map(({ kind }) => kind)).toEqual([
        'labels',
        'values',
        'channels',
      ])
    }),
  )

  test(
    'dropping and slicing act on each part',
    inTidy(() => {
      const condition = joint(labels(2), number(1, 2, 3), {
        kind: 'channels',
        channels: tf.ones([1, 2]),
      })
      expect(countItems(condition)).toBe(3)
      const dropped = dropConditions(condition, (item) => item !== 1)
      expect([...(findPart(dropped, 'labels')?.labels ?? [])]).toEqual([2, -1, 2])
      expect([...(findPart(dropped, 'values')?.values ?? [])]).toEqual([1, 2, 3])
      expect(findPart(dropped, 'channels')?.channels.arraySync()).toEqual([
        [1, 1],
        [0, 0],
        [1, 1],
      ])
      const slice = sliceCondition(dropped, 1, 3)
      expect([...(findPart(slice, 'labels')?.labels ?? [])]).toEqual([-1, 2])
      expect([...(findPart(slice, 'values')?.values ?? [])]).toEqual([2, 3])
      expect(findPart(slice, 'channels')?.channels.arraySync()).toEqual([
        [0, 0],
        [1, 1],
      ])
      expect(() => dropConditions(number(1), () => false)).toThrow('no value for "no condition"')
    }),
  )

  test('checkpoints of networks with further conditions load to the same model', async () => {
    const unetOf = (more: object, variance?: 'learned_range') =>
      unet(
        unetConfig({
          sample_size: 4,
          block_out_channels: [8],
          norm_num_groups: 4,
          layers_per_block: 1,
          down_block_types: ['DownBlock2D'],
          up_block_types: ['UpBlock2D'],
          add_attention: false,
          ...more,
        }),
        'epsilon',
        createRandom(3),
        { zero_init: false, ...(variance && { variance }) },
      )
    const models = [
      make(),
      unetOf({ in_channels: 4, out_channels: 1 }),
      unetOf({ in_channels: 2, out_channels: 2, extra_channels: 1 }, 'learned_range'),
    ]
    for (const model of models) {
      const bytes = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
      const loaded = loadModel(readCheckpoint(bytes).model)
      expect({ ...loaded, weights: {} }).toEqual({ ...model, weights: {} })
      expect(modelConditions(loaded)).toEqual(modelConditions(model))
      expect(Object.keys(loaded.weights).sort()).toEqual(Object.keys(model.weights).sort())
      tf.dispose(collectTensors([model, loaded]))
    }
  })
})
