// The UNet's config, its counts, its conditions and its dropout: what no recorded model says.
import { describe, expect, test } from 'vitest'
import { predict, trainableOf } from '../../src/engine/models/predict.ts'
import { guidedModel } from '../../src/engine/models/guided.ts'
import {
  convOf,
  normalised,
  projectedFor,
  resnetBlock,
  timeEmbedding,
  unetActivations,
} from '../../src/engine/models/unet/blocks.ts'
import type { UnetConfig } from '../../src/engine/models/unet/config.ts'
import { parseUnetConfig, unetConfig } from '../../src/engine/models/unet/config.ts'
import { diffusersRefusal } from '../../src/engine/models/unet/diffusers.ts'
import { unet } from '../../src/engine/models/unet/init.ts'
import { unetWeightShapes } from '../../src/engine/models/unet/shapes.ts'
import { trainingMemory, unetSummary } from '../../src/engine/models/unet/summary.ts'
import { randomOf } from '../../src/engine/random.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Conditioning, Model } from '../../src/engine/values.ts'
import { tensorsOf } from '../../src/engine/values.ts'
import { onCpu } from '../backends.ts'
import { gap, goldenJson } from '../goldenTensors.ts'

/** One level of 4x4 images, no attention. */
const plain = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8],
  down_block_types: ['DownBlock2D'],
  up_block_types: ['UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  add_attention: false,
} as const satisfies Partial<UnetConfig>

const configOf = (changes: Partial<UnetConfig> = {}) => unetConfig({ ...plain, ...changes })
const make = (changes: Partial<UnetConfig> = {}, seed = 1) =>
  unet(configOf(changes), 'epsilon', randomOf(seed), { zero_init: false })
const normal = (shape: number[], seed: number) => tf.tensor(randomOf(seed).normal(shape.reduce((a, b) => a * b, 1)), shape)
const labels = (...values: number[]): Conditioning => ({ kind: 'labels', labels: Int32Array.from(values) })
const t = Float64Array.of(5, 300)

describe('the config', () => {
  test('of a file is read with the defaults of diffusers, and what is not known here is refused with the reason', () => {
    const recorded = goldenJson<Record<string, unknown>>('unet/d_resnet_updown_3lvl/config')
    const { _class_name, _diffusers_version, ...own } = recorded
    expect(parseUnetConfig(recorded)).toEqual(own)
    // google/ddpm-cifar10-32 was written when there were fewer keys.
    expect(
      parseUnetConfig({
        _class_name: 'UNet2DModel',
        attention_head_dim: null,
        block_out_channels: [128, 256, 256, 256],
        down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
        downsample_padding: 0,
        flip_sin_to_cos: false,
        freq_shift: 1,
        norm_eps: 1e-6,
        sample_size: 32,
        up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      }),
    ).toMatchObject({ norm_num_groups: 32, layers_per_block: 2, dropout: 0, class_embed_type: null, add_attention: true })
  })

  test('says what is wrong', () => {
    const refusal = (changes: Record<string, unknown>) => {
      try {
        parseUnetConfig({ ...plain, ...changes })
      } catch (error) {
        return (error as Error).message
      }
      return 'taken'
    }
    const refused: Record<string, unknown>[] = [
      { sample_size: undefined },
      { sample_size: [4, 0] },
      { out_channels: 3 },
      { time_embedding_type: 'fourier' },
      { down_block_types: ['SkipDownBlock2D'] },
      { up_block_types: ['UpBlock2D', 'UpBlock2D'] },
      { mid_block_type: 'UNetMidBlock2DCrossAttn' },
      { block_out_channels: [10] },
      { act_fn: 'tanh' },
      { resnet_time_scale_shift: 'ada_group' },
      { downsample_padding: 2 },
      { dropout: 1 },
      { norm_num_groups: null },
      { attention_legacy_order: true },
      { something: 1 },
      { add_attention: true, attention_head_dim: 3 },
      { attention_head_dim: [8] },
      {
        sample_size: 6,
        block_out_channels: [8, 8, 8],
        down_block_types: Array(3).fill('DownBlock2D'),
        up_block_types: Array(3).fill('UpBlock2D'),
      },
      { block_out_channels: [2], norm_num_groups: 1, freq_shift: 1 },
    ]
    expect(refused.map(refusal)).toMatchInlineSnapshot(`
      [
        "sample_size of the UNet is missing, but has to be the side of the images in pixels, or [height, width].",
        "sample_size of the UNet is [4,0], but has to be the side of the images in pixels, or [height, width].",
        "The UNet takes 1 channels and gives 3: that is neither as many nor, with a variance, twice as many.",
        "time_embedding_type of the UNet is "fourier", but has to be "positional". Fourier features and learned embeddings of t are not supported.",
        "down_block_types of the UNet is ["SkipDownBlock2D"], but has to be a list, each of it "DownBlock2D" or "AttnDownBlock2D" or "ResnetDownsampleBlock2D" or "CrossAttnDownBlock2D" or "LinearAttnDownBlock2D". Blocks with skip, FIR or K filters are not supported, nor those of simple cross-attention.",
        "up_block_types of the UNet has 2 entries, but block_out_channels has 1.",
        "mid_block_type of the UNet is "UNetMidBlock2DCrossAttn", but add_attention is false.",
        "norm_num_groups of the UNet is 4, but a level has 10 channels, no multiple of it.",
        "act_fn of the UNet is "tanh", but has to be "silu" or "swish" or "mish" or "gelu" or "relu".",
        "resnet_time_scale_shift of the UNet is "ada_group", but has to be "default" or "scale_shift". Other ways to bring the embedding in are not supported.",
        "downsample_padding of the UNet is 2, but has to be 0 or 1.",
        "dropout of the UNet is 1, but has to be a share from 0 to below 1.",
        "norm_num_groups of the UNet is null, but has to be a whole number above 0.",
        "attention_legacy_order of the UNet is true: what this does is not known here.",
        "something of the UNet is 1: what this does is not known here.",
        "attention_head_dim of the UNet is 3, but the middle block has 8 channels, no multiple of it.",
        "attention_head_dim of the UNet has 1 entries, but has to have 2: one for each level and one for the middle block.",
        "sample_size of the UNet is 6, but 3 levels halve it to a multiple of 4.",
        "The first level of the UNet has 2 channels: too few to embed t with freq_shift 1.",
      ]
    `)
    expect(refusal({ attention_legacy_order: false, attention_head_dim: 3, _name_or_path: 'x' })).toBe('taken')
  })

  test('says what diffusers cannot have', () => {
    expect(diffusersRefusal(configOf({ add_attention: true }))).toBeUndefined()
    expect(diffusersRefusal(configOf({ attention_head_dim: [null, 4] }))).toContain('heads differ by level')
  })
})

