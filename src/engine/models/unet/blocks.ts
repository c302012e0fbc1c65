// The blocks of a UNet as functions of their input, their weights, found by name, and a few settings. Images are
// [b, h, w, c]; what they compute is what diffusers' modules of the same names do.
import { gelu, silu } from '../../layers/activations.ts'
import { attention, linearAttention } from '../../layers/attention.ts'
import { attentionBlock, attentionKernels } from '../../layers/attentionBlock.ts'
import type { ConvInput, ConvOptions } from '../../layers/conv.ts'
import { asTensor, conv2d, joined } from '../../layers/conv.ts'
import { timestepEmbedding, type TimestepEmbeddingOptions } from '../../layers/embedding.ts'
import { groupNorm } from '../../layers/groupNorm.ts'
import { linear } from '../../layers/linear.ts'
import { projectionsOf } from '../../layers/projections.ts'
import { avgPool2, upsampleNearest2 } from '../../layers/resample.ts'
import type { ResidualLayers } from '../../layers/residual.ts'
import { residualBlock, residualKernels } from '../../layers/residual.ts'
import type { Features, Parameters } from '../../layers/stage.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../tf.ts'
import type { Weights } from '../../values.ts'
import { ownKernels } from '../../webgpu/own.ts'
import type { UnetActivation } from './config.ts'

/** Settings that all residual and attention blocks of a UNet share. */
export interface BlockOptions {
  groups: number
  eps: number
  activation: UnetActivation
  time_scale_shift: 'default' | 'scale_shift'
  /** Sums with the way around a block are divided by it. */
  output_scale: number
  /** Whether webgpu stores as halves what convolutions give, which is what is kept for the gradient. */
  half?: boolean
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
 * shift of the second norm. x may be two tensors side by side; `projected` is `[b, c]` or one row for all, of {@link projectedFor}.
 */
export function resnetBlock(
  x: Features,
  projected: Tensor2D,
  weights: Weights,
  name: string,
  { resample, ...options }: BlockOptions & { resample?: 'down' | 'up' },
): Tensor4D {
  const layers = residualLayers(weights, name)
  const isPlain = !resample && !options.drop && isSilu(options.activation)
  const kernels = isPlain ? residualKernels(x, layers) : undefined
  if (kernels) return residualBlock(kernels, { x, projected, layers, options })
  return composedBlock(ownKernels() ? x : joined(x), projected, layers, { ...options, ...(resample && { resample }) })
}

const PROJECTION = '.time_emb_proj'

/** The embedding, `[b, d]` or one row for all, after the activation, as each residual block takes it, by the names of the blocks. */
export function projectedFor(embedding: Tensor2D, weights: Weights): ReadonlyMap<string, Tensor2D> {
  const names = Object.keys(weights).flatMap((name) =>
    name.endsWith(`${PROJECTION}.weight`) ? [name.slice(0, -`${PROJECTION}.weight`.length)] : [],
  )
  const layers = names.map((name) => parametersOf<Tensor2D>(weights, `${name}${PROJECTION}`))
  const found = projectionsOf(embedding, layers)
  return new Map(names.map((name, i) => [name, found[i]!]))
}

/** The same from single convolutions: with dropout, another activation or another size there is more between them. */
function composedBlock(
  x: Features,
  projected: Tensor2D,
  { norm1, conv1, norm2, conv2, shortcut }: ResidualLayers,
  { resample, half = false, ...options }: BlockOptions & { resample?: 'down' | 'up' },
): Tensor4D {
  const isAdded = options.time_scale_shift === 'default'
  const first = normalInput(x, norm1, options)
  const resized = resample === 'down' ? avgPool2(asTensor(first)) : { ...first, upsample: resample === 'up' }
  const h = conv2d(resized, conv1.weight, conv1.bias, { half, ...(isAdded && { perItem: projected }) })
  const second = isAdded ? normalInput(h, norm2, options) : { x: scaled(h, projected, norm2, options) }
  const dropped = options.drop ? options.drop(asTensor(second)) : second
  const around = resample === 'down' ? avgPool2(joined(x)) : resample === 'up' ? upsampleNearest2(joined(x)) : x
  const residual = shortcut ? conv2d({ x: around }, shortcut.weight, shortcut.bias) : joined(around)
  return conv2d(dropped, conv2.weight, conv2.bias, { residual, outputScale: 1 / options.output_scale, half })
}

/** Norm and activation, with the embedding as scale and shift in between. */
function scaled(h: Tensor4D, projected: Tensor2D, { weight, bias }: Parameters, options: BlockOptions): Tensor4D {
  const [scale, shift] = projected.reshape([projected.shape[0], 1, 1, -1]).split(2, 3) as [Tensor4D, Tensor4D]
  return activated(groupNorm(h, weight, bias, options).mul(scale.add(1)).add(shift), options)
}

function residualLayers(weights: Weights, name: string): ResidualLayers {
  const norm = (part: string) => parametersOf<Tensor1D>(weights, `${name}.${part}`)
  const conv = (part: string) => parametersOf<Tensor4D>(weights, `${name}.${part}`)
  return {
    norm1: norm('norm1'),
    conv1: conv('conv1'),
    norm2: norm('norm2'),
    conv2: conv('conv2'),
    // Where the channels change.
    shortcut: `${name}.conv_shortcut.weight` in weights ? conv('conv_shortcut') : undefined,
  }
}

interface AttentionOptions {
  heads: number
  groups: number | undefined
  eps: number
  output_scale: number
  half?: boolean
}

/** Self attention between all pixels, with a norm in front (if there is one) and a way around. */
export function selfAttentionBlock(x: Tensor4D, weights: Weights, name: string, options: AttentionOptions): Tensor4D {
  const { groups } = options
  const kernels = groups ? attentionKernels() : undefined
  if (!kernels || !groups) return pixelAttention(attention, x, weights, name, options)
  const linearAt = (part: string) => parametersOf<Tensor2D>(weights, `${name}.${part}`)
  const layers = {
    norm: parametersOf(weights, `${name}.group_norm`),
    q: linearAt('to_q'),
    k: linearAt('to_k'),
    v: linearAt('to_v'),
    out: linearAt('to_out.0'),
  }
  return attentionBlock(kernels, { x, layers, options: { ...options, groups } })
}

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
  const input = groups ? groupNorm(pixels, ...pair<Tensor1D>(weights, `${name}.group_norm`), { groups, eps }) : pixels
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) => linearOf(input, weights, `${name}.${part}`)) as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
  ]
  const attended = linearOf(mix(q, k, v, heads), weights, `${name}.to_out.0`)
  return sum(x, attended.reshape(x.shape), output_scale)
}

