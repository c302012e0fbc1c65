// Exported models in ONNX Runtime for Node: equal to the engine, and to the recorded outputs of
// diffusers, for batches of other sizes than 1.
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor3D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { mapValues } from '../../../src/engine/base/records.ts'
import { classifier, classify } from '../../../src/engine/models/kinds/classifier/classifier.ts'
import { jit } from '../../../src/engine/models/kinds/defined/jit.ts'
import { mlp } from '../../../src/engine/models/kinds/mlp/mlp.ts'
import { decodeLatents, encodeImages } from '../../../src/engine/models/kinds/vae/autoencoder.ts'
import { onCpu } from '../../backends.ts'
import { readGoldenModel } from '../../goldenNetworks.ts'
import { goldenTensors, images, recorded } from '../../goldenTensors.ts'
import { evaluate, type Numbers } from '../../nodes/evaluate.ts'
import {
  disposeArguments,
  drawArguments,
  expectFeed,
  expectPrediction,
  exportModel,
  relativeGap,
  runOnnx,
  toFeed,
  TOLERANCE,
} from '../../onnx.ts'
import { openCheckpoint } from '../../openedFile.ts'
import { readWorkflow, testGraph } from '../../readyWorkflows.ts'
import { isKind } from '../../../src/engine/models/kinds/configs.ts'
import { modelItemShape } from '../../../src/engine/models/kinds/registry.ts'
import { createOwnModel } from '../../../src/engine/models/kinds/defined/create.ts'
import { casesOf } from '../../families.ts'

/** Timesteps of the recorded network that has a learned vector for each. */
const TABLE_ROWS = 50

/** Compares a model with the engine for batches of several sizes, and disposes it. */
async function expectEqual(model: Model, sizes = [1, 3]) {
  const [file] = await exportModel(model)
  // A table of timesteps has a row for each.
  const isLearned = isKind(model, 'unet') && model.config.time_embedding_type === 'learned'
  const timesteps = isLearned ? TABLE_ROWS : 1000
  for (const count of sizes) {
    const given = drawArguments(model, count, undefined, (i) => (317 * i + 41) % timesteps)
    await expectPrediction(model, file, given)
    disposeArguments(given)
  }
  tf.dispose(collectTensors(model))
}

/** Compares the raw output of a model with a recorded one. */
async function expectRecorded(folder: string, model: Model) {
  const io = goldenTensors(`${folder}/io`)
  const input = images(io, 'x')
  const channels = modelItemShape(model).at(-1)!
  const [x, extra] = tf.split(input, [channels, input.shape[3] - channels], 3)
  const parts = {
    class_labels: (): Conditioning => ({
      kind: 'labels',
      labels: Int32Array.from(io.get('class_labels')!.data),
    }),
    encoder_hidden_states: (): Conditioning => ({
      kind: 'tokens',
      tokens: recorded(io, 'encoder_hidden_states') as Tensor3D,
    }),
  }
  const [part] = Object.entries(parts).filter(([name]) => io.has(name))
  const condition: Conditioning | undefined =
    part?.[1]() ?? (extra.size > 0 ? { kind: 'channels', channels: extra } : undefined)
  const t = Float64Array.from(io.get('timesteps')!.data)
  const [file] = await exportModel(model)
  const got = await expectPrediction(model, file, { x, t, condition })
  const right = images(io, 'output')
  const halves = model.variance ? tf.split(right, 2, 3) : [right]
  await expectFeed(got.prediction, halves[0], 'recorded')
  if (model.variance) await expectFeed(got.variance, halves[1], 'recorded variance')
  tf.dispose([input, x, extra, right, ...halves])
  if (condition?.kind === 'tokens') condition.tokens.dispose()
}

/** Encodes without intermediate tensors. */
const encode = (model: Model, x: Tensor) => tf.tidy(() => ({ ...encodeImages(model, x) }))

const unets = [
  'a_ddpm_style',
  'attention_maps_a',
  'b_class_cond',
  'c_scale_shift',
  'd_resnet_updown_3lvl',
  'fourier_6to3',
  'g_cross_attention_cond',
  'learned_4to1',
]

