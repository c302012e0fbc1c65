// Blocks of a UNet as functions of input, weights by name, and settings. Images are [b, h, w, c];
// each block computes what the diffusers module of the same name does.
import { gelu, silu } from '../../layers/activations.ts'
import { attention, linearAttention } from '../../layers/attention.ts'
import { conv2d } from '../../layers/conv.ts'
import { convInputTensor, joinFeatures } from '../../layers/convInput.ts'
import { timestepEmbedding, type TimestepEmbeddingOptions } from '../../layers/embedding.ts'
import { groupNorm } from '../../layers/groupNorm.ts'
import { linear } from '../../layers/linear.ts'
import { projectAll } from '../../layers/projections.ts'
import { avgPool2, upsampleNearest2 } from '../../layers/resample.ts'
import { activeBackend } from '../../base/backend.ts'
import type {
  ConvInput,
  ConvOptions,
  Features,
  Parameters,
  ResidualLayers,
} from '../../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../base/tf.ts'
import type { Weights } from '../../base/values.ts'
import type { UnetActivation } from './config.ts'

/** Settings shared by all residual and attention blocks of a UNet. */
export interface BlockOptions {
  groups: number
  eps: number
  activation: UnetActivation
  time_scale_shift: 'default' | 'scale_shift'
  /** Divisor of the sum with the skip connection. */
  output_scale: number
  /** Stores convolution outputs, which are saved for the gradient, as float16 on webgpu. */
  half?: boolean
  /** Dropout between the two convolutions of a residual block, during training. */
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
 * ResnetBlock2D: twice norm, activation, convolution; the projected embedding is added in between,
 * or scales and shifts the second norm. x may consist of two tensors; `projected` is `[b, c]` or
 * one row for all, from {@link projectEmbedding}.
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
  const { residualBlock, readsPairs } = activeBackend()
  const fused = isPlain ? residualBlock?.({ x, projected, layers, options }) : undefined
  if (fused) return fused
  return composedBlock(readsPairs ? x : joinFeatures(x), projected, layers, {
    ...options,
    ...(resample && { resample }),
  })
}

const PROJECTION = '.time_emb_proj'

/**
 * Projects the activated embedding, `[b, d]` or one row for all, for each residual block by name.
 */
export function projectEmbedding(
  embedding: Tensor2D,
  weights: Weights,
): ReadonlyMap<string, Tensor2D> {
  const names = Object.keys(weights).flatMap((name) =>
    name.endsWith(`${PROJECTION}.weight`) ? [name.slice(0, -`${PROJECTION}.weight`.length)] : [],
  )
  const layers = names.map((name) => layerParameters<Tensor2D>(weights, `${name}${PROJECTION}`))
  const found = projectAll(embedding, layers)
  return new Map(names.map((name, i) => [name, found[i]]))
}

/** The residual block from separate convolutions, for dropout, other activations and resampling. */
function composedBlock(
  x: Features,
  projected: Tensor2D,
  { norm1, conv1, norm2, conv2, shortcut }: ResidualLayers,
  { resample, half = false, ...options }: BlockOptions & { resample?: 'down' | 'up' },
): Tensor4D {
  const isAdded = options.time_scale_shift === 'default'
  const first = normalInput(x, norm1, options)
  const resized =
    resample === 'down'
      ? avgPool2(convInputTensor(first))
      : { ...first, upsample: resample === 'up' }
  const h = conv2d(resized, conv1.weight, conv1.bias, {
    half,
    ...(isAdded && { perItem: projected }),
  })
  const second = isAdded
    ? normalInput(h, norm2, options)
    : { x: applyScaleShift(h, projected, norm2, options) }
  const dropped = options.drop ? options.drop(convInputTensor(second)) : second
  const around =
    resample === 'down'
      ? avgPool2(joinFeatures(x))
      : resample === 'up'
        ? upsampleNearest2(joinFeatures(x))
        : x
  const residual = shortcut
    ? conv2d({ x: around }, shortcut.weight, shortcut.bias)
    : joinFeatures(around)
  return conv2d(dropped, conv2.weight, conv2.bias, {
    residual,
    outputScale: 1 / options.output_scale,
    half,
  })
}

/** Norm, scale and shift by the embedding, activation. */
function applyScaleShift(
  h: Tensor4D,
  projected: Tensor2D,
  { weight, bias }: Parameters,
  options: BlockOptions,
): Tensor4D {
  const [scale, shift] = projected.reshape([projected.shape[0], 1, 1, -1]).split(2, 3) as [
    Tensor4D,
    Tensor4D,
  ]
  return activate(groupNorm(h, weight, bias, options).mul(scale.add(1)).add(shift), options)
}

