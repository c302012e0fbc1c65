// Linear attention, cross-attention to tokens and labels, and conversion of such UNets from and to
// diffusers.
import { englishText } from '../../../src/engine/base/catalogue.ts'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  loadModel,
  packFolder,
  readCheckpoint,
  storeModel,
  writeCheckpoint,
} from '../../../src/engine/checkpoint/pipeline.ts'
import { attention, attentionShares } from '../../../src/engine/layers/attention.ts'
import { guidedModel } from '../../../src/engine/models/kinds/guided/guided.ts'
import { tokenMaps } from '../../../src/engine/models/attentionMaps.ts'
import { predict } from '../../../src/engine/models/predict.ts'
import { linearAttentionBlock, selfAttentionBlock } from '../../blocks.ts'
import type { UnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import { parseUnetConfig } from '../../../src/engine/models/kinds/unet/config.ts'
import {
  diffusersRefusal,
  readConditionConfig,
  writeConditionConfig,
} from '../../../src/engine/models/kinds/unet/diffusers.ts'
import { unet } from '../../../src/engine/models/kinds/unet/init.ts'
import { torchShapes } from '../../../src/engine/models/graph/weights.ts'
import { unetLayers } from '../../../src/engine/models/kinds/unet/graph.ts'
import { unetSummary } from '../../../src/engine/models/kinds/unet/summary.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { noiseSchedule } from '../../../src/engine/process/schedule.ts'
import type { Scalar, Tensor, Tensor3D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { labelRows, mosaic, pixelTokens } from '../../../src/engine/models/tokens.ts'
import type { Conditioning } from '../../../src/engine/base/values.ts'
import type { Model } from '../../../src/engine/models/model.ts'
import { collectTensors } from '../../../src/engine/base/values.ts'
import { backends, onCpu, onEachBackend } from '../../backends.ts'
import { gap, goldenJson } from '../../goldenTensors.ts'
import { readPipeline, readTensors } from '../../readPipeline.ts'
import { isFull } from '../../families.ts'

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)
const normal = (shape: number[], seed: number) =>
  tf.tensor(createRandom(seed).normal(count(shape)), shape)

/**
 * Two levels of 4 x 4 images with cross-attention to tokens of width 6; the coarser one has linear
 * attention.
 */
const crossing = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 4,
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  cross_attention_dim: 6,
} as const
const configOf = (changes: Partial<UnetConfig> = {}) => parseUnetConfig({ ...crossing, ...changes })
const make = (changes: Partial<UnetConfig> = {}, seed = 1) =>
  unet(configOf(changes), 'epsilon', createRandom(seed), { zero_init: false })
const linearConfig = {
  down_block_types: ['LinearAttnDownBlock2D', 'DownBlock2D'],
  mid_block_type: 'UNetMidBlock2DLinearAttn',
  up_block_types: ['UpBlock2D', 'LinearAttnUpBlock2D'],
} as const satisfies Partial<UnetConfig>
const plainLinear = () => {
  const { cross_attention_dim: _, ...rest } = { ...crossing, ...linearConfig }
  return parseUnetConfig(rest)
}
const t = Float64Array.of(5, 300)

