// Config, summary, conditions and dropout of the UNet, which no recorded model covers.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { describe, expect, test } from 'vitest'
import { predict, trainableModel } from '../../../src/engine/models/predict.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { activations, silu } from '../../../src/engine/layers/activations.ts'
import { conv2d } from '../../../src/engine/layers/conv.ts'
import { timestepEmbedding } from '../../../src/engine/layers/embedding.ts'
import { groupNorm } from '../../../src/engine/layers/groupNorm.ts'
import { linear } from '../../../src/engine/layers/linear.ts'
import { parametersOf } from '../../../src/engine/models/graph/step.ts'
import { projectEmbedding, resnetBlock } from '../../blocks.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { parseUnetConfig, unetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { diffusersRefusal } from '../../../src/engine/models/kinds/unet/diffusers.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { torchShapes } from '../../../src/engine/models/graph/weights.ts'
import { unetLayers } from '../../../src/engine/models/kinds/unet/graph.ts'
import { trainingMemory } from '../../../src/engine/models/cost.ts'
import { unetSummary } from '../../../src/engine/models/kinds/unet/summary.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import type { Tensor, Tensor2D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { Conditioning, Weights } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { onCpu } from '../../backends.ts'
import { gap, goldenJson } from '../../goldenTensors.ts'

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
  unet(configOf(changes), 'epsilon', createRandom(seed), { zero_init: false })
const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(shape.reduce((a, b) => a * b, 1)), shape)
const labels = (...values: number[]): Conditioning => ({
  kind: 'labels',
  labels: Int32Array.from(values),
})
const t = Float64Array.of(5, 300)

/** Sinusoidal embedding of t, and two linear layers. */
function embedTime(t: Float64Array, weights: Weights, name: string): Tensor2D {
  const dense = (x: Tensor2D, layer: string) => {
    const { weight, bias } = parametersOf<Tensor2D>(weights, `${name}.${layer}`)
    return linear(x, weight, bias)
  }
  const waves = timestepEmbedding(t, weights[`${name}.linear_1.weight`].shape[0])
  return dense(silu(dense(waves, 'linear_1')) as Tensor2D, 'linear_2')
}