onCpu(() => {
  describe('recorded networks of diffusers', () => {
    test.each([
      ...casesOf(unets, (name) => /^[bgl]/.test(name)).map((name) => `unet/${name}`),
      'dit/dit_a',
      'dit/dit_b_learned_sigma',
      'dit/dit_c_other_sizes',
    ])('%s', async (folder) => {
      const model = readGoldenModel(folder)
      await expectRecorded(folder, model)
      await expectEqual(model)
    })

    test.each(
      casesOf(
        ['unet/b_class_cond', 'unet/d_resnet_updown_3lvl', 'dit/dit_a'],
        (name) => name === 'dit/dit_a',
      ),
    )('%s opened into layers', async (folder) => {
      const model = await openCheckpoint(readGoldenModel(folder))
      await expectRecorded(folder, model)
      await expectEqual(model)
    })
  })

  test('the trained network of digits', async () => {
    await expectEqual(readGoldenModel('digits-model'))
  })

  test.each(['vae_a', 'vae_b_3lvl_no_quant', 'vae_tiny_a'])(
    'the encoder and the decoder of %s',
    async (name) => {
      const model = readGoldenModel(`vae/${name}`)
      const x = images(goldenTensors(`vae/${name}/io`), 'x')
      const size: [number, number] = [x.shape[1], x.shape[2]]
      const files = await exportModel(model, model.kind === 'autoencoder_kl' ? { size } : {})
      expect(files.map(({ part }) => part)).toEqual(['encode', 'decode'])
      const [encoder, decoder] = files
      const moments = await runOnnx(encoder.bytes, { x: await toFeed(x) })
      const { mean, logVariance } = encode(model, x)
      await expectFeed(moments[logVariance ? 'mean' : 'latent'], mean, 'mean')
      if (logVariance) await expectFeed(moments.log_variance, logVariance, 'log_variance')
      const { image } = await runOnnx(decoder.bytes, { x: await toFeed(mean) })
      const decoded = tf.tidy(() => decodeLatents(model, mean))
      await expectFeed(image, decoded, 'image')
      tf.dispose([x, mean, decoded, ...(logVariance ? [logVariance] : [])])
      tf.dispose(collectTensors(model))
    },
  )

  test('a tiny autoencoder takes images of any size', async () => {
    const model = readGoldenModel('vae/vae_tiny_a')
    const [encoder, decoder] = await exportModel(model)
    for (const [height, width] of [
      [8, 16],
      [32, 8],
    ]) {
      const x = tf.randomNormal([2, height, width, 3], 0, 1, 'float32', 5) as Tensor
      const { mean } = encode(model, x)
      const decoded = tf.tidy(() => decodeLatents(model, mean))
      await expectFeed(
        (await runOnnx(encoder.bytes, { x: await toFeed(x) })).latent,
        mean,
        'latent',
      )
      const { image } = await runOnnx(decoder.bytes, { x: await toFeed(mean) })
      await expectFeed(image, decoded, 'image')
      tf.dispose([x, mean, decoded])
    }
    tf.dispose(collectTensors(model))
  })

  describe('networks of points', () => {
    const config = {
      dim: 2,
      hidden: 32,
      layers: 3,
      time_embedding_dim: 16,
      num_classes: 0,
      activation: 'silu',
      fourier_features: 0,
    } as const
    test('an MLP', () => expectEqual(mlp(config, 'epsilon', createRandom(1)), [1, 5]))
    test('an MLP with every condition, Fourier features and a variance', () =>
      expectEqual(
        mlp(
          {
            ...config,
            out_dim: 4,
            num_classes: 3,
            activation: 'gelu',
            fourier_features: 3,
            second_time: true,
            vector_dim: 4,
            extra_dim: 2,
          },
          'v_prediction',
          createRandom(2),
          'learned_range',
        ),
        [1, 5],
      ))
  })

  test('a JiT, a kind that is defined by layers', async () => {
    const config = {
      height: 8,
      width: 4,
      channels: 2,
      patch_size: 2,
      bottleneck: 6,
      num_layers: 2,
      num_heads: 2,
      head_dim: 8,
      num_classes: 3,
    }
    const made = createOwnModel(jit, config, createRandom(3), {
      predicts: 'sample',
      variance: undefined,
    })
    // Its last layers start at zero.
    const random = createRandom(4)
    const weights = mapValues(made.weights, ({ shape, size }) =>
      tf.tensor(
        random.normal(size).map((value) => 0.3 * value),
        shape,
      ),
    )
    tf.dispose(made.weights)
    await expectEqual({ ...made, weights })
  })

  test.each([0, 8])('a classifier with time embedding %i', async (time_embedding_dim) => {
    const model = classifier(
      {
        height: 8,
        width: 8,
        in_channels: 1,
        block_out_channels: [8, 16],
        num_classes: 5,
        norm_num_groups: 4,
        activation: 'relu',
        time_embedding_dim,
      },
      createRandom(4),
    )
    const [file] = await exportModel(model)
    expect(file.outputs).toEqual(['features', 'logits'])
    const x = tf.tensor(createRandom(5).normal(3 * 64), [3, 8, 8, 1])
    const t = time_embedding_dim > 0 ? Float64Array.of(3, 500, 999) : undefined
    const got = await runOnnx(file.bytes, {
      x: await toFeed(x),
      ...(t && { t: { type: 'float32', data: Float32Array.from(t), dims: [3] } }),
    })
    const { logits, features } = tf.tidy(() => ({ ...classify(model, x, undefined, t) }))
    await expectFeed(got.logits, logits, 'logits')
    await expectFeed(got.features, features, 'features')
    tf.dispose([x, logits, features, ...collectTensors(model)])
  })

  const built = ['build-a-unet', 'ablations']
  test.each(casesOf(built, (name) => name === 'build-a-unet'))(
    'the layers of the workflow %s',
    async (name) => {
      const { nodes } = testGraph(readWorkflow(name))
      const output = nodes.find(({ op }) => op === 'diffusion/ModelOutput')!
      const { model } = await evaluate(nodes, { model: `${output.id}.model` }, { only: true })
      const read = model as unknown as Omit<Model, 'weights'> & { weights: Record<string, Numbers> }
      await expectEqual({
        ...read,
        weights: mapValues(read.weights, ({ shape, data }) => tf.tensor(data, shape)),
      })
    },
  )

  test('the comparison notices a difference in the sixth digit', async () => {
    const model = mlp(
      {
        dim: 2,
        hidden: 8,
        layers: 1,
        time_embedding_dim: 8,
        num_classes: 0,
        activation: 'relu',
        fourier_features: 0,
      },
      'epsilon',
      createRandom(1),
    )
    const given = drawArguments(model, 2)
    const [file] = await exportModel(model)
    const got = await expectPrediction(model, file, given)
    const numbers = got.prediction.data as Float32Array
    const changed = numbers.map((value) => value * (1 + 3e-5))
    expect(relativeGap(changed, numbers)).toBeGreaterThan(TOLERANCE)
    disposeArguments(given)
    tf.dispose(collectTensors(model))
  })
})
