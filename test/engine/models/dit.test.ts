// Comparison of the DiT with diffusers: outputs, gradients, a training. Its files and weights.
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import {
  describeCheckpoint,
  loadModel,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { gridEmbedding } from '../../../src/engine/layers/gridWaves.ts'
import { meanError } from '../../../src/engine/losses/index.ts'
import { parseDitConfig } from '../../../src/engine/models/kinds/dit/config.ts'
import { dit, type DitStart } from '../../../src/engine/models/kinds/dit/dit.ts'
import { ditGraph } from '../../../src/engine/models/kinds/dit/graph.ts'
import { GraphBuilder } from '../../../src/engine/models/graph/builder.ts'
import {
  featuresBuilder,
  toLayerGraph,
  type Features,
} from '../../../src/engine/models/graph/features.ts'
import type { LayerGraph } from '../../../src/engine/models/graph/layer.ts'
import { networkSize } from '../../../src/engine/models/graph/networkSize.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { addNoise } from '../../../src/engine/process/forward.ts'
import { levelsAt, noiseSchedule } from '../../../src/engine/process/schedule.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { ditBlock } from '../../../src/nodes/layers/attention.ts'
import { onCpu, onEachBackend } from '../../backends.ts'
import { expectGolden, expectTraining, readGoldenModel } from '../../goldenNetworks.ts'
import { goldenTensors, images as readImages, largest } from '../../goldenTensors.ts'

const cases = ['dit_a', 'dit_b_learned_sigma', 'dit_c_other_sizes']

onEachBackend(() => {
  test.each(cases)('%s has the output and every gradient of diffusers', async (name) => {
    const folder = `dit/${name}`
    const model = readGoldenModel(folder)
    const labels = Int32Array.from(goldenTensors(`${folder}/io`).get('class_labels')!.data)
    const tolerance = { output: 1e-5, gradient: 1e-4, rounding: 5e-7 }
    await expectGolden(model, folder, tolerance, (x) => ({
      x,
      condition: { kind: 'labels', labels },
    }))
    tf.dispose(collectTensors(model))
  })

  test('a training has the losses and the final weights of PyTorch', async () => {
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })
    await expectTraining('training/dit', (model, batch) => {
      const t = Float64Array.from(batch.get('timesteps')!.data)
      const labels = Int32Array.from(batch.get('class_labels')!.data)
      const [x0, noise] = ['x0', 'noise'].map((name) => readImages(batch, name))
      const xt = addNoise(x0, noise, levelsAt(schedule, { t }))
      return meanError(predict(model, xt, t, { kind: 'labels', labels }), noise, { kind: 'mse' })
    })
  })
})

describe('positions', () => {
  test.each(cases)('are those of %s', (name) => {
    const { shape, data } = goldenTensors(`dit/${name}/io`).get('pos_embed_table')!
    const side = Math.sqrt(shape[1])
    const got = gridEmbedding(side, side, shape[2])
    expect(largest(got.map((value, i) => value - data[i]))).toBeLessThan(1e-6)
  })

  test('of grids that are not square run row by row', () => {
    const [wide, high] = [gridEmbedding(2, 3, 8), gridEmbedding(3, 2, 8)]
    const at = (table: Float32Array, i: number) => Array.from(table.slice(8 * i, 8 * i + 8))
    const swapped = (place: number[]) => [...place.slice(4), ...place.slice(0, 4)]
    // Position 5 is row 1, column 2 of the wide grid, and row 2, column 1 of the high one.
    expect(at(wide, 5)).toEqual(swapped(at(high, 5)))
    expect(at(wide, 0)).toEqual([0, 0, 1, 1, 0, 0, 1, 1])
    expect(at(wide, 5)).not.toEqual(at(wide, 2))
  })
})

test('positions need tokens of the grid, with quarters of channels', () => {
  const b = new GraphBuilder()
  const embed = (shape: number[]) =>
    b.add('grid_embedding', [b.source('x', { shape })], { height: 2, width: 3 })
  expect(b.shapeOf(embed([6, 8]))).toEqual([6, 8])
  expect(() => embed([5, 8])).toThrow('Expected 6 tokens for an image of 2 x 3, got 5.')
  expect(() => embed([6, 6])).toThrow('Expected a multiple of 4 channels for x, got [6, 6].')
})

