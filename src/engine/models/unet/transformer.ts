// Cross-attention blocks as functions of input, tokens and weights by name: diffusers'
// Transformer2DModel and BasicTransformerBlock.
import { gelu } from '../../layers/activations.ts'
import { attention, attentionShares } from '../../layers/attention.ts'
import { conv2d } from '../../layers/conv.ts'
import { layerNorm } from '../../layers/layerNorm.ts'
import { linear } from '../../layers/linear.ts'
import type { ConvInput } from '../../base/layerTypes.ts'
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '../../base/tf.ts'
import type { Weights } from '../../base/values.ts'

/** Receives the attention weights over the tokens, `[b, h w, n]`, averaged over heads. */
export type Watch = (shares: Tensor3D) => void

export interface TransformerOptions {
  heads: number
  groups: number
  /** Number of BasicTransformerBlocks. */
  layers: number
  watch?: Watch | undefined
}

/** Epsilon of the transformer's group norm, fixed in diffusers. */
const EPS = 1e-6

/**
 * Transformer2DModel: norm, linear layer, blocks, linear layer, skip connection; positions are the
 * pixels of `[b, h, w, c]`. `tokens` are `[b, n, d]`, or `[1, n, d]` for all items.
 */
export function transformer(
  x: Tensor4D,
  tokens: Tensor3D,
  weights: Weights,
  name: string,
  { heads, groups, layers, watch }: TransformerOptions,
): Tensor4D {
  const [batch, height, width] = x.shape
  const [weight, bias] = weightAndBias(weights, `${name}.norm`)
  const first = applyPointwise(
    { x, norm: { weight, bias, groups, eps: EPS } },
    weights,
    `${name}.proj_in`,
  )
  let h = first.reshape([batch, height * width, -1]) as Tensor3D
  for (let i = 0; i < layers; i++)
    h = basicBlock(h, tokens, weights, `${name}.transformer_blocks.${i}`, heads, watch)
  return applyPointwise({ x: h.reshape(x.shape) as Tensor4D }, weights, `${name}.proj_out`, x)
}

/**
 * BasicTransformerBlock: self-attention, cross-attention and a feed-forward network, each with a
 * layer norm before it and a skip connection.
 */
function basicBlock(
  x: Tensor3D,
  tokens: Tensor3D,
  weights: Weights,
  name: string,
  heads: number,
  watch?: Watch,
): Tensor3D {
  const normal = (h: Tensor3D, part: string) =>
    layerNorm(h, ...weightAndBias(weights, `${name}.${part}`))
  const own = normal(x, 'norm1')
  const alone = attend(own, own, weights, `${name}.attn1`, heads, { around: x })
  const told = attend(normal(alone, 'norm2'), tokens, weights, `${name}.attn2`, heads, {
    watch,
    around: alone,
  })
  return feedForward(normal(told, 'norm3'), weights, `${name}.ff`, told)
}

/**
 * Attention of `[b, n, c]` to `context`, `[b, m, d]` or `[1, m, d]`, with its linear layers; adds
 * `around`, `[b, n, c]`.
 */
export function attend(
  x: Tensor3D,
  context: Tensor3D,
  weights: Weights,
  name: string,
  heads: number,
  { watch, around }: { watch?: Watch | undefined; around?: Tensor3D } = {},
): Tensor3D {
  const of = (input: Tensor3D, part: string) =>
    linear(input, weights[`${name}.${part}.weight`] as Tensor2D)
  const q = of(x, 'to_q')
  const [k, v] = [of(context, 'to_k'), of(context, 'to_v')].map((one) =>
    forAll(one, x.shape[0]),
  ) as [Tensor3D, Tensor3D]
  watch?.(attentionShares(q, k, heads))
  return addBias(attention(q, k, v, heads), weights, `${name}.to_out.0`, around)
}

const forAll = (x: Tensor3D, batch: number): Tensor3D =>
  x.shape[0] === batch ? x : x.tile([batch, 1, 1])

/** Feed-forward network with GEGLU (Shazeer 2020), plus `around`. */
function feedForward(x: Tensor3D, weights: Weights, name: string, around: Tensor3D): Tensor3D {
  const [values, gates] = linear(
    x,
    ...weightAndBias<Tensor2D>(weights, `${name}.net.0.proj`),
  ).split(2, 2) as [Tensor3D, Tensor3D]
  return addBias(values.mul(gelu(gates)) as Tensor3D, weights, `${name}.net.2`, around)
}

/** Linear layer over `[b, n, c]`, plus `around`. */
function addBias(
  x: Tensor3D,
  weights: Weights,
  name: string,
  around: Tensor3D | undefined,
): Tensor3D {
  const image = (h: Tensor3D) => h.reshape([h.shape[0], 1, h.shape[1], h.shape[2]]) as Tensor4D
  const y = applyPointwise({ x: image(x) }, weights, name, around && image(around))
  return y.reshape([x.shape[0], x.shape[1], -1])
}

/** Linear layer per pixel, whose weight may be a 1 x 1 convolution's, plus `around`. */
function applyPointwise(
  input: ConvInput,
  weights: Weights,
  name: string,
  around?: Tensor4D,
): Tensor4D {
  const [weight, bias] = weightAndBias<Tensor2D | Tensor4D>(weights, name)
  const filter = weight.reshape([1, 1, ...weight.shape.slice(-2)]) as Tensor4D
  return conv2d(input, filter, bias, around ? { residual: around } : {})
}

const weightAndBias = <W = Tensor1D>(weights: Weights, name: string) =>
  [weights[`${name}.weight`] as W, weights[`${name}.bias`] as Tensor1D] as const