onEachBackend(
  () => {
    test('gradients of a UNet with cross-attention and linear attention match finite differences', async () => {
      const model = make({
        ...linearConfig,
        mid_block_type: 'UNetMidBlock2DCrossAttn',
        num_token_embeds: 4,
        num_tokens: 2,
      })
      const names = [
        'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight',
        'token_embedding.weight',
        'token_positions.weight',
      ]
      names.push(
        'down_blocks.0.linear_attentions.0.to_k.weight',
        'mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.bias',
      )
      const [x, target] = [normal([2, 4, 4, 1], 2), normal([2, 4, 4, 1], 3)]
      const condition: Conditioning = {
        kind: 'labels',
        labels: Int32Array.of(0, 1, 2, -1),
        perItem: 2,
      }
      const loss = (...some: Tensor[]) => {
        const weights = {
          ...model.weights,
          ...Object.fromEntries(names.map((name, i) => [name, some[i]])),
        }
        return predict({ ...model, weights }, x, t, condition)
          .sub(target)
          .square()
          .mean() as Scalar
      }
      const some = names.map((name) => model.weights[name])
      const { value, grads } = tf.valueAndGrads(loss as (...all: Tensor[]) => Tensor)(some)
      // Along the gradient, the slope of the loss is its squared norm, which is large enough for
      // float32.
      for (const [i, grad] of grads.entries()) {
        const slope = ((await grad.data()) as Float32Array).reduce(
          (sum, value) => sum + value * value,
          0,
        )
        const step = 0.02 / Math.sqrt(slope)
        const [up, down] = [step, -step].map((by) =>
          tf.tidy(() =>
            loss(...some.map((weight, j) => (i === j ? weight.add(grad.mul(by)) : weight))),
          ),
        )
        const found = ((await up.data())[0] - (await down.data())[0]) / (2 * step)
        expect(slope, names[i]).toBeGreaterThan(1e-9)
        expect(Math.abs(found - slope), names[i]).toBeLessThan(0.02 * slope)
        tf.dispose([up, down])
      }
      tf.dispose([x, target, value, ...grads, ...collectTensors(model)])
    })
    // The kernels take a quarter of a minute to compile for a software device.
  },
  isFull ? backends : ['cpu', 'wasm'],
)

/** Compares tensors; faster than `toEqual`. */
const sameBits = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  )

