// The blocks of a UNet as functions of their input, their weights, found by name, and a few settings. Images are
// [b, h, w, c]; what they compute is what diffusers' modules of the same names do.
import { gelu, silu } from '../../layers/activations.ts'
import { attention, linearAttention } from '../../layers/attention.ts'
import { conv2d } from '../../layers/conv.ts'
import { timestepEmbedding, type TimestepEmbeddingOptions } from '../../layers/embedding.ts'
import { groupNorm } from '../../layers/groupNorm.ts'
import { linear } from '../../layers/linear.ts'
import { avgPool2, upsampleNearest2 } from '../../layers/resample.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../tf.ts'
import type { Weights } from '../../values.ts'
import type { UnetActivation } from './config.ts'

/** Settings that all residual and attention blocks of a UNet share. */
export interface BlockOptions {
  groups: number
  eps: number
  activation: UnetActivation
  time_scale_shift: 'default' | 'scale_shift'
  /** Sums with the way around a block are divided by it. */
  output_scale: number
  /** Applied between the two convolutions of a residual block while training. */
  drop?: (x: Tensor4D) => Tensor4D
}

export const unetActivations: { [K in UnetActivation]: (x: Tensor) => Tensor } = {
  silu,
  swish: silu,
  mish: (x) => x.mul(x.softplus().tanh()),
  gelu,
  relu: (x) => x.relu(),
}

/**
 * ResnetBlock2D: norm, activation, convolution, twice; in between the projected embedding comes in, added or as scale and
 * shift of the second norm. `embedding` is `[b, d]` or one row for all, after the activation.
 */
export function resnetBlock(
  x: Tensor4D,
  embedding: Tensor2D,
  weights: Weights,
  name: string,
  { resample, ...options }: BlockOptions & { resample?: 'down' | 'up' },
): Tensor4D {
  const resized = resample === 'down' ? avgPool2 : resample === 'up' ? upsampleNearest2 : (x: Tensor4D) => x
  const projected = linearOf(embedding, weights, `${name}.time_emb_proj`)
  const first = resized(normalised(x, weights, `${name}.norm1`, options))
  const second = withEmbedding(convOf(first, weights, `${name}.conv1`), projected, weights, `${name}.norm2`, options)
  const h = convOf(options.drop ? options.drop(second) : second, weights, `${name}.conv2`)
  return sum(around(resized(x), weights, `${name}.conv_shortcut`), h, options.output_scale)
}

/** Norm with activation, with the embedding before it or in it. */
function withEmbedding(h: Tensor4D, projected: Tensor2D, weights: Weights, norm: string, options: BlockOptions): Tensor4D {
  const perItem = projected.reshape([projected.shape[0], 1, 1, projected.shape[1]]) as Tensor4D
  if (options.time_scale_shift === 'default') return normalised(h.add(perItem), weights, norm, options)
  const [scale, shift] = perItem.split(2, 3) as [Tensor4D, Tensor4D]
  return activated(normOf(h, weights, norm, options).mul(scale.add(1)).add(shift), options)
}

/** The way around a residual block: through a 1x1 convolution where the channels change. */
const around = (x: Tensor4D, weights: Weights, name: string): Tensor4D =>
  `${name}.weight` in weights ? convOf(x, weights, name) : x

interface AttentionOptions {
  heads: number
  groups: number | undefined
  eps: number
  output_scale: number
}

/** Self attention between all pixels, with a norm in front (if there is one) and a way around. */
export const selfAttentionBlock = (x: Tensor4D, weights: Weights, name: string, options: AttentionOptions): Tensor4D =>
  pixelAttention(attention, x, weights, name, options)

/** The same in linear time: what pixels have to say is summed up first, and each takes its share of the sum. */
export const linearAttentionBlock = (x: Tensor4D, weights: Weights, name: string, options: AttentionOptions): Tensor4D =>
  pixelAttention(linearAttention, x, weights, name, options)

function pixelAttention(
  mix: (q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number) => Tensor3D,
  x: Tensor4D,
  weights: Weights,
  name: string,
  { heads, groups, eps, output_scale }: AttentionOptions,
): Tensor4D {
  const [batch, height, width, channels] = x.shape
  const pixels = x.reshape([batch, height * width, channels]) as Tensor3D
  const input = groups ? normOf(pixels, weights, `${name}.group_norm`, { groups, eps }) : pixels
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linearOf(input, weights, `${name}.${part}`)) as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
  ]
  const attended = linearOf(mix(q, k, v, heads), weights, `${name}.to_out.0`)
  return sum(x, attended.reshape(x.shape), output_scale)
}

/** Half the size by a convolution with stride 2; `padding` 0 pads on the right and at the bottom alone. */
export const downsample = (x: Tensor4D, weights: Weights, name: string, padding: 0 | 1): Tensor4D =>
  convOf(x, weights, name, { stride: 2, pad: { top: padding, left: padding, bottom: 1, right: 1 } })

/** Twice the size: every pixel four times, then a convolution. */
export const upsample = (x: Tensor4D, weights: Weights, name: string): Tensor4D => convOf(upsampleNearest2(x), weights, name)

/** Sines and cosines of t, then two linear layers with SiLU in between: `[n, d]`. */
export function timeEmbedding(t: Float64Array, weights: Weights, name: string, options: TimestepEmbeddingOptions): Tensor2D {
  const width = weights[`${name}.linear_1.weight`]!.shape[0]!
  const hidden = silu(linearOf(timestepEmbedding(t, width, options), weights, `${name}.linear_1`)) as Tensor2D
  return linearOf(hidden, weights, `${name}.linear_2`)
}

/** Group norm and activation. */
export function normalised(
  x: Tensor4D,
  weights: Weights,
  name: string,
  { groups, eps, activation }: Pick<BlockOptions, 'groups' | 'eps' | 'activation'>,
): Tensor4D {
  const fused = activation === 'silu' || activation === 'swish'
  const normal = groupNorm(x, ...pair<Tensor1D>(weights, name), { groups, eps, silu: fused })
  return fused ? normal : activated(normal, { activation })
}

const activated = (x: Tensor4D, { activation }: Pick<BlockOptions, 'activation'>) => unetActivations[activation](x) as Tensor4D

const normOf = <T extends Tensor3D | Tensor4D>(
  x: T,
  weights: Weights,
  name: string,
  options: { groups: number; eps: number },
): T => groupNorm(x, ...pair<Tensor1D>(weights, name), { groups: options.groups, eps: options.eps })

/** A convolution by the name of its weights. */
export const convOf = (x: Tensor4D, weights: Weights, name: string, options?: Parameters<typeof conv2d>[3]): Tensor4D =>
  conv2d(x, ...pair<Tensor4D>(weights, name), options)

const linearOf = <T extends Tensor2D | Tensor3D>(x: T, weights: Weights, name: string): T =>
  linear(x, ...pair<Tensor2D>(weights, name))

const pair = <W extends Tensor>(weights: Weights, name: string) =>
  [weights[`${name}.weight`] as W, weights[`${name}.bias`] as Tensor1D] as const

const sum = (x: Tensor4D, h: Tensor4D, scale: number): Tensor4D => {
  const both = x.add(h) as Tensor4D
  return scale === 1 ? both : both.div(scale)
}