describe('the summary', () => {
  test('of one level is what can be counted by hand', () => {
    const config = configOf()
    const time = 32
    const resnet = (from: number, to: number) =>
      2 * from + (9 * from * to + to) + (time * to + to) + 2 * to + (9 * to * to + to) + (from === to ? 0 : from * to + to)
    const parameters =
      9 * 8 +
      8 + // conv_in
      (8 * time + time + time * time + time) + // time_embedding
      resnet(8, 8) + // down
      2 * resnet(8, 8) + // middle
      2 * resnet(16, 8) + // up, with a skip each
      16 + // conv_norm_out
      (9 * 8 + 1) // conv_out
    const pixels = 16
    const macs =
      9 * 8 * pixels +
      8 * time +
      time * time +
      3 * (2 * 9 * 64 * pixels + time * 8) +
      2 * ((9 * 128 + 9 * 64 + 128) * pixels + time * 8) +
      9 * 8 * pixels
    const apart =
      pixels + // into conv_in
      (8 + time + time) +
      2 * time + // into the layers of the embedding, its activation, and the sum with a condition's
      2 * 8 * pixels // conv_norm_out, conv_out
    const saved =
      apart +
      3 * 4 * 8 * pixels + // norm1, conv1, norm2, conv2
      2 * (2 * 16 + 2 * 8) * pixels
    // What comes into five blocks, skips apart, and all of one of the last two.
    const checkpointed = apart + 5 * 8 * pixels + (2 * 16 + 2 * 8) * pixels
    const summary = unetSummary(config)
    expect(summary).toEqual({
      levels: [{ height: 4, width: 4, channels: 8, kind: undefined, heads: undefined }],
      middle: { kind: undefined, heads: undefined },
      parameters,
      flops: 2 * macs,
      tokens: 0,
      saved,
      checkpointed,
    })
    expect(trainingMemory(summary, 10)).toEqual({
      weights: 16 * parameters,
      activations: 40 * saved,
      checkpointed: 40 * checkpointed,
    })
  })

  test('attention adds four linear layers and two products', () => {
    const without = unetSummary(configOf())
    const middle = unetSummary(configOf({ add_attention: true, attention_head_dim: 4 }))
    expect(middle.middle).toEqual({ kind: 'self', heads: 2 })
    expect(middle.flops - without.flops).toBe(2 * (4 * 8 * 8 * 16 + 2 * 16 * 16 * 8))
    expect(middle.parameters - without.parameters).toBe(4 * (64 + 8) + 2 * 8)
    // Into the norm and out of it, queries, keys and values, shares of two heads, into the last layer.
    expect(middle.saved - without.saved).toBe(6 * 8 * 16 + 2 * 16 * 16)
  })

  test.each(['a_ddpm_style', 'b_class_cond', 'c_scale_shift', 'd_resnet_updown_3lvl'])(
    'has as many parameters as diffusers: %s',
    (name) => {
      const { num_params } = goldenJson<{ num_params: number }>(`unet/${name}/meta`)
      expect(unetSummary(parseUnetConfig(goldenJson(`unet/${name}/config`))).parameters).toBe(num_params)
    },
  )

  test('of a model of 6.5 million parameters on 32x32 images', () => {
    const summary = unetSummary(
      unetConfig({
        sample_size: 32,
        block_out_channels: [64, 128, 128],
        down_block_types: ['DownBlock2D', 'DownBlock2D', 'AttnDownBlock2D'],
        up_block_types: ['AttnUpBlock2D', 'UpBlock2D', 'UpBlock2D'],
        attention_head_dim: null,
      }),
    )
    // Counted by another program from the list of its layers: 2.892 GFLOP.
    expect(summary.parameters).toBe(6_472_195)
    expect(summary.flops / 1e9).toBeCloseTo(2.892, 3)
  })
})

