// Custom operations at sizes of the reference UNet: as our layers, and composed from stock tfjs.
import { emaUpdate } from '../../src/engine/training/averages.ts'
import { silu } from '../../src/engine/layers/activations.ts'
import { attention } from '../../src/engine/layers/attention.ts'
import { conv2d } from '../../src/engine/layers/conv.ts'
import { groupNorm } from '../../src/engine/layers/groupNorm.ts'
import { layerNorm } from '../../src/engine/layers/layerNorm.ts'
import { linear } from '../../src/engine/layers/linear.ts'
import { upsampleNearest2 } from '../../src/engine/layers/resample.ts'
import { channelSums } from '../../src/engine/base/sums.ts'
import { projectEmbedding, resnetBlock, selfAttentionBlock } from '../../test/blocks.ts'
import type { OptimizerConfig } from '../../src/engine/training/optimizers.ts'
import { optimizerStep } from '../../src/engine/training/optimizers.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../src/engine/base/tf.ts'
import { tf } from '../../src/engine/base/tf.ts'
import type { Weights } from '../../src/engine/base/values.ts'
import {
  stockAttention,
  conv,
  stockLinearLayer as stockLinear,
  stockNorm,
  stockResidual,
  stockSiluLayer as stockSilu,
  softmaxAttention,
} from '../../src/hosts/bench/stockUnet.ts'

type Compute = (...args: Tensor[]) => Tensor | Tensor[]

export interface KernelCase {
  name: string
  /** Bound of the forward pass: floating-point operations, or bytes read and written. */
  flop?: number
  bytes?: number
  /** Shapes of the inputs. */
  takes: number[][]
  ours: Compute
  stock: Compute
  /**
   * Bytes of forward and backward pass; the arithmetic of the backward pass is twice the forward
   * one. Undefined without a gradient.
   */
  gradientBytes?: number
  withoutGradient?: true
}

const BYTES = 4
const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

export const kernelCases = (batch: number): KernelCase[] => [
  ...convolutions(batch),
  ...norms(batch),
  ...attentions(batch),
  ...blocks(batch),
  ...training(),
]

// ---- convolutions

interface Layer {
  name: string
  side: number
  from: number
  to: number
  kernel: 1 | 3
  stride: 1 | 2
}

const layers: Layer[] = [
  { name: 'convolution 3x3 64 > 64 at 32', side: 32, from: 64, to: 64, kernel: 3, stride: 1 },
  { name: 'convolution 3x3 128 > 128 at 16', side: 16, from: 128, to: 128, kernel: 3, stride: 1 },
  { name: 'convolution 3x3 256 > 128 at 8', side: 8, from: 256, to: 128, kernel: 3, stride: 1 },
  {
    name: 'convolution 3x3 64 > 64 at 32, stride 2',
    side: 32,
    from: 64,
    to: 64,
    kernel: 3,
    stride: 2,
  },
  { name: 'convolution 3x3 3 > 64 at 32', side: 32, from: 3, to: 64, kernel: 3, stride: 1 },
  { name: 'convolution 1x1 192 > 64 at 32', side: 32, from: 192, to: 64, kernel: 1, stride: 1 },
]

const convolutions = (b: number): KernelCase[] => [
  ...layers.map(({ name, side, from, to, kernel, stride }): KernelCase => {
    const edge = (kernel - 1) / 2
    const pad = { top: edge, bottom: edge, left: edge, right: edge }
    return {
      name,
      flop: 2 * b * (side / stride) ** 2 * kernel * kernel * from * to,
      takes: [[b, side, side, from], [kernel, kernel, from, to], [to]],
      ours: (x, weight, bias) =>
        conv2d(x as Tensor4D, weight as Tensor4D, bias as Tensor1D, { stride, pad }),
      stock: (x, weight, bias) =>
        conv(x as Tensor4D, { 'c.weight': weight, 'c.bias': bias }, 'c', stride),
    }
  }),
  {
    name: 'every pixel four times, convolution 3x3 128 > 128 at 16',
    flop: 2 * b * 16 * 16 * 9 * 128 * 128,
    takes: [[b, 8, 8, 128], [3, 3, 128, 128], [128]],
    ours: (x, weight, bias) =>
      conv2d(upsampleNearest2(x as Tensor4D), weight as Tensor4D, bias as Tensor1D),
    stock: (x, weight, bias) =>
      conv(
        tf.image.resizeNearestNeighbor(x as Tensor4D, [16, 16]),
        { 'c.weight': weight, 'c.bias': bias },
        'c',
      ),
  },
  {
    name: 'linear layer 512 > 512',
    flop: 2 * b * 64 * 512 * 512,
    takes: [[b * 64, 512], [512, 512], [512]],
    ours: (x, weight, bias) => linear(x as Tensor2D, weight as Tensor2D, bias as Tensor1D),
    stock: (x, weight, bias) => stockLinear(x, { 'l.weight': weight, 'l.bias': bias }, 'l'),
  },
]

