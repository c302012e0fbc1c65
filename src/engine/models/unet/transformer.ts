// Blocks that attend to tokens, as functions of their input, the tokens and their weights, found by name: what diffusers'
// Transformer2DModel and BasicTransformerBlock compute.
import { gelu } from '../../layers/activations.ts'
import { attention, attentionShares } from '../../layers/attention.ts'
import type { ConvInput } from '../../layers/conv.ts'
import { conv2d } from '../../layers/conv.ts'
import { layerNorm } from '../../layers/layerNorm.ts'
import { linear } from '../../layers/linear.ts'
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../tf.ts'
import type { Weights } from '../../values.ts'

/** Told what each pixel takes from each token, `[b, h w, n]`, the mean over heads. */
export type Watch = (shares: Tensor3D) => void

export interface TransformerOptions {
  heads: number
  groups: number
  /** BasicTransformerBlocks. */
  layers: number
  watch?: Watch | undefined
}

/** Of its group norm, whatever the others of a UNet have: so diffusers. */
const EPS = 1e-6

/**
 * Transformer2DModel: norm, a linear layer, blocks, a linear layer, and the way around; each pixel of `[b, h, w, c]` is a
 * place. `tokens` are `[b, n, d]`, or `[1, n, d]` for all items.
 */
export function transformer(
  x: Tensor4D,
  tokens: Tensor3D,
  weights: Weights,
  name: string,
  { heads, groups, layers, watch }: TransformerOptions,
): Tensor4D {
  const [batch, height, width] = x.shape
  const [weight, bias] = pair(weights, `${name}.norm`)
  const first = pointwise({ x, norm: { weight, bias, groups, eps: EPS } }, weights, `${name}.proj_in`)
  let h = first.reshape([batch, height * width, -1]) as Tensor3D
  for (let i = 0; i < layers; i++) h = basicBlock(h, tokens, weights, `${name}.transformer_blocks.${i}`, heads, watch)
  return pointwise({ x: h.reshape(x.shape) as Tensor4D }, weights, `${name}.proj_out`, x)
}

/**
 * BasicTransformerBlock: attention of the places to each other, to the tokens, and a network for each place, with a layer norm
 * before and a way around each of them.
 */
function basicBlock(x: Tensor3D, tokens: Tensor3D, weights: Weights, name: string, heads: number, watch?: Watch): Tensor3D {
  const normal = (h: Tensor3D, part: string) => layerNorm(h, ...pair(weights, `${name}.${part}`))
  const own = normal(x, 'norm1')
  const alone = attend(own, own, weights, `${name}.attn1`, heads, { around: x })
  const told = attend(normal(alone, 'norm2'), tokens, weights, `${name}.attn2`, heads, { watch, around: alone })
  return feedForward(normal(told, 'norm3'), weights, `${name}.ff`, told)
}

/**
 * Attention of the places of `[b, n, c]` to those of `context`, `[b, m, d]` or `[1, m, d]`, with the linear layers around it;
 * `around`, `[b, n, c]`, is added.
 */
export function attend(
  x: Tensor3D,
  context: Tensor3D,
  weights: Weights,
  name: string,
  heads: number,
  { watch, around }: { watch?: Watch | undefined; around?: Tensor3D } = {},
): Tensor3D {
  const of = (input: Tensor3D, part: string) => linear(input, weights[`${name}.${part}.weight`] as Tensor2D)
  const q = of(x, 'to_q')
  const [k, v] = [of(context, 'to_k'), of(context, 'to_v')].map((one) => forAll(one, x.shape[0])) as [Tensor3D, Tensor3D]
  watch?.(attentionShares(q, k, heads))
  return plus(attention(q, k, v, heads), weights, `${name}.to_out.0`, around)
}

const forAll = (x: Tensor3D, batch: number): Tensor3D => (x.shape[0] === batch ? x : x.tile([batch, 1, 1]))

/** GEGLU (Shazeer 2020): a linear layer, half of it through GELU times the other half, and a linear layer back; plus `around`. */
function feedForward(x: Tensor3D, weights: Weights, name: string, around: Tensor3D): Tensor3D {
  const [values, gates] = linear(x, ...pair<Tensor2D>(weights, `${name}.net.0.proj`)).split(2, 2) as [Tensor3D, Tensor3D]
  return plus(values.mul(gelu(gates)) as Tensor3D, weights, `${name}.net.2`, around)
}

/** A linear layer of every place of `[b, n, c]`, and `around` added to what it gives. */
function plus(x: Tensor3D, weights: Weights, name: string, around: Tensor3D | undefined): Tensor3D {
  const image = (h: Tensor3D) => h.reshape([h.shape[0], 1, h.shape[1], h.shape[2]]) as Tensor4D
  const y = pointwise({ x: image(x) }, weights, name, around && image(around))
  return y.reshape([x.shape[0], x.shape[1], -1])
}

/** A linear layer of every pixel, whose weight may be that of a 1 x 1 convolution, and `around` added to what it gives. */
function pointwise(input: ConvInput, weights: Weights, name: string, around?: Tensor4D): Tensor4D {
  const [weight, bias] = pair<Tensor2D | Tensor4D>(weights, name)
  const filter = weight.reshape([1, 1, ...weight.shape.slice(-2)]) as Tensor4D
  return conv2d(input, filter, bias, around ? { residual: around } : {})
}

const pair = <W = Tensor1D>(weights: Weights, name: string) =>
  [weights[`${name}.weight`] as W, weights[`${name}.bias`] as Tensor1D] as const