function residualLayers(weights: Weights, name: string): ResidualLayers {
  const norm = (part: string) => layerParameters<Tensor1D>(weights, `${name}.${part}`)
  const conv = (part: string) => layerParameters<Tensor4D>(weights, `${name}.${part}`)
  return {
    norm1: norm('norm1'),
    conv1: conv('conv1'),
    norm2: norm('norm2'),
    conv2: conv('conv2'),
    // Present if the channels change.
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

/** Self-attention over all pixels with an optional norm and a skip connection. */
export function selfAttentionBlock(
  x: Tensor4D,
  weights: Weights,
  name: string,
  options: AttentionOptions,
): Tensor4D {
  return (
    fusedAttentionBlock(x, weights, name, options) ??
    pixelAttention(attention, x, weights, name, options)
  )
}

function fusedAttentionBlock(
  x: Tensor4D,
  weights: Weights,
  name: string,
  { groups, ...options }: AttentionOptions,
): Tensor4D | undefined {
  if (!groups) return undefined
  const linearAt = (part: string) => layerParameters<Tensor2D>(weights, `${name}.${part}`)
  const layers = {
    norm: layerParameters(weights, `${name}.group_norm`),
    q: linearAt('to_q'),
    k: linearAt('to_k'),
    v: linearAt('to_v'),
    out: linearAt('to_out.0'),
  }
  return activeBackend().attentionBlock?.({ x, layers, options: { ...options, groups } })
}

/** Linear attention over all pixels with an optional norm and a skip connection. */
export const linearAttentionBlock = (
  x: Tensor4D,
  weights: Weights,
  name: string,
  options: AttentionOptions,
): Tensor4D => pixelAttention(linearAttention, x, weights, name, options)

function pixelAttention(
  mix: (q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number) => Tensor3D,
  x: Tensor4D,
  weights: Weights,
  name: string,
  { heads, groups, eps, output_scale }: AttentionOptions,
): Tensor4D {
  const [batch, height, width, channels] = x.shape
  const pixels = x.reshape([batch, height * width, channels]) as Tensor3D
  const input = groups
    ? groupNorm(pixels, ...pair<Tensor1D>(weights, `${name}.group_norm`), { groups, eps })
    : pixels
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) =>
    linearLayer(input, weights, `${name}.${part}`),
  ) as [Tensor3D, Tensor3D, Tensor3D]
  const attended = linearLayer(mix(q, k, v, heads), weights, `${name}.to_out.0`)
  return addScaled(x, attended.reshape(x.shape), output_scale)
}

type StorageOptions = Pick<BlockOptions, 'half'>

/** Downsampling convolution with stride 2; `padding` 0 pads only right and bottom. */
export const downsample = (
  x: Tensor4D,
  weights: Weights,
  name: string,
  padding: 0 | 1,
  { half = false }: StorageOptions,
): Tensor4D =>
  namedConv(x, weights, name, {
    stride: 2,
    pad: { top: padding, left: padding, bottom: 1, right: 1 },
    half,
  })

/** Nearest-neighbour upsampling by 2, then a convolution. */
export const upsample = (
  x: Tensor4D,
  weights: Weights,
  name: string,
  { half = false }: StorageOptions,
): Tensor4D => namedConv({ x, upsample: true }, weights, name, { half })

/**
 * Sinusoidal embedding of t, then two linear layers with SiLU in between: `[n, d]`. `tensor`: see
 * {@link timestepEmbedding}.
 */
export function timeEmbedding(
  t: Float64Array,
  weights: Weights,
  name: string,
  options: TimestepEmbeddingOptions,
  tensor?: Tensor,
): Tensor2D {
  const width = weights[`${name}.linear_1.weight`].shape[0]
  const hidden = silu(
    linearLayer(timestepEmbedding(t, width, options, tensor), weights, `${name}.linear_1`),
  ) as Tensor2D
  return linearLayer(hidden, weights, `${name}.linear_2`)
}

type NormalOptions = Pick<BlockOptions, 'groups' | 'eps' | 'activation'>

const isSilu = (activation: UnetActivation) => activation === 'silu' || activation === 'swish'

/** Group norm and activation as a convolution input; the convolution can fuse SiLU. */
function normalInput(
  x: Features,
  parameters: Parameters,
  { groups, eps, activation }: NormalOptions,
): ConvInput {
  const norm = { ...parameters, groups, eps }
  if (isSilu(activation)) return { x, norm: { ...norm, silu: true } }
  return { x: activate(convInputTensor({ x, norm }), { activation }) }
}

/** Group norm and activation, by the name of the norm's weights, as a convolution input. */
export const normaliseInput = (
  x: Features,
  weights: Weights,
  name: string,
  options: NormalOptions,
): ConvInput => normalInput(x, layerParameters(weights, name), options)

const activate = (x: Tensor4D, { activation }: Pick<BlockOptions, 'activation'>) =>
  unetActivations[activation](x) as Tensor4D

/** Convolution by the name of its weights. */
export const namedConv = (
  x: Tensor4D | ConvInput,
  weights: Weights,
  name: string,
  options?: Partial<ConvOptions>,
): Tensor4D => conv2d(x, ...pair<Tensor4D>(weights, name), options)

const linearLayer = <T extends Tensor2D | Tensor3D>(x: T, weights: Weights, name: string): T =>
  linear(x, ...pair<Tensor2D>(weights, name))

const layerParameters = <W extends Tensor = Tensor1D>(
  weights: Weights,
  name: string,
): Parameters<W> => ({
  weight: weights[`${name}.weight`] as W,
  bias: weights[`${name}.bias`] as Tensor1D,
})

const pair = <W extends Tensor>(weights: Weights, name: string) => {
  const { weight, bias } = layerParameters<W>(weights, name)
  return [weight, bias] as const
}

const addScaled = (x: Tensor4D, h: Tensor4D, scale: number): Tensor4D => {
  const both = x.add(h) as Tensor4D
  return scale === 1 ? both : both.div(scale)
}