// ---- bound by memory: reads x and writes y; backward reads x and dy and writes dx

/** Bytes forward, and with the gradient. */
const traffic = (shape: number[]) => ({
  bytes: 2 * BYTES * count(shape),
  gradientBytes: 5 * BYTES * count(shape),
})

const settings = { norm_num_groups: 32, norm_eps: 1e-5 }
const of = (weight: Tensor, bias: Tensor): Weights => ({ 'n.weight': weight, 'n.bias': bias })

function norms(b: number): KernelCase[] {
  const [image, tokens] = [
    [b, 32, 32, 64],
    [b, 64, 128],
  ]
  return [
    ...[false, true].map((withSilu): KernelCase => ({
      name: `group norm${withSilu ? ' with SiLU' : ''}, 64 at 32`,
      ...traffic(image),
      takes: [image, [64], [64]],
      ours: (x, weight, bias) =>
        groupNorm(x as Tensor4D, weight as Tensor1D, bias as Tensor1D, {
          groups: 32,
          eps: 1e-5,
          silu: withSilu,
        }),
      stock: (x, weight, bias) => {
        const y = stockNorm(x as Tensor4D, of(weight, bias), 'n', settings)
        return withSilu ? stockSilu(y) : y
      },
    })),
    {
      name: 'layer norm, 64 x 128',
      ...traffic(tokens),
      takes: [tokens, [128], [128]],
      ours: (x, weight, bias) => layerNorm(x as Tensor3D, weight as Tensor1D, bias as Tensor1D),
      stock: (x, weight, bias) => {
        const { mean, variance } = tf.moments(x, -1, true)
        return x.sub(mean).div(variance.add(1e-5).sqrt()).mul(weight).add(bias)
      },
    },
    {
      name: 'SiLU, 64 at 32',
      ...traffic(image),
      takes: [image],
      ours: (x) => silu(x),
      stock: (x) => stockSilu(x),
    },
    {
      name: 'softmax, 64 x 64',
      ...traffic([b, 64, 64]),
      takes: [[b, 64, 64]],
      ours: (x) => tf.softmax(x),
      stock: (x) => tf.softmax(x),
    },
    {
      name: 'sums of channels, 64 at 32',
      bytes: BYTES * count(image),
      takes: [image],
      ours: (x) => channelSums(x),
      stock: (x) => x.sum([0, 1, 2]),
      withoutGradient: true,
    },
  ]
}

const attentions = (b: number): KernelCase[] =>
  [64, 256].map((n) => ({
    name: `attention, ${n} places, 128 channels, 1 head`,
    flop: 4 * b * n * n * 128,
    takes: [0, 1, 2].map(() => [b, n, 128]),
    ours: (q, k, v) => attention(q as Tensor3D, k as Tensor3D, v as Tensor3D, 1),
    stock: (q, k, v) => softmaxAttention([q, k, v], 1),
  }))

// ---- blocks

interface Block {
  side: number
  from: number
  to: number
}

const EMBEDDED = 256

const named = (names: readonly string[], tensors: readonly Tensor[]): Weights =>
  Object.fromEntries(names.map((name, i) => [name, tensors[i]]))

/** Creates weights and biases of layers by shape. */
const createWeights = (shapes: Record<string, number[]>) =>
  Object.entries(shapes).flatMap(([name, shape]): [string, number[]][] => [
    [`${name}.weight`, shape],
    [`${name}.bias`, [shape.at(-1)!]],
  ])

const blocks = (b: number): KernelCase[] => [
  ...[
    { side: 32, from: 64, to: 64 },
    { side: 16, from: 64, to: 128 },
    { side: 16, from: 256, to: 128 },
  ].map((block) => residualCase(b, block)),
  attentionCase(b),
]