const small = {
  sample_size: 4,
  in_channels: 1,
  num_layers: 2,
  num_attention_heads: 2,
  attention_head_dim: 4,
  num_embeds_ada_norm: 3,
}

describe('the config', () => {
  test('has the defaults of diffusers', () => {
    expect(parseDitConfig(small)).toEqual({
      ...small,
      patch_size: 2,
      out_channels: null,
      dropout: 0,
      attention_bias: true,
      activation_fn: 'gelu-approximate',
      norm_elementwise_affine: false,
      norm_eps: 1e-5,
      norm_type: 'ada_norm_zero',
      norm_num_groups: 32,
      upcast_attention: false,
    })
  })

  test('rejects what would be another network', () => {
    const message = (changes: Record<string, unknown>) => {
      try {
        return JSON.stringify(parseDitConfig({ ...small, ...changes }))
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(
      [
        { sample_size: 5 },
        { attention_head_dim: 3 },
        { out_channels: 3 },
        { num_layers: 0 },
        { num_layers: 1000 },
        { num_embeds_ada_norm: null },
        { activation_fn: 'geglu' },
        { norm_type: 'layer_norm' },
        { cross_attention_dim: 8 },
        { num_attention_heads: '2' },
        { some_key: 1 },
      ].map(message),
    ).toMatchInlineSnapshot(`
      [
        "Expected sample_size of the DiT to be a multiple of patch_size, 2, got 5.",
        "Expected the width of the DiT, num_attention_heads x attention_head_dim, to be a multiple of 4, got 6.",
        "Expected as many output channels of the DiT as input channels, 1, or twice as many with a variance, got 3.",
        "Expected num_layers of the DiT to be an integer from 1 to 512, got 0.",
        "Expected num_layers of the DiT to be an integer from 1 to 512, got 1000.",
        "Expected num_embeds_ada_norm of the DiT to be a positive integer or 0, got null.",
        "Expected activation_fn of the DiT to be one of "gelu-approximate", "gelu", got "geglu". Other feed-forward networks are not supported.",
        "Expected norm_type of the DiT to be "ada_norm_zero", got "layer_norm". Transformers without adaLN-zero are not supported.",
        "Expected known settings of the DiT, got cross_attention_dim with 8.",
        "Expected num_attention_heads of the DiT to be a positive integer, got "2".",
        "Expected known settings of the DiT, got some_key with 1.",
      ]
    `)
  })

  test('is read from files of versions that had one class for all transformers', () => {
    const others = { cross_attention_dim: null, num_vector_embeds: null, _class_name: 'x' }
    expect(parseDitConfig({ ...small, ...others })).toEqual(parseDitConfig(small))
  })
})

describe('size', () => {
  // Peebles & Xie 2023, table 4, for latents of 32 x 32: parameters in millions, and billions of
  // multiply-adds.
  test.each([
    ['DiT-S/2', 12, 6, 384, 2, 33, 6.06],
    ['DiT-B/4', 12, 12, 768, 4, 130, 5.56],
    ['DiT-XL/2', 28, 16, 1152, 2, 675, 118.64],
  ])('%s has the size of the paper', (_, layers, heads, width, patch, millions, macs) => {
    const config = parseDitConfig({
      num_layers: layers,
      num_attention_heads: heads,
      attention_head_dim: width / heads,
      patch_size: patch,
      out_channels: 8,
    })
    const { parameters, flops, saved, checkpointed } = networkSize(ditGraph(config))
    // diffusers has an embedding of time and label in each block; the paper has one in all.
    const own = (layers - 1) * (256 * width + width + width * width + width + 1001 * width)
    expect(Math.round((parameters - own) / 1e6)).toBe(millions)
    expect(flops / 2e9 / macs).toBeGreaterThan(0.99)
    expect(flops / 2e9 / macs).toBeLessThan(1.03)
    expect(checkpointed).toBeLessThan(saved / 3)
  })
})

onCpu(() => {
  const model = (changes: Partial<DitStart> = {}, config: Record<string, unknown> = {}) =>
    dit(parseDitConfig({ ...small, ...config }), 'v_prediction', createRandom(3), {
      zero_init: false,
      ...changes,
    })
  const images = (height = 4, width = 4) =>
    tf.tensor4d(createRandom(1).normal(2 * height * width), [2, height, width, 1])

  test('starts as zero, and otherwise with the weights of the modules in their order', async () => {
    const [plain, zero] = [model(), model({ zero_init: true })]
    const names = Object.keys(plain.weights)
    expect(names.filter((name) => !name.startsWith('transformer_blocks.1'))).toEqual([
      'pos_embed.proj.weight',
      'pos_embed.proj.bias',
      ...[
        'norm1.emb.timestep_embedder.linear_1.weight',
        'norm1.emb.timestep_embedder.linear_1.bias',
        'norm1.emb.timestep_embedder.linear_2.weight',
        'norm1.emb.timestep_embedder.linear_2.bias',
        'norm1.emb.class_embedder.embedding_table.weight',
        'norm1.linear.weight',
        'norm1.linear.bias',
        ...['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part) => [
          `attn1.${part}.weight`,
          `attn1.${part}.bias`,
        ]),
        'ff.net.0.proj.weight',
        'ff.net.0.proj.bias',
        'ff.net.2.weight',
        'ff.net.2.bias',
      ].map((part) => `transformer_blocks.0.${part}`),
      'proj_out_1.weight',
      'proj_out_1.bias',
      'proj_out_2.weight',
      'proj_out_2.bias',
    ])
    const isZero = async (name: string) =>
      (await zero.weights[name].data()).every((value) => value === 0)
    const zeros = []
    for (const name of names) if (await isZero(name)) zeros.push(name.replace(/\.\w+$/, ''))
    expect([...new Set(zeros)]).toEqual([
      'transformer_blocks.0.norm1.linear',
      'transformer_blocks.1.norm1.linear',
      'proj_out_1',
      'proj_out_2',
    ])
    const x = images()
    const output = tf.tidy(() => predict(zero, x, Float64Array.of(5)))
    expect((await output.data()).every((value) => value === 0)).toBe(true)
    tf.dispose([x, output, ...collectTensors(plain), ...collectTensors(zero)])
  })

  test('no label is the last one, and the label of no class', async () => {
    const one = model()
    const x = images()
    const at = (labels: number[] | undefined) =>
      tf.tidy(() =>
        predict(
          one,
          x,
          Float64Array.of(5),
          labels && { kind: 'labels', labels: Int32Array.from(labels) },
        ).dataSync(),
      )
    expect(at([-1])).toEqual(at(undefined))
    expect(at([3])).toEqual(at(undefined))
    expect(at([2])).not.toEqual(at(undefined))
    expect(() => at([4])).toThrow(
      'Expected labels from 0 to 2 of this model, or -1 for none, got 4.',
    )
    const without = model({}, { num_embeds_ada_norm: 0 })
    expect(() =>
      predict(without, x, Float64Array.of(5), { kind: 'labels', labels: Int32Array.of(0) }),
    ).toThrow('Expected no labels')
    expect(tf.tidy(() => predict(without, x, Float64Array.of(5)).shape)).toEqual([2, 4, 4, 1])
    tf.dispose([x, ...collectTensors(one), ...collectTensors(without)])
  })

  test('is saved as a transformer of diffusers and loaded with the same bits', async () => {
    const one = model({}, { norm_elementwise_affine: true })
    const bytes = writeCheckpoint({ model: await storeModel(one), schedule: undefined })
    const files = unzipSync(bytes)
    const json = (name: string) => JSON.parse(strFromU8(files[name])) as Record<string, unknown>
    // DiTPipeline needs an autoencoder and 1000 classes.
    expect(files['model_index.json']).toBeUndefined()
    expect(json('transformer/config.json')).toEqual({
      _class_name: 'DiTTransformer2DModel',
      _diffusers_version: '0.40.0.dev0',
      ...one.config,
    })
    const read = readCheckpoint(bytes)
    const table = 'transformer_blocks.0.norm1.emb.class_embedder.embedding_table.weight'
    expect(read.model.weights.get(table)!.shape).toEqual([4, 8])
    expect([...read.model.weights.keys()].some((name) => name.includes('pos_embed.pos'))).toBe(
      false,
    )
    const again = loadModel(read.model)
    const x = images()
    const [before, after] = [one, again].map((of) =>
      tf.tidy(() => predict(of, x, Float64Array.of(5, 900))),
    )
    expect(await after.data()).toEqual(await before.data())
    expect(describeCheckpoint(bytes).title).toBe(
      'DiT with 2 layers of width 8 for 4 x 4 x 1 images',
    )
    tf.dispose([x, before, after, ...collectTensors(one), ...collectTensors(again)])
  })

  test('images that are not square have a class of this program', async () => {
    const one = model({}, { sample_size: [4, 6] })
    const checkpoint = {
      model: await storeModel(one),
      schedule: noiseSchedule({ name: 'linear', T: 10 }),
    }
    expect(() => writeCheckpoint(checkpoint, 'diffusers')).toThrow(
      'A DiTTransformer2DModel has square images.',
    )
    const again = loadModel(readCheckpoint(writeCheckpoint(checkpoint)).model)
    const x = images(4, 6)
    const [before, after] = [one, again].map((of) =>
      tf.tidy(() => predict(of, x, Float64Array.of(5))),
    )
    expect(after.shape).toEqual([2, 4, 6, 1])
    expect(await after.data()).toEqual(await before.data())
    const turned = images(6, 4)
    expect(() => predict(one, turned, Float64Array.of(5))).toThrow('Expected images of shape')
    tf.dispose([x, turned, before, after, ...collectTensors(one), ...collectTensors(again)])
  })

  test('damaged weights are refused', async () => {
    const one = model()
    const stored = await storeModel(one)
    const without = new Map(stored.weights)
    without.delete('proj_out_1.bias')
    const bytes = writeCheckpoint({ model: { ...stored, weights: without }, schedule: undefined })
    expect(() => readCheckpoint(bytes)).toThrow('The weight proj_out_1.bias is missing.')
    tf.dispose(collectTensors(one))
  })

  test('a graph of DiTBlock nodes is the network', () => {
    const config = parseDitConfig({ ...small, num_layers: 1 })
    const b = featuresBuilder
    const x = b.source('x', { shape: [4, 4, 1] })
    const t = b.source('time')
    const patches = b.conv(x, 'pos_embed.proj', 8, { kernel: 2, stride: 2, pad: [0, 0, 0, 0] })
    const tokens = b.add('grid_embedding', [b.add('to_tokens', [patches])], { height: 2, width: 2 })
    const name = 'transformer_blocks.0'
    const waves = b.add('timestep_embedding', [t], {
      width: 256,
      flip_sin_to_cos: true,
      freq_shift: 1,
    })
    const hidden = b.linear(waves, `${name}.norm1.emb.timestep_embedder.linear_1`, 8)
    const time = b.linear(
      b.add('silu', [hidden]),
      `${name}.norm1.emb.timestep_embedder.linear_2`,
      8,
    )
    const table = { rows: 4, width: 8 }
    const label = b.add(
      'label_embedding',
      [b.source('labels', { per_item: 1 })],
      table,
      `${name}.norm1.emb.class_embedder.embedding_table`,
    )
    const embedding = b.add('add', [time, label])
    const params = {
      heads: 2,
      activation: 'gelu_tanh',
      dropout: 0,
      bias: true,
      affine: false,
      eps: 1e-5,
      name,
    }
    const run = ditBlock.run as unknown as (
      inputs: object,
      params: object,
    ) => { features: Features }
    const { features } = run({ x: tokens, embedding }, params)
    const vectors = b.linear(b.add('silu', [embedding]), 'proj_out_1', 16)
    const [shift, scale] = b.split(vectors, 2)
    const normed = b.add('modulate', [b.layerNorm(features, undefined, 1e-6), scale, shift])
    const out = b.add('unpatchify', [b.linear(normed, 'proj_out_2', 4)], {
      size: 2,
      height: 4,
      width: 4,
    })
    const right = ditGraph(config)
    const count = (graph: LayerGraph) =>
      graph.layers
        .map(({ op, name = '', attrs }) => `${op} ${name} ${JSON.stringify(attrs)}`)
        .sort()
    const opened = toLayerGraph({ predict: out })
    expect(count(opened)).toEqual(count(right))
    // Also wired alike: the same weights give the same bits.
    const closed = dit(config, 'epsilon', createRandom(3), { zero_init: false })
    const open: Model = { ...closed, kind: 'layers', config: { format: 1, ...opened } }
    const batch = images()
    const labels = { kind: 'labels', labels: Int32Array.of(1, -1) } as const
    const [a, c] = [closed, open].map((model) =>
      tf.tidy(() => predict(model, batch, Float64Array.of(5, 7), labels).dataSync()),
    )
    expect(c).toEqual(a)
    tf.dispose([batch, ...collectTensors(closed)])
  })
})