onCpu(() => {
  test('first weights have the names and shapes of the config, and begin as the identity with zero_init', async () => {
    const config = configOf({
      block_out_channels: [8, 16],
      down_block_types: ['AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D'],
      num_class_embeds: 3,
    })
    const model = unet(config, 'epsilon', randomOf(1), { zero_init: true })
    const torch = (shape: number[]) =>
      shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape.length === 2 ? shape.toReversed() : shape
    const found = Object.entries(model.weights).map(([name, { shape }]) => [
      name,
      name === 'class_embedding.weight' ? shape : torch(shape),
    ])
    expect(found).toEqual([...unetWeightShapes(config)])
    const zero = []
    for (const [name, tensor] of Object.entries(model.weights))
      if ((await tensor.data()).every((value) => value === 0)) zero.push(name)
    const weights = zero.filter((name) => name.endsWith('.weight'))
    // Each residual block (2 + 1 down, 2 in the middle, 2 + 2 up), attention (1 down, 1 middle, 2 up), and the end.
    expect(weights.filter((name) => name.endsWith('conv2.weight'))).toHaveLength(8)
    expect(weights.filter((name) => name.endsWith('to_out.0.weight'))).toHaveLength(3)
    expect(weights).toContain('conv_out.weight')
    expect(weights).toHaveLength(12)
    tf.dispose(tensorsOf(model))
  })

  test('one timestep and one label for all are those for each', async () => {
    const model = make({ num_class_embeds: 4 })
    const x = normal([2, 4, 4, 1], 2)
    const one = tf.tidy(() => predict(model, x, Float64Array.of(9), labels(2)))
    const each = tf.tidy(() => predict(model, x, Float64Array.of(9, 9), labels(2, 2)))
    expect((await gap(one, each)).gap).toBeLessThan(1e-6)
    tf.dispose([x, one, each, ...tensorsOf(model)])
  })

  test('no label is the last row; its number is allowed too', async () => {
    const model = make({ num_class_embeds: 4 })
    const x = normal([2, 4, 4, 1], 2)
    const [none, unlabelled, byNumber, other] = [undefined, labels(-1), labels(3), labels(0)].map((condition) =>
      tf.tidy(() => predict(model, x, t, condition)),
    ) as [Tensor, Tensor, Tensor, Tensor]
    expect(await unlabelled.data()).toEqual(await none.data())
    expect(await byNumber.data()).toEqual(await none.data())
    expect((await gap(other, none)).gap).toBeGreaterThan(1e-4)
    tf.dispose([x, none, unlabelled, byNumber, other, ...tensorsOf(model)])
  })

  test('labels, numbers and vectors come in at the same place: each is the vector it is embedded to', async () => {
    const base = make()
    const x = normal([2, 4, 4, 1], 2)
    const table = normal([3, 32], 3)
    const byLabel = {
      ...base,
      config: { ...configOf({ num_class_embeds: 3 }) },
      weights: { ...base.weights, 'class_embedding.weight': table },
    }
    const timed = make({ class_embed_type: 'timestep' }, 7)
    const byNumber: Model = { ...timed, weights: { ...timed.weights, ...base.weights } }
    const byVector: Model = { ...base, config: { ...configOf({ class_embed_type: 'identity' }) } }
    const values = Float64Array.of(3.5, 700)
    const all = tf.tidy(() => {
      const vectors = (tensor: Tensor): Conditioning => ({ kind: 'vectors', vectors: tensor })
      const rows = tf.concat([table.slice(2, 1), table.slice(0, 1)])
      const embedded = timeEmbedding(values, byNumber.weights, 'class_embedding', {})
      return [
        predict(byLabel, x, t, labels(2, 0)),
        predict(byVector, x, t, vectors(rows)),
        predict(byNumber, x, t, { kind: 'values', values }),
        predict(byVector, x, t, vectors(embedded)),
        predict(base, x, t),
        predict(byVector, x, t, vectors(tf.zeros([1, 32]))),
      ]
    })
    for (const i of [0, 2, 4]) expect((await gap(all[i]!, all[i + 1]!)).gap).toBeLessThan(1e-6)
    for (const i of [0, 2]) expect((await gap(all[i]!, all[4]!)).gap).toBeGreaterThan(1e-3)
    tf.dispose([x, table, ...all, ...tensorsOf([base, timed])])
  })

  test('conditions that are not for a model are refused, with the cure', () => {
    const [none, labelled, timed, vectors] = [
      make(),
      make({ num_class_embeds: 3 }),
      make({ class_embed_type: 'timestep' }),
      make({ class_embed_type: 'identity' }),
    ]
    const x = tf.zeros([2, 4, 4, 1])
    const vector = (...shape: number[]): Conditioning => ({ kind: 'vectors', vectors: tf.zeros(shape) })
    const number: Conditioning = { kind: 'values', values: Float64Array.of(1) }
    const refusal = (model: Model, condition?: Conditioning, input: Tensor = x) =>
      tf.tidy(() => {
        try {
          predict(model, input, t, condition)
        } catch (error) {
          return (error as Error).message
        }
        return 'taken'
      })
    expect(
      tf.tidy(() => [
        refusal(none, labels(0)),
        refusal(none, number),
        refusal(labelled, labels(3)),
        refusal(labelled, number),
        refusal(timed),
        refusal(timed, labels(1)),
        refusal(timed, { kind: 'values', values: Float64Array.of(1, 2, 3) }),
        refusal(vectors),
        refusal(vectors, vector(2, 31)),
        refusal(vectors, vector(3, 32)),
        refusal(guidedModel(timed, 2), number),
        refusal(labelled, undefined, tf.zeros([2, 8, 8, 1])),
      ]),
    ).toMatchInlineSnapshot(`
      [
        "This model was made without classes, but got labels. Set \`num_classes\` of the model, or leave \`condition\` unwired.",
        "This model was made without a condition, but got a number an item, on a timestep wire. Set \`num_classes\` of the model, or leave \`condition\` unwired.",
        "Expected labels from 0 to 1, or -1 for none, got 3. Choose a label that the model was trained on, or set \`num_classes\` of the model to that of the data.",
        "This model is conditioned on labels, but got a number an item, on a timestep wire. Wire what it was made for, or set \`class_embed_type\` of the model for what is wired.",
        "This model is conditioned on a number an item, on a timestep wire, and knows no prediction without: it has no null condition. Wire \`condition\`. For guidance take a model with class labels.",
        "This model is conditioned on a number an item, on a timestep wire, but got labels. Wire what it was made for, or set \`class_embed_type\` of the model for what is wired.",
        "Expected one number per item: [2], got [3]. Take condition and x_t from the same batch.",
        "This model is conditioned on a vector an item, samples of shape [b, d], and knows no prediction without: it has no null condition. Wire \`condition\`. For guidance take a model with class labels.",
        "Expected a vector of 32 numbers per item, got samples of shape [2,31]. Wire samples of shape [b, 32].",
        "Expected one vector per item: [2], got [3]. Take condition and x_t from the same batch.",
        "This model is conditioned on a number an item, on a timestep wire, and knows no prediction without: it has no null condition. Wire \`condition\`. For guidance take a model with class labels.",
        "Expected a batch of items of shape [4,4,1], got items of shape [8,8,1]. Make the model for this data (wire the data set to \`dataset\` of UNet, or set \`sample_size\` and \`channels\`), or wire data that the model was made for.",
      ]
    `)
    expect(trainableOf(guidedModel(timed, 2))).toBe(timed)
    tf.dispose([x, ...tensorsOf([none, labelled, timed, vectors])])
  })

  test('images are centred if the config says so', async () => {
    const model = make()
    const x = normal([2, 4, 4, 1], 2)
    const [centred, right] = tf.tidy(() => [
      predict({ ...model, config: { ...configOf({ center_input_sample: true }) } }, x, t),
      predict(model, x.mul(2).sub(1), t),
    ]) as [Tensor, Tensor]
    expect((await gap(centred, right)).gap).toBeLessThan(1e-6)
    tf.dispose([x, centred, right, ...tensorsOf(model)])
  })

  test.each([
    ['is scaled', { mid_block_scale_factor: 2 }, 2],
    ['may be missing', { mid_block_type: null }, undefined],
  ] as const)('the middle block %s', async (_, changes, scale) => {
    const model = make(changes)
    const { weights } = model
    const x = normal([2, 4, 4, 1], 2) as Tensor4D
    const right = tf.tidy(() => {
      const options = { groups: 4, eps: 1e-5, activation: 'silu', time_scale_shift: 'default', output_scale: 1 } as const
      const embedding = unetActivations.silu(timeEmbedding(t, weights, 'time_embedding', {})) as Tensor2D
      const projected = projectedFor(embedding, weights)
      const block = (h: Tensor4D, name: string, output_scale = 1) =>
        resnetBlock(h, projected.get(name)!, weights, name, { ...options, output_scale })
      const first = convOf(x, weights, 'conv_in')
      const down = block(first, 'down_blocks.0.resnets.0')
      const middle = scale
        ? ['mid_block.resnets.0', 'mid_block.resnets.1'].reduce((h, name) => block(h, name, scale), down)
        : down
      const up = block(tf.concat([middle, down], 3), 'up_blocks.0.resnets.0')
      const last = block(tf.concat([up, first], 3), 'up_blocks.0.resnets.1')
      return convOf(normalised(last, weights, 'conv_norm_out', options), weights, 'conv_out')
    })
    const got = tf.tidy(() => predict(model, x, t))
    expect((await gap(got, right)).gap).toBeLessThan(1e-6)
    tf.dispose([x, got, right, ...tensorsOf(model)])
  })

  test('activations are those of PyTorch', async () => {
    const x = tf.tensor1d([-3, -1, 0, 0.5, 2])
    // torch.nn.GELU(), torch.nn.Mish(), torch.nn.SiLU()
    const right = {
      gelu: [-0.0040496, -0.1586553, 0, 0.3457312, 1.9544997],
      mish: [-0.1456475, -0.3034015, 0, 0.3752453, 1.943959],
      silu: [-0.1422776, -0.2689414, 0, 0.3112297, 1.7615942],
      swish: [-0.1422776, -0.2689414, 0, 0.3112297, 1.7615942],
      relu: [0, 0, 0, 0.5, 2],
    }
    for (const [name, values] of Object.entries(right)) {
      const got = tf.tidy(() => unetActivations[name as keyof typeof right](x))
      const found = await got.data()
      values.forEach((value, i) => expect(found[i], `${name} ${i}`).toBeCloseTo(value, 5))
      got.dispose()
    }
    x.dispose()
  })

  describe('dropout', () => {
    test('is there in training alone: new at every step and place, and the same again', async () => {
      const dropping = make({ dropout: 0.5 })
      const sure = { ...dropping, config: { ...configOf() } }
      const x = normal([2, 4, 4, 1], 2)
      const at = (step: number, seed = 1): Model => ({ ...dropping, training: { seed, step } })
      const asked = [dropping, sure, at(3), at(3), at(4), at(3, 2), { ...sure, training: { seed: 1, step: 3 } }]
      const found = asked.map((model) => tf.tidy(() => predict(model, x, t)))
      const [still, plain, step3, again, step4, seed2, nothing] = await Promise.all(found.map((tensor) => tensor.data()))
      expect(still).toEqual(plain)
      expect(nothing).toEqual(plain)
      expect(step3).toEqual(again)
      for (const other of [plain, step4, seed2]) expect(step3).not.toEqual(other)
      tf.dispose([x, ...found, ...tensorsOf(dropping)])
    })
  })
})