function residualCase(b: number, { side, from, to }: Block): KernelCase {
  const weights = createWeights({
    'r.norm1': [from],
    'r.conv1': [3, 3, from, to],
    'r.time_emb_proj': [EMBEDDED, to],
    'r.norm2': [to],
    'r.conv2': [3, 3, to, to],
    ...(from !== to && { 'r.conv_shortcut': [1, 1, from, to] }),
  })
  const names = weights.map(([name]) => name)
  const filters = weights.flatMap(([, shape]) => (shape.length === 4 ? [count(shape)] : []))
  const options = {
    groups: 32,
    eps: 1e-5,
    activation: 'silu',
    time_scale_shift: 'default',
    output_scale: 1,
  } as const
  return {
    name: `residual block, ${from} > ${to} at ${side}`,
    flop: 2 * b * side * side * filters.reduce((sum, size) => sum + size, 0),
    takes: [[b, side, side, from], [b, EMBEDDED], ...weights.map(([, shape]) => shape)],
    ours(x, embedding, ...rest) {
      const all = named(names, rest)
      return resnetBlock(
        x as Tensor4D,
        projectEmbedding(embedding as Tensor2D, all, 'r'),
        all,
        'r',
        options,
      )
    },
    stock: (x, embedding, ...rest) =>
      stockResidual(x as Tensor4D, embedding as Tensor2D, named(names, rest), 'r', settings),
  }
}

function attentionCase(b: number): KernelCase {
  const [side, c] = [8, 128]
  const n = side * side
  const layers = ['a.to_q', 'a.to_k', 'a.to_v', 'a.to_out.0']
  const weights = createWeights({
    'a.group_norm': [c],
    ...Object.fromEntries(layers.map((name) => [name, [c, c]])),
  })
  const names = weights.map(([name]) => name)
  return {
    name: `attention block, ${c} at ${side}, 1 head`,
    flop: 8 * b * n * c * c + 4 * b * n * n * c,
    takes: [[b, side, side, c], ...weights.map(([, shape]) => shape)],
    ours: (x, ...rest) =>
      selfAttentionBlock(x as Tensor4D, named(names, rest), 'a', {
        heads: 1,
        groups: 32,
        eps: 1e-5,
        output_scale: 1,
      }),
    stock: (x, ...rest) =>
      stockAttention(
        x as Tensor4D,
        { name: 'a', heads: 1, channels: c },
        named(names, rest),
        settings,
      ),
  }
}

// ---- optimizer updates: every vector is read or written once

const WEIGHTS = 1_000_000

const adam: OptimizerConfig = {
  algorithm: 'adamw',
  lr: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  warmup_steps: 0,
  lr_schedule: 'constant',
  clip_norm: 0,
}

const training = (): KernelCase[] => [
  {
    name: 'AdamW, a million weights',
    bytes: 7 * BYTES * WEIGHTS,
    takes: [0, 1, 2, 3].map(() => [WEIGHTS]),
    ours(weights, gradient, first, second) {
      const moments = { first: first as Tensor1D, second: second as Tensor1D }
      const state = { weights: weights as Tensor1D, gradient: gradient as Tensor1D, moments }
      const next = optimizerStep(adam, { ...state, step: 0, total: 1 })
      return [next.weights, next.moments.first!, next.moments.second!]
    },
    stock(weights, gradient, first, second) {
      const { lr, beta1, beta2, eps, weight_decay } = adam
      const m = first.mul(beta1).add(gradient.mul(1 - beta1))
      const v = second.mul(beta2).add(gradient.square().mul(1 - beta2))
      const spread = v
        .div(1 - beta2)
        .sqrt()
        .add(eps)
      return [weights.mul(1 - lr * weight_decay).sub(m.mul(lr / (1 - beta1)).div(spread)), m, v]
    },
    withoutGradient: true,
  },
  {
    name: 'average of a million weights',
    bytes: 3 * BYTES * WEIGHTS,
    takes: [0, 1].map(() => [WEIGHTS]),
    ours: (average, weights) =>
      emaUpdate({ kind: 'constant', decay: 0.97 }, average as Tensor1D, weights as Tensor1D, 5),
    stock: (average, weights) => average.mul(0.97).add(weights.mul(0.03)),
    withoutGradient: true,
  },
]