onCpu(() => {
  describe('cross-attention', () => {
    test('one row of tokens for all items equals separate rows; a missing condition is a token of zeros', async () => {
      const model = make()
      const x = normal([2, 4, 4, 1], 2)
      const row = normal([1, 3, 6], 3) as Tensor3D
      const all = tf.tidy(() => {
        const asked = (tokens: Tensor) =>
          predict(model, x, t, { kind: 'tokens', tokens: tokens as Tensor3D })
        return [
          asked(row),
          asked(row.tile([2, 1, 1])),
          predict(model, x, t),
          asked(tf.zeros([2, 5, 6])),
        ]
      })
      expect((await gap(all[0], all[1])).gap).toBeLessThan(1e-6)
      expect((await gap(all[2], all[3])).gap).toBeLessThan(1e-6)
      expect((await gap(all[0], all[2])).gap).toBeGreaterThan(1e-3)
      tf.dispose([x, row, ...all, ...collectTensors(model)])
    })

    test('labels are looked up and get a position embedding; a missing label is the last row', async () => {
      const model = make({ num_token_embeds: 4, num_tokens: 2 })
      const vectors: Model = { ...model, config: { ...configOf() } }
      const x = normal([2, 4, 4, 1], 2)
      const rows = (labels: number[]): Conditioning => ({
        kind: 'labels',
        labels: Int32Array.from(labels),
        perItem: 2,
      })
      const all = tf.tidy(() => {
        const [table, places] = ['token_embedding.weight', 'token_positions.weight'].map(
          (name) => model.weights[name],
        )
        const tokens = table
          .gather(tf.tensor1d([2, 0, 1, 3], 'int32'))
          .reshape([2, 2, 6])
          .add(places) as Tensor3D
        return [
          predict(model, x, t, rows([2, 0, 1, -1])),
          predict(vectors, x, t, { kind: 'tokens', tokens }),
          predict(model, x, t),
          predict(model, x, t, rows([-1, -1])),
          predict(model, x, t, rows([0, 2, 1, -1])),
        ]
      })
      expect((await gap(all[0], all[1])).gap).toBeLessThan(1e-6)
      expect((await gap(all[2], all[3])).gap).toBeLessThan(1e-6)
      expect((await gap(all[0], all[4])).gap, 'the order counts').toBeGreaterThan(1e-3)
      tf.dispose([x, ...all, ...collectTensors(model)])
    })

    test('a projection converts tokens to the width of the blocks', async () => {
      const model = make({ encoder_hid_dim: 3 })
      const inner: Model = { ...model, config: { ...configOf() } }
      const x = normal([2, 4, 4, 1], 2)
      const tokens = normal([2, 4, 3], 3) as Tensor3D
      const [got, right] = tf.tidy(() => {
        const projected = tokens
          .reshape([8, 3])
          .matMul(model.weights['encoder_hid_proj.weight'])
          .add(model.weights['encoder_hid_proj.bias'])
        return [
          predict(model, x, t, { kind: 'tokens', tokens }),
          predict(inner, x, t, {
            kind: 'tokens',
            tokens: projected.reshape([2, 4, 6]) as Tensor3D,
          }),
        ]
      })
      expect((await gap(got, right)).gap).toBeLessThan(1e-6)
      tf.dispose([x, tokens, got, right, ...collectTensors(model)])
    })

    test('attention maps sum to 1 over the tokens, and are permuted with them', async () => {
      const model = make()
      const x = normal([2, 4, 4, 1], 2)
      const tokens = normal([2, 3, 6], 3) as Tensor3D
      const [maps, turned, sums] = tf.tidy(() => {
        const at = (tokens: Tensor) =>
          tokenMaps(
            guidedModel(model, 2),
            x,
            { t },
            { kind: 'tokens', tokens: tokens as Tensor3D },
          ).get(4)!
        const maps = at(tokens)
        return [maps, at(tokens.reverse(1)).reverse(3), maps.sum(3).sub(1).abs().max()]
      })
      expect(maps.shape).toEqual([2, 4, 4, 3])
      expect((await sums!.data())[0]).toBeLessThan(1e-6)
      expect((await gap(maps, turned)).gap).toBeLessThan(1e-6)
      const shares = tf.tidy(() => attentionShares(tokens, tokens, 2).matMul(tokens))
      const mixed = tf.tidy(() => attention(tokens, tokens, tokens, 1))
      const one = tf.tidy(() => attentionShares(tokens, tokens, 1).matMul(tokens))
      expect((await gap(one, mixed)).gap).toBeLessThan(1e-6)
      expect(shares.shape).toEqual([2, 3, 6])
      tf.dispose([x, tokens, maps, turned, sums!, shares, mixed, one, ...collectTensors(model)])
    })

    test('rejects conditions that do not fit the model, with a cure', () => {
      const [vectors, labelled, plain] = [
        make(),
        make({ num_token_embeds: 4, num_tokens: 2 }),
        unet(plainLinear(), 'epsilon', createRandom(1), { zero_init: false }),
      ]
      const x = tf.zeros([2, 4, 4, 1])
      const refusal = (model: Model, condition: Conditioning) =>
        tf.tidy(() => {
          try {
            predict(model, x, t, condition)
          } catch (error) {
            return (error as Error).message
          }
          return 'taken'
        })
      const tokens = (...shape: [number, number, number]): Conditioning => ({
        kind: 'tokens',
        tokens: tf.zeros(shape),
      })
      const labels = (values: number[], perItem?: number): Conditioning => ({
        kind: 'labels',
        labels: Int32Array.from(values),
        ...(perItem && { perItem }),
      })
      expect(
        tf.tidy(() => [
          refusal(vectors, tokens(2, 5, 7)),
          refusal(vectors, tokens(3, 5, 6)),
          refusal(vectors, labels([0])),
          refusal(labelled, labels([0, 1])),
          refusal(labelled, labels([0, 1, 2, 0, 1, 2], 3)),
          refusal(labelled, labels([0, 4], 2)),
          refusal(labelled, labels([0, 1, 2, 0, 1, 2], 2)),
          refusal(labelled, tokens(2, 5, 6)),
          refusal(plain, tokens(2, 5, 6)),
        ]),
      ).toMatchInlineSnapshot(`
        [
          "Expected tokens of width 6, got width 7 (shape [2,5,7]).",
          "Expected one row of tokens per item: [2], got [3].",
          "Expected tokens of shape [b, n, d] as the condition, got labels.",
          "Expected 2 as the number of labels per item, got 1.",
          "Expected 2 as the number of labels per item, got 3.",
          "Expected labels from 0 to 2 of this model, or -1 for none, got 4.",
          "Expected one label per item: [2], got [3].",
          "Expected labels as the condition, got tokens of shape [b, n, d].",
          "Expected no tokens, as the model attends to none.",
        ]
      `)
      expect(() => tokenMaps(plain, x, { t }, undefined)).toThrow(
        'Expected a model that attends to tokens',
      )
      tf.dispose([x, ...collectTensors([vectors, labelled, plain])])
    })
  })

  test('linear and softmax attention agree for a single position, where both return its value', async () => {
    const x = normal([2, 1, 1, 8], 2) as Tensor4D
    const weights = Object.fromEntries(
      ['to_q', 'to_k', 'to_v', 'to_out.0'].flatMap((part, i) => [
        [`a.${part}.weight`, normal([8, 8], 3 + i)],
        [`a.${part}.bias`, normal([8], 13 + i)],
      ]),
    )
    const options = { heads: 2, groups: undefined, eps: 1e-5, output_scale: 1 }
    const [soft, linear] = tf.tidy(() => [
      selfAttentionBlock(x, weights, 'a', options),
      linearAttentionBlock(x, weights, 'a', options),
    ])
    expect((await gap(soft, linear)).gap).toBeLessThan(1e-5)
    tf.dispose([x, soft, linear, ...Object.values(weights)])
  })

  describe('tokens', () => {
    test('of labels are interleaved by wire', () => {
      expect([
        ...labelRows([Int32Array.of(1, 2, 3), Int32Array.of(7), Int32Array.of(4, 5, 6)])!,
      ]).toEqual([1, 7, 4, 2, 7, 5, 3, 7, 6])
      expect(labelRows([Int32Array.of(1, 2, 3), Int32Array.of(4, 5)])).toBeUndefined()
    })

    test('of pixels are means of squares, followed by a position encoding', async () => {
      const x = tf.tensor4d(
        Array.from({ length: 16 }, (_, i) => i),
        [1, 4, 4, 1],
      )
      const [small, patches, placed] = tf.tidy(() => [
        pixelTokens(x, { shrink: 2, patch: 1, frequencies: 0 }),
        pixelTokens(x, { shrink: 1, patch: 2, frequencies: 0 }),
        pixelTokens(x, { shrink: 2, patch: 1, frequencies: 1 }),
      ]) as [Tensor, Tensor, Tensor]
      expect([small.shape, [...(await small.data())]]).toEqual([
        [1, 4, 1],
        [2.5, 4.5, 10.5, 12.5],
      ])
      expect([...(await patches.data())]).toEqual([
        0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,
      ])
      const half = Math.SQRT1_2
      const first = [2.5, half, half, half, half, 4.5, half, half, half, -half]
      ;(await placed.data())
        .slice(0, 10)
        .forEach((value, i) => expect(value).toBeCloseTo(first[i], 6))
      tf.dispose([x, small, patches, placed])
    })

    test('a mosaic arranges images row by row', async () => {
      const x = tf.tensor4d(
        Array.from({ length: 8 }, (_, i) => [[[i], [10 * i]]]),
        [8, 1, 2, 1],
      )
      const got = tf.tidy(() => mosaic(x, 2, 2))
      expect(got.shape).toEqual([2, 2, 4, 1])
      expect([...(await got.data())]).toEqual([
        0, 0, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70,
      ])
      tf.dispose([x, got])
    })
  })

  describe('the summary', () => {
    test('counts the layers and products of a transformer', () => {
      const [channels, pixels, tokens, width] = [16, 4, 3, 6]
      const only = {
        ...crossing,
        down_block_types: ['DownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'UpBlock2D'],
      } as const
      const { cross_attention_dim: _, ...without } = {
        ...only,
        mid_block_type: 'UNetMidBlock2D',
        add_attention: false,
      } as const
      const [one, none] = [
        unetSummary(parseUnetConfig(only), tokens),
        unetSummary(parseUnetConfig(without)),
      ]
      const linears =
        pixels * channels * channels * (2 + 4 + 2 + 12) + tokens * width * channels * 2
      const products = 2 * channels * pixels * (pixels + tokens)
      expect(one.flops - none.flops).toBe(2 * (linears + products))
      expect(one.middle).toEqual({ kind: 'cross', heads: 4 })
      const parameters =
        2 * channels + // norm
        2 * (channels * channels + channels) + // proj_in, proj_out
        6 * channels + // three layer norms
        4 * channels * channels +
        channels + // attn1
        2 * channels * channels +
        2 * width * channels +
        channels + // attn2
        channels * 8 * channels +
        8 * channels +
        4 * channels * channels +
        channels // feed-forward
      expect(one.parameters - none.parameters).toBe(parameters)
    })

    test('the cost of linear attention is proportional to the number of pixels', () => {
      const sized = (sample_size: number, of: object) =>
        unetSummary(parseUnetConfig({ ...plainLinear(), ...of, sample_size }))
      const soft = {
        down_block_types: ['AttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'AttnUpBlock2D'],
        mid_block_type: 'UNetMidBlock2D',
      }
      const [small, large] = [sized(8, {}), sized(64, {})]
      expect(large.saved / small.saved).toBeLessThan(64)
      expect(sized(64, soft).saved).toBeGreaterThan(10 * large.saved)
      expect(small.parameters).toBe(sized(8, soft).parameters)
    })
  })

  describe('conversion from and to diffusers', () => {
    const folder = 'unet/g_cross_attention_cond'
    const bytesOf = (path: string) =>
      new Uint8Array(readFileSync(new URL(`../../golden/${folder}/${path}`, import.meta.url)))
    const weights = () =>
      new Uint8Array(gunzipSync(bytesOf('diffusion_pytorch_model.safetensors.gz')))
    const dropped = () =>
      packFolder([
        { path: 'unet/config.json', bytes: bytesOf('config.json') },
        { path: 'unet/diffusion_pytorch_model.safetensors', bytes: weights() },
      ])
    const schedule = noiseSchedule({ name: 'linear', T: 1000 })

    test('a UNet2DConditionModel has the same config and weights after reading and writing', () => {
      const read = readCheckpoint(dropped())
      const { unet: saved, weights: again } = readPipeline(
        writeCheckpoint({ ...read, schedule }, 'diffusers'),
      )
      expect(saved).toEqual(JSON.parse(new TextDecoder().decode(bytesOf('config.json'))))
      const before = readTensors(weights())
      expect([...again.keys()].sort()).toEqual([...before.keys()].sort())
      for (const [name, { shape, values }] of before) {
        expect(again.get(name)!.shape, name).toEqual(shape)
        expect(sameBits(again.get(name)!.values, values), name).toBe(true)
      }
      expect(unetSummary(read.model.config as unknown as UnetConfig).parameters).toBe(
        goldenJson<{ num_params: number }>(`${folder}/meta`).num_params,
      )
    })

    test.each([
      [
        'heads by level, linear projections, layers by level',
        {
          attention_head_dim: [4, null, 8],
          use_linear_projection: true,
          transformer_layers_per_block: [2, 1],
        },
      ],
      ['a projection of tokens', { encoder_hid_dim: 5 }],
      [
        'self attention where heads agree',
        {
          block_out_channels: [8, 8],
          attention_head_dim: 4,
          down_block_types: ['CrossAttnDownBlock2D', 'AttnDownBlock2D'],
          up_block_types: ['UpBlock2D', 'UpBlock2D'],
          mid_block_type: null,
        },
      ],
    ] as const)('a config is written in the form of diffusers and read back: %s', (_, changes) => {
      const config = configOf(changes as Partial<UnetConfig>)
      expect(diffusersRefusal(config)).toBeUndefined()
      expect(readConditionConfig(writeConditionConfig(config))).toEqual(config)
    })

    test('reads configs of Stable Diffusion 1 and 2, whose attention_head_dim is the number of heads', () => {
      const sd = {
        in_channels: 4,
        out_channels: 4,
        sample_size: 64,
        center_input_sample: false,
        flip_sin_to_cos: true,
        cross_attention_dim: 768,
        attention_head_dim: 8,
      }
      const one = readConditionConfig({ _class_name: 'UNet2DConditionModel', ...sd })
      expect(one.attention_head_dim).toEqual([40, 80, 160, null, 160])
      expect(unetSummary(one).parameters).toBe(859_520_964)
      const two = readConditionConfig({
        ...sd,
        cross_attention_dim: 1024,
        attention_head_dim: [5, 10, 20, 20],
        use_linear_projection: true,
        upcast_attention: true,
        dual_cross_attention: false,
      })
      expect(two.attention_head_dim).toBe(64)
      expect(unetSummary(two).parameters).toBe(865_910_724)
    })

    test('rejects unsupported settings with the reason', () => {
      const refusal = (changes: object) => {
        try {
          readConditionConfig({ ...goldenJson<object>(`${folder}/config`), ...changes })
        } catch (error) {
          return (error as Error).message
        }
        return 'taken'
      }
      expect([
        refusal({ addition_embed_type: 'text_time' }),
        refusal({ only_cross_attention: true }),
        refusal({ encoder_hid_dim: 8, encoder_hid_dim_type: 'image_proj' }),
        refusal({ mid_block_type: 'UNetMidBlock2D' }),
        refusal({ mid_block_type: 'UNetMidBlock2DSimpleCrossAttn' }),
        refusal({ class_embed_type: 'projection' }),
        refusal({ act_fn: 'gelu' }),
        refusal({ attention_head_dim: [2] }),
        refusal({ attention_head_dim: 3 }),
        refusal({ cross_attention_dim: [8, 8] }),
        refusal({ num_tokens: 2 }),
        refusal({ something: 1 }),
        refusal({
          down_block_types: ['DownBlock2D', 'DownBlock2D'],
          up_block_types: ['UpBlock2D', 'UpBlock2D'],
          mid_block_type: null,
        }),
        refusal({
          down_block_types: ['CrossAttnDownBlock2D', 'AttnDownBlock2D'],
          attention_head_dim: [2, 4],
          up_block_types: ['AttnUpBlock2D', 'CrossAttnUpBlock2D'],
        }),
      ]).toMatchInlineSnapshot(`
        [
          "Expected addition_embed_type of the UNet to be null, got "text_time". Other values are not supported.",
          "Expected only_cross_attention of the UNet to be false, got true. Other values are not supported.",
          "Expected encoder_hid_dim_type of the UNet to be one of null, "text_proj", got "image_proj". Tokens from images are not supported.",
          "The UNet is not supported. The middle block of a UNet2DConditionModel attends to tokens. Use cross-attention in the middle block too.",
          "Expected mid_block_type of the UNet to be one of "UNetMidBlock2D", "UNetMidBlock2DCrossAttn", "UNetMidBlock2DLinearAttn", null, got "UNetMidBlock2DSimpleCrossAttn".",
          "Expected class_embed_type of the UNet to be one of null, "timestep", "identity", got "projection".",
          "The UNet is not supported. A UNet2DConditionModel has another activation at its end.",
          "Expected attention_head_dim of the UNet to have 2 entries, as block_out_channels has, got 1.",
          "Expected attention_head_dim of the UNet to fit the 8 channels of level 0, got [3,3].",
          "Expected cross_attention_dim of the UNet to be a positive integer, got [8,8].",
          "A UNet2DConditionModel has no num_tokens.",
          "Expected known settings of the UNet, got something with 1.",
          "Expected no cross_attention_dim of the UNet, as no block attends to tokens, got one.",
          "Expected attention_head_dim of the UNet to fit the 16 channels of level 1, got [2,4].",
        ]
      `)
    })

    test('a config that diffusers cannot express is saved exactly as our own class, or rejected if diffusers is requested', async () => {
      const cases: [UnetConfig, RegExp][] = [
        [plainLinear(), /linear attention/],
        [
          configOf({ ...linearConfig, mid_block_type: 'UNetMidBlock2DCrossAttn' }),
          /linear attention/,
        ],
        [configOf({ num_token_embeds: 4, num_tokens: 2 }), /table of labels/],
        [configOf({ mid_block_type: 'UNetMidBlock2D' }), /middle block/],
        [
          configOf({
            attention_head_dim: [4, null, 2],
            block_out_channels: [8, 8],
            down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
            up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
          }),
          /one list of heads/,
        ],
        [configOf({ downsample_type: 'resnet' }), /resamples by convolution/],
        [configOf({ act_fn: 'gelu' }), /activation/],
        [configOf({ attn_norm_num_groups: 2 }), /attn_norm_num_groups/],
      ]
      for (const [config, reason] of cases) {
        expect(englishText(diffusersRefusal(config)!)).toMatch(reason)
        const model = unet(config, 'v_prediction', createRandom(2), { zero_init: false })
        const stored = await storeModel(model)
        expect(() => writeCheckpoint({ model: stored, schedule }, 'diffusers')).toThrow(reason)
        const read = readCheckpoint(writeCheckpoint({ model: stored, schedule }))
        expect(read.model.config).toEqual(config)
        const again = loadModel(read.model)
        expect(Object.keys(again.weights).sort()).toEqual(Object.keys(model.weights).sort())
        for (const [name, tensor] of Object.entries(model.weights)) {
          const [found, right] = [
            await again.weights[name].data(),
            await tensor.data(),
          ] as Float32Array[]
          expect(sameBits(found, right), name).toBe(true)
        }
        tf.dispose(collectTensors([model, again]))
      }
    })

    test('rejects invalid configs', () => {
      const refusal = (changes: object) => {
        try {
          parseUnetConfig({ ...crossing, ...changes })
        } catch (error) {
          return (error as Error).message
        }
        return 'taken'
      }
      expect([
        refusal({ cross_attention_dim: 0 }),
        refusal({ transformer_layers_per_block: [1, 1, 1] }),
        refusal({ transformer_layers_per_block: 1000 }),
        refusal({ num_token_embeds: 3, encoder_hid_dim: 4 }),
        refusal({ num_class_embeds: 4, num_token_embeds: 4 }),
        refusal({ add_attention: false }),
        refusal({
          down_block_types: ['DownBlock2D', 'DownBlock2D'],
          up_block_types: ['UpBlock2D', 'UpBlock2D'],
          mid_block_type: 'UNetMidBlock2D',
        }),
      ]).toMatchInlineSnapshot(`
        [
          "Expected cross_attention_dim of the UNet to be a positive integer, got 0.",
          "Expected transformer_layers_per_block of the UNet to have 2 entries, as block_out_channels has, got 3.",
          "Expected transformer_layers_per_block of the UNet to be an integer from 1 to 64, or a list of such, got 1000.",
          "Expected num_token_embeds or encoder_hid_dim of the UNet, as tokens are labels or vectors, got both.",
          "Expected num_class_embeds or num_token_embeds of the UNet, as a condition has one kind of labels, got both.",
          "Expected add_attention of the UNet to be true with mid_block_type "UNetMidBlock2DCrossAttn", got false.",
          "Expected no cross_attention_dim of the UNet, as no block attends to tokens, got one.",
        ]
      `)
    })

    test('initial weights have the names and shapes of the config', () => {
      const config = configOf({ num_token_embeds: 4, num_tokens: 2, use_linear_projection: true })
      const model = unet(config, 'epsilon', createRandom(1), { zero_init: true })
      const shapes = torchShapes(unetLayers(config))
      expect(Object.keys(model.weights)).toEqual([...shapes.keys()])
      expect(shapes.get('token_positions.weight')).toEqual([2, 6])
      expect(shapes.get('mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight')).toEqual([
        16, 6,
      ])
      expect(shapes.get('mid_block.attentions.0.proj_in.weight')).toEqual([16, 16])
      tf.dispose(collectTensors(model))
    })
  })
})