describe('the config', () => {
  test('of a file gets the defaults of diffusers; unknown values are rejected with the reason', () => {
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
    ).toMatchObject({
      norm_num_groups: 32,
      layers_per_block: 2,
      dropout: 0,
      class_embed_type: null,
      add_attention: true,
    })
  })

  test('reports invalid values', () => {
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
      { time_embedding_type: 'other' },
      { time_embedding_type: 'learned' },
      { time_embedding_type: 'fourier', class_embed_type: 'timestep' },
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
        "Expected sample_size of the UNet to be the side of the images in pixels, or [height, width], got nothing.",
        "Expected sample_size of the UNet to be the side of the images in pixels, or [height, width], got [4,0].",
        "Expected as many output channels of the UNet as its images have, 1, or twice as many with a variance, got 3.",
        "Expected time_embedding_type of the UNet to be one of "positional", "fourier", "learned", got "other".",
        "Expected num_train_timesteps of the UNet with learned embeddings of t, got null.",
        "Expected time_embedding_type "positional" of a UNet whose class_embed_type is "timestep", got "fourier".",
        "Expected down_block_types of the UNet to be a list with one of "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D", "CrossAttnDownBlock2D", "LinearAttnDownBlock2D" in each place, got ["SkipDownBlock2D"]. Blocks with skip, FIR or K filters or with simple cross-attention are not supported.",
        "Expected up_block_types of the UNet to have 1 entries, as block_out_channels has, got 2.",
        "Expected add_attention of the UNet to be true with mid_block_type "UNetMidBlock2DCrossAttn", got false.",
        "Expected norm_num_groups of the UNet to divide the channels of every level, got 4 for 10 channels.",
        "Expected act_fn of the UNet to be one of "silu", "swish", "mish", "gelu", "relu", got "tanh".",
        "Expected resnet_time_scale_shift of the UNet to be one of "default", "scale_shift", got "ada_group". Other ways to add the embedding are not supported.",
        "Expected downsample_padding of the UNet to be one of 0, 1, got 2.",
        "Expected dropout of the UNet to be a number from 0 to below 1, got 1.",
        "Expected norm_num_groups of the UNet to be a positive integer, got null.",
        "Expected known settings of the UNet, got attention_legacy_order with true.",
        "Expected known settings of the UNet, got something with 1.",
        "Expected attention_head_dim of the UNet to divide the 8 channels of the middle block, got 3.",
        "Expected attention_head_dim of the UNet to have 2 entries, one per level and one for the middle block, got 1.",
        "Expected sample_size of the UNet to be a multiple of 4 for 3 levels, got 6.",
        "Expected more channels in the first level of the UNet to embed t with freq_shift 1, got 2.",
      ]
    `)
    expect(
      refusal({ attention_legacy_order: false, attention_head_dim: 3, _name_or_path: 'x' }),
    ).toBe('taken')
  })

  test('reports settings that diffusers cannot express', () => {
    expect(diffusersRefusal(configOf({ add_attention: true }))).toBeUndefined()
    expect(englishText(diffusersRefusal(configOf({ attention_head_dim: [null, 4] }))!)).toContain(
      'one attention_head_dim for all levels',
    )
  })
})

describe('the summary', () => {
  test('of one level matches a manual count', () => {
    const config = configOf()
    const time = 32
    const resnet = (from: number, to: number) =>
      2 * from +
      (9 * from * to + to) +
      (time * to + to) +
      2 * to +
      (9 * to * to + to) +
      (from === to ? 0 : from * to + to)
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
    // Inputs of five blocks without skips, and all tensors of one of the last two.
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
    // Input and output of the norm, queries, keys and values, weights of two heads, input of the
    // last layer.
    expect(middle.saved - without.saved).toBe(6 * 8 * 16 + 2 * 16 * 16)
  })

  test.each(['a_ddpm_style', 'b_class_cond', 'c_scale_shift', 'd_resnet_updown_3lvl'])(
    'has the parameter count of diffusers: %s',
    (name) => {
      const { num_params } = goldenJson<{ num_params: number }>(`unet/${name}/meta`)
      expect(unetSummary(parseUnetConfig(goldenJson(`unet/${name}/config`))).parameters).toBe(
        num_params,
      )
    },
  )

  test('is correct for a model of 6.5 million parameters on 32x32 images', () => {
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
  test('initial weights have the names and shapes of the config; zero_init makes blocks the identity', async () => {
    const config = configOf({
      block_out_channels: [8, 16],
      down_block_types: ['AttnDownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'AttnUpBlock2D'],
      num_class_embeds: 3,
    })
    const model = unet(config, 'epsilon', createRandom(1), { zero_init: true })
    const torch = (shape: number[]) =>
      shape.length === 4
        ? [shape[3], shape[2], shape[0], shape[1]]
        : shape.length === 2
          ? shape.toReversed()
          : shape
    const found = Object.entries(model.weights).map(([name, { shape }]) => [
      name,
      name === 'class_embedding.weight' ? shape : torch(shape),
    ])
    expect(found).toEqual([...torchShapes(unetLayers(config))])
    const zero = []
    for (const [name, tensor] of Object.entries(model.weights))
      if ((await tensor.data()).every((value) => value === 0)) zero.push(name)
    const weights = zero.filter((name) => name.endsWith('.weight'))
    // Residual blocks (2 + 1 down, 2 in the middle, 2 + 2 up), attention (1 down, 1 middle, 2 up),
    // and the output.
    expect(weights.filter((name) => name.endsWith('conv2.weight'))).toHaveLength(8)
    expect(weights.filter((name) => name.endsWith('to_out.0.weight'))).toHaveLength(3)
    expect(weights).toContain('conv_out.weight')
    expect(weights).toHaveLength(12)
    tf.dispose(collectTensors(model))
  })

  test('one timestep and one label for all items equal separate ones', async () => {
    const model = make({ num_class_embeds: 4 })
    const x = normal([2, 4, 4, 1], 2)
    const one = tf.tidy(() => predict(model, x, Float64Array.of(9), labels(2)))
    const each = tf.tidy(() => predict(model, x, Float64Array.of(9, 9), labels(2, 2)))
    expect((await gap(one, each)).gap).toBeLessThan(1e-6)
    tf.dispose([x, one, each, ...collectTensors(model)])
  })

  test('a missing label is the last row, whose number is also allowed', async () => {
    const model = make({ num_class_embeds: 4 })
    const x = normal([2, 4, 4, 1], 2)
    const [none, unlabelled, byNumber, other] = [undefined, labels(-1), labels(3), labels(0)].map(
      (condition) => tf.tidy(() => predict(model, x, t, condition)),
    ) as [Tensor, Tensor, Tensor, Tensor]
    expect(await unlabelled.data()).toEqual(await none.data())
    expect(await byNumber.data()).toEqual(await none.data())
    expect((await gap(other, none)).gap).toBeGreaterThan(1e-4)
    tf.dispose([x, none, unlabelled, byNumber, other, ...collectTensors(model)])
  })

  test('labels, numbers and vectors equal the vector that they are embedded to', async () => {
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
      const embedded = embedTime(values, byNumber.weights, 'class_embedding')
      return [
        predict(byLabel, x, t, labels(2, 0)),
        predict(byVector, x, t, vectors(rows)),
        predict(byNumber, x, t, { kind: 'values', values }),
        predict(byVector, x, t, vectors(embedded)),
        predict(base, x, t),
        predict(byVector, x, t, vectors(tf.zeros([1, 32]))),
      ]
    })
    for (const i of [0, 2, 4]) expect((await gap(all[i], all[i + 1])).gap).toBeLessThan(1e-6)
    for (const i of [0, 2]) expect((await gap(all[i], all[4])).gap).toBeGreaterThan(1e-3)
    tf.dispose([x, table, ...all, ...collectTensors([base, timed])])
  })

  test('rejects conditions that do not fit the model, with a cure', () => {
    const [none, labelled, timed, vectors] = [
      make(),
      make({ num_class_embeds: 3 }),
      make({ class_embed_type: 'timestep' }),
      make({ class_embed_type: 'identity' }),
    ]
    const x = tf.zeros([2, 4, 4, 1])
    const vector = (...shape: number[]): Conditioning => ({
      kind: 'vectors',
      vectors: tf.zeros(shape),
    })
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
        "Expected no labels, as the model was made without classes.",
        "Expected no condition, as the model was made without one.",
        "Expected labels from 0 to 1 of this model, or -1 for none, got 3.",
        "Expected labels as the condition of this model, got one number per item (a timestep).",
        "Expected a condition (one number per item (a timestep)), got none: the model cannot predict without it.",
        "Expected one number per item (a timestep) as the condition of this model, got labels.",
        "Expected one number per item: [2], got [3].",
        "Expected a condition (one vector per item (samples of shape [b, d])), got none: the model cannot predict without it.",
        "Expected a vector of 32 numbers per item, got samples of shape [2,31].",
        "Expected one vector per item: [2], got [3].",
        "Expected a condition (one number per item (a timestep)), got none: the model cannot predict without it.",
        "Expected images of shape [4,4,1], got items of shape [8,8,1].",
      ]
    `)
    expect(trainableModel(guidedModel(timed, 2))).toBe(timed)
    tf.dispose([x, ...collectTensors([none, labelled, timed, vectors])])
  })

  test('centres images if the config requests it', async () => {
    const model = make()
    const x = normal([2, 4, 4, 1], 2)
    const [centred, right] = tf.tidy(() => [
      predict({ ...model, config: { ...configOf({ center_input_sample: true }) } }, x, t),
      predict(model, x.mul(2).sub(1), t),
    ]) as [Tensor, Tensor]
    expect((await gap(centred, right)).gap).toBeLessThan(1e-6)
    tf.dispose([x, centred, right, ...collectTensors(model)])
  })

  test.each([
    ['is scaled', { mid_block_scale_factor: 2 }, 2],
    ['may be missing', { mid_block_type: null }, undefined],
  ] as const)('the middle block %s', async (_, changes, scale) => {
    const model = make(changes)
    const { weights } = model
    const x = normal([2, 4, 4, 1], 2) as Tensor4D
    const right = tf.tidy(() => {
      const options = {
        groups: 4,
        eps: 1e-5,
        activation: 'silu',
        time_scale_shift: 'default',
        output_scale: 1,
      } as const
      const conv = (h: Tensor4D, name: string) => {
        const { weight, bias } = parametersOf<Tensor4D>(weights, name)
        return conv2d(h, weight, bias)
      }
      const embedding = silu(embedTime(t, weights, 'time_embedding')) as Tensor2D
      const block = (h: Tensor4D, name: string, output_scale = 1) =>
        resnetBlock(h, projectEmbedding(embedding, weights, name), weights, name, {
          ...options,
          output_scale,
        })
      const first = conv(x, 'conv_in')
      const down = block(first, 'down_blocks.0.resnets.0')
      const middle = scale
        ? ['mid_block.resnets.0', 'mid_block.resnets.1'].reduce(
            (h, name) => block(h, name, scale),
            down,
          )
        : down
      const up = block(tf.concat([middle, down], 3), 'up_blocks.0.resnets.0')
      const last = block(tf.concat([up, first], 3), 'up_blocks.0.resnets.1')
      const norm = parametersOf(weights, 'conv_norm_out')
      return conv(silu(groupNorm(last, norm.weight, norm.bias, options)) as Tensor4D, 'conv_out')
    })
    const got = tf.tidy(() => predict(model, x, t))
    expect((await gap(got, right)).gap).toBeLessThan(1e-6)
    tf.dispose([x, got, right, ...collectTensors(model)])
  })

  test('activations equal those of PyTorch', async () => {
    const x = tf.tensor1d([-3, -1, 0, 0.5, 2])
    // torch.nn.GELU(), torch.nn.Mish(), torch.nn.SiLU()
    const right = {
      gelu: [-0.0040496, -0.1586553, 0, 0.3457312, 1.9544997],
      mish: [-0.1456475, -0.3034015, 0, 0.3752453, 1.943959],
      silu: [-0.1422776, -0.2689414, 0, 0.3112297, 1.7615942],
      relu: [0, 0, 0, 0.5, 2],
    }
    for (const [name, values] of Object.entries(right)) {
      const got = tf.tidy(() => activations[name as keyof typeof right](x))
      const found = await got.data()
      values.forEach((value, i) => expect(found[i], `${name} ${i}`).toBeCloseTo(value, 5))
      got.dispose()
    }
    x.dispose()
  })

  describe('dropout', () => {
    test('is active only in training: different at every step and block, and reproducible', async () => {
      const dropping = make({ dropout: 0.5 })
      const sure = { ...dropping, config: { ...configOf() } }
      const x = normal([2, 4, 4, 1], 2)
      const at = (step: number, seed = 1): Model => ({ ...dropping, training: { seed, step } })
      const asked = [
        dropping,
        sure,
        at(3),
        at(3),
        at(4),
        at(3, 2),
        { ...sure, training: { seed: 1, step: 3 } },
      ]
      const found = asked.map((model) => tf.tidy(() => predict(model, x, t)))
      const [still, plain, step3, again, step4, seed2, nothing] = await Promise.all(
        found.map((tensor) => tensor.data()),
      )
      expect(still).toEqual(plain)
      expect(nothing).toEqual(plain)
      expect(step3).toEqual(again)
      for (const other of [plain, step4, seed2]) expect(step3).not.toEqual(other)
      tf.dispose([x, ...found, ...collectTensors(dropping)])
    })
  })
})
