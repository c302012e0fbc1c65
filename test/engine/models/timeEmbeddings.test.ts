// Embeddings of times by fixed random frequencies and by learned vectors, in UNets: the numbers that
// are not trained, their files, and times that do not fit.
import { strFromU8, unzipSync, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  loadModel,
  loadTraining,
  readCheckpoint,
  storeModel,
  storeTraining,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { readSafetensors, writeSafetensors } from '../../../src/engine/archive/safetensors.ts'
import { fourierTimeEmbedding, timestepEmbedding } from '../../../src/engine/layers/embedding.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import { inCanonicalOrder } from '../../../src/engine/models/graph/features.ts'
import { createWeights } from '../../../src/engine/models/graph/firstWeights.ts'
import { layersWithWeights } from '../../../src/engine/models/graph/weights.ts'
import { layersModel, reuseWeights } from '../../../src/engine/models/kinds/layers/layers.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { unetGraph } from '../../../src/engine/models/kinds/unet/graph.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { sigmaSchedule } from '../../../src/engine/process/continuous.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import type { TrainingConfig, TrainingState } from '../../../src/engine/training/trainStep.ts'
import {
  averagedWeights,
  beginTraining,
  resumeTraining,
  trainStep,
} from '../../../src/engine/training/trainStep.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'
import { adamw } from '../../smallTraining.ts'

const create = (changes: Partial<UnetConfig> = {}, seed = 3): Model =>
  unet(
    unetConfig({
      sample_size: 4,
      in_channels: 1,
      out_channels: 1,
      block_out_channels: [4],
      down_block_types: ['DownBlock2D'],
      up_block_types: ['UpBlock2D'],
      layers_per_block: 1,
      norm_num_groups: 2,
      attention_head_dim: 4,
      time_embedding_type: 'fourier',
      ...changes,
    }),
    'epsilon',
    createRandom(seed),
    { zero_init: false },
  )
const learned = { time_embedding_type: 'learned', num_train_timesteps: 50 } as const

const FREQUENCIES = 'time_proj.weight'
const images = () => tf.tensor4d(createRandom(1).normal(32), [2, 4, 4, 1])
const ask = (model: Model, x: Tensor, ...t: number[]) =>
  tf.tidy(() => predict(model, x, Float64Array.from(t)).dataSync())
const weightsIn = (zip: Uint8Array) =>
  readSafetensors(unzipSync(zip)['unet/diffusion_pytorch_model.safetensors'])

onCpu(() => {
  test('the Fourier embedding has sines, then cosines, of the logarithm', async () => {
    const embedding = fourierTimeEmbedding(Float64Array.of(1, 5), Float32Array.of(0.25, -3))
    const phases = [0.25, -3].map((frequency) => 2 * Math.PI * frequency * Math.log(5))
    const right = [0, 0, 1, 1, ...phases.map(Math.sin), ...phases.map(Math.cos)]
    const data = await embedding.data()
    right.forEach((value, i) => expect(data[i]).toBeCloseTo(value, 6))
    embedding.dispose()
  })

  test('the sinusoidal embedding is that of each time, however often it was computed', () => {
    const sinusoids = (t: number) =>
      [1, 0.01]
        .flatMap((frequency) => Math.fround(Math.cos(t * frequency)))
        .concat([1, 0.01].map((frequency) => Math.fround(Math.sin(t * frequency))))
    for (const times of [
      [3, 7, 3],
      [7, 2.5, 3],
      [2.5, 999, 7],
    ]) {
      const embedding = timestepEmbedding(Float64Array.from(times), 4)
      expect([...embedding.dataSync()]).toEqual(times.flatMap(sinusoids))
      embedding.dispose()
    }
    const shifted = timestepEmbedding(Float64Array.of(3), 4, { flip_sin_to_cos: false })
    expect([...shifted.dataSync()]).toEqual([...sinusoids(3).slice(2), ...sinusoids(3).slice(0, 2)])
    shifted.dispose()
  })

  test('its derivatives are those of the logarithm', () => {
    const frequencies = Float32Array.of(0.2, -0.3)
    const t = Float64Array.of(2, 5)
    const at = (by: number) =>
      tf.tidy(() =>
        fourierTimeEmbedding(
          t.map((time) => time + by),
          frequencies,
        ).dataSync(),
      )
    const h = 0.02
    const [after, now, before] = [h, 0, -h].map(at)
    tf.engine().startScope()
    const time = tf.tensor1d([2, 5])
    for (let i = 0; i < now.length; i++) {
      // One number of the embedding, and the time that it depends on.
      const pick = (x: Tensor) => x.flatten().slice(i, 1).sum()
      const first = () =>
        differentiate(() => pick(fourierTimeEmbedding(t, frequencies, time)), [time])
          .grads[0] as Tensor
      const slope = first().dataSync()[Math.floor(i / 4)]
      const { grads } = differentiate(() => first().sum(), [time])
      const curvature = grads[0]!.dataSync()[Math.floor(i / 4)]
      expect(slope).toBeCloseTo((after[i] - before[i]) / (2 * h), 3)
      expect(curvature).toBeCloseTo((after[i] - 2 * now[i] + before[i]) / h ** 2, 2)
    }
    tf.engine().endScope()
  })

  test('the frequencies are drawn in their place, with a standard deviation of 16', () => {
    const [model, table] = [create(), create(learned)]
    expect(Object.keys(model.weights)).not.toContain(FREQUENCIES)
    expect(Object.keys(model.buffers!)).toEqual([FREQUENCIES])
    expect(table).not.toHaveProperty('buffers')
    // As many draws before the first layer of the embedding.
    expect(model.weights['time_embedding.linear_2.bias'].dataSync()).toEqual(
      table.weights['time_embedding.linear_2.bias'].dataSync(),
    )
    const b = new GraphBuilder()
    const attrs = { count: 1000, scale: 16 }
    const out = b.add('fourier_time_embedding', [b.source('time')], attrs, 'time_proj')
    const { buffers } = createWeights(layersWithWeights(b.graph({ out })), createRandom(1))
    const numbers = buffers![FREQUENCIES]
    const variance = numbers.reduce((sum, value) => sum + value * value, 0) / 1000
    expect(Math.sqrt(variance)).toBeGreaterThan(15)
    expect(Math.sqrt(variance)).toBeLessThan(17)
    tf.dispose(collectTensors([model, table]))
  })

  test('the output is divided by t', () => {
    const model = create()
    const out = ['conv_out.weight', 'conv_out.bias'] as const
    const constant: Model = {
      ...model,
      weights: {
        ...model.weights,
        [out[0]]: tf.zerosLike(model.weights[out[0]]),
        [out[1]]: tf.onesLike(model.weights[out[1]]),
      },
    }
    const x = images()
    const [first, second] = [0.5, 8].map((t, i) => ask(constant, x, 0.5, 8)[16 * i] * t)
    expect([first, second]).toEqual([1, 1])
    tf.dispose([x, ...collectTensors([model, constant.weights[out[0]], constant.weights[out[1]]])])
  })

  test('a quotient is by one number, or one per channel', () => {
    const b = new GraphBuilder()
    const x = b.source('x', { shape: [4, 4, 3] })
    const divide = (width: number) => b.add('quotient', [x, b.source('vectors', { width })])
    expect([1, 3].map((width) => b.shapeOf(divide(width)))).toEqual([
      [4, 4, 3],
      [4, 4, 3],
    ])
    expect(() => divide(2)).toThrow('[2]')
  })

  describe('files', () => {
    test('have the frequencies beside the weights', async () => {
      const model = create()
      const zip = writeCheckpoint({ model: await storeModel(model), schedule: sigmaSchedule() })
      expect(weightsIn(zip).get(FREQUENCIES)).toEqual({
        shape: [4],
        data: model.buffers![FREQUENCIES],
      })
      const json = JSON.parse(strFromU8(unzipSync(zip)['unet/config.json'])) as object
      expect(json).toMatchObject({
        _class_name: 'UNet2DModel',
        time_embedding_type: 'fourier',
      })
      const again = loadModel(readCheckpoint(zip).model)
      expect(again.buffers).toEqual(model.buffers)
      expect(Object.keys(again.weights)).not.toContain(FREQUENCIES)
      const x = images()
      expect(ask(again, x, 0.3, 40)).toEqual(ask(model, x, 0.3, 40))
      tf.dispose([x, ...collectTensors([model, again])])
    })

    test('of older versions have the frequencies twice', async () => {
      const model = create()
      const zip = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
      const withWeight = (name: string) => {
        const weights = weightsIn(zip)
        weights.set(name, weights.get(FREQUENCIES)!)
        const path = 'unet/diffusion_pytorch_model.safetensors'
        return zipSync({ ...unzipSync(zip), [path]: writeSafetensors(weights) })
      }
      expect(readCheckpoint(withWeight('time_proj.W')).model.weights.has('time_proj.W')).toBe(false)
      expect(() => readCheckpoint(withWeight('time_proj.V'))).toThrow(
        'The weight time_proj.V belongs to no part of the model.',
      )
      tf.dispose(collectTensors(model))
    })

    test('have learned vectors as they are', async () => {
      const model = create(learned)
      const zip = writeCheckpoint({ model: await storeModel(model), schedule: undefined })
      expect(weightsIn(zip).get(FREQUENCIES)).toEqual({
        shape: [50, 4],
        data: model.weights[FREQUENCIES].dataSync(),
      })
      const again = loadModel(readCheckpoint(zip).model)
      const x = images()
      expect(ask(again, x, 0, 49)).toEqual(ask(model, x, 0, 49))
      tf.dispose([x, ...collectTensors([model, again])])
    })

    test('of a UNet2DConditionModel have neither', async () => {
      const cross = {
        down_block_types: ['CrossAttnDownBlock2D'],
        up_block_types: ['CrossAttnUpBlock2D'],
        mid_block_type: 'UNetMidBlock2DCrossAttn',
        cross_attention_dim: 4,
      } as const
      const model = create(cross)
      const checkpoint = { model: await storeModel(model), schedule: sigmaSchedule() }
      expect(() => writeCheckpoint(checkpoint, 'diffusers')).toThrow(
        'A UNet2DConditionModel embeds t in another way',
      )
      const again = loadModel(readCheckpoint(writeCheckpoint(checkpoint)).model)
      expect(again.buffers).toEqual(model.buffers)
      tf.dispose(collectTensors([model, again]))
    })
  })

  test('training changes the frequencies neither in the weights nor in their averages', async () => {
    const model = create()
    const before = Float32Array.from(model.buffers![FREQUENCIES])
    const config: TrainingConfig = {
      optimizer: { ...adamw, weight_decay: 0.5, lr: 0.1 },
      emas: [{ kind: 'constant', decay: 0.5 }],
    }
    const train = (from: TrainingState, steps: number) => {
      let state = from
      for (let i = 0; i < steps; i++) {
        const now = { ...model, weights: state.weights }
        const loss = () => {
          const x = images()
          return predict(now, x, Float64Array.of(0.3, 40)).square().mean() as ReturnType<
            typeof tf.scalar
          >
        }
        state = trainStep(state, { ...config, loss, total: 10 })
      }
      return state
    }
    tf.engine().startScope()
    const half = train(beginTraining(model.weights, config), 2)
    const zip = writeCheckpoint({
      model: await storeModel({ ...model, weights: half.weights }),
      schedule: undefined,
      training: await storeTraining(half, model),
    })
    const read = readCheckpoint(zip)
    const resumed = resumeTraining(loadTraining(read.training!, read.model), model.weights, config)
    const [right, got] = [train(half, 2), train(resumed, 2)]
    expect(Object.keys(right.weights)).not.toContain(FREQUENCIES)
    expect(Object.keys(averagedWeights(right))).not.toContain(FREQUENCIES)
    for (const [name, tensor] of Object.entries(right.weights))
      expect(got.weights[name].dataSync(), name).toEqual(tensor.dataSync())
    expect(right.weights['conv_in.weight'].dataSync()).not.toEqual(
      model.weights['conv_in.weight'].dataSync(),
    )
    expect(model.buffers![FREQUENCIES]).toEqual(before)
    expect(read.model.weights.get(FREQUENCIES)!.data).toEqual(before)
    tf.engine().endScope()
    tf.dispose(collectTensors(model))
  })

  test('a model of layers has them as well, and takes those of another', async () => {
    tf.engine().startScope()
    const closed = create()
    const graph = unetGraph(closed.config as unknown as UnetConfig)
    const own = layersModel(inCanonicalOrder(graph), 'epsilon', createRandom(8))
    expect(own.buffers).not.toEqual(closed.buffers)
    const opened = layersModel(inCanonicalOrder(graph), 'epsilon', createRandom(8), {
      origin: { graph, weights: closed.weights, buffers: closed.buffers },
    })
    const x = images()
    expect(ask(opened, x, 0.3, 40)).toEqual(ask(closed, x, 0.3, 40))
    const taken = reuseWeights(own, closed)
    expect(ask(taken, x, 0.3, 40)).toEqual(ask(closed, x, 0.3, 40))
    const zip = writeCheckpoint({ model: await storeModel(own), schedule: undefined })
    const again = loadModel(readCheckpoint(zip).model)
    expect(again.buffers).toEqual(own.buffers)
    expect(ask(again, x, 0.3, 40)).toEqual(ask(own, x, 0.3, 40))
    tf.engine().endScope()
  })

  test('times that do not fit are refused', () => {
    const [fourier, table] = [create(), create(learned)]
    const x = images()
    expect(() => ask(fourier, x, 0.3, 0)).toThrow(
      'Expected a timestep above 0, as the model embeds its logarithm (time_embedding_type fourier), got t = 0.',
    )
    for (const t of [0.5, 50])
      expect(() => ask(table, x, t)).toThrow(
        `Expected a whole timestep from 0 to 49, as the model has a learned vector for each of them, got t = ${t}.`,
      )
    const tensor = tf.tensor1d([3])
    expect(() => tf.tidy(() => predict(table, x, { t: Float64Array.of(3), tensor }))).toThrow(
      'Expected a model that can be differentiated with respect to t',
    )
    tf.dispose([x, tensor, ...collectTensors([fourier, table])])
  })
})