type StorageOptions = Pick<BlockOptions, 'half'>

/** Half the size by a convolution with stride 2; `padding` 0 pads on the right and at the bottom alone. */
export const downsample = (
  x: Tensor4D,
  weights: Weights,
  name: string,
  padding: 0 | 1,
  { half = false }: StorageOptions,
): Tensor4D => convOf(x, weights, name, { stride: 2, pad: { top: padding, left: padding, bottom: 1, right: 1 }, half })

/** Twice the size: every pixel four times, then a convolution. */
export const upsample = (x: Tensor4D, weights: Weights, name: string, { half = false }: StorageOptions): Tensor4D =>
  convOf({ x, upsample: true }, weights, name, { half })

/** Sines and cosines of t, then two linear layers with SiLU in between: `[n, d]`. */
export function timeEmbedding(t: Float64Array, weights: Weights, name: string, options: TimestepEmbeddingOptions): Tensor2D {
  const width = weights[`${name}.linear_1.weight`]!.shape[0]!
  const hidden = silu(linearOf(timestepEmbedding(t, width, options), weights, `${name}.linear_1`)) as Tensor2D
  return linearOf(hidden, weights, `${name}.linear_2`)
}

type NormalOptions = Pick<BlockOptions, 'groups' | 'eps' | 'activation'>

const isSilu = (activation: UnetActivation) => activation === 'silu' || activation === 'swish'

/** Group norm and activation as what a convolution reads: SiLU it can compute by itself. */
function normalInput(x: Features, parameters: Parameters, { groups, eps, activation }: NormalOptions): ConvInput {
  const norm = { ...parameters, groups, eps }
  if (isSilu(activation)) return { x, norm: { ...norm, silu: true } }
  return { x: activated(asTensor({ x, norm }), { activation }) }
}

/** Group norm and activation, by the name of the norm's weights, as what a convolution reads. */
export const normalised = (x: Features, weights: Weights, name: string, options: NormalOptions): ConvInput =>
  normalInput(x, parametersOf(weights, name), options)

const activated = (x: Tensor4D, { activation }: Pick<BlockOptions, 'activation'>) => unetActivations[activation](x) as Tensor4D

/** A convolution by the name of its weights. */
export const convOf = (x: Tensor4D | ConvInput, weights: Weights, name: string, options?: Partial<ConvOptions>): Tensor4D =>
  conv2d(x, ...pair<Tensor4D>(weights, name), options)

const linearOf = <T extends Tensor2D | Tensor3D>(x: T, weights: Weights, name: string): T =>
  linear(x, ...pair<Tensor2D>(weights, name))

const parametersOf = <W extends Tensor = Tensor1D>(weights: Weights, name: string): Parameters<W> => ({
  weight: weights[`${name}.weight`] as W,
  bias: weights[`${name}.bias`] as Tensor1D,
})

const pair = <W extends Tensor>(weights: Weights, name: string) => {
  const { weight, bias } = parametersOf<W>(weights, name)
  return [weight, bias] as const
}

const sum = (x: Tensor4D, h: Tensor4D, scale: number): Tensor4D => {
  const both = x.add(h) as Tensor4D
  return scale === 1 ? both : both.div(scale)
}
