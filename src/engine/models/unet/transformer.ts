// Blocks that attend to tokens, as functions of their input, the tokens and their weights, found by name: what diffusers'
// Transformer2DModel and BasicTransformerBlock compute.
import { gelu } from '../../layers/activations.ts'
import { attention, attentionShares } from '../../layers/attention.ts'
import { groupNorm } from '../../layers/groupNorm.ts'
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
  const [batch, height, width, channels] = x.shape
  const pixels = x.reshape([batch, height * width, channels]) as Tensor3D
  const normal = groupNorm(pixels, ...pair(weights, `${name}.norm`), { groups, eps: EPS })
  let h = projected(normal, weights, `${name}.proj_in`)
  for (let i = 0; i < layers; i++) h = basicBlock(h, tokens, weights, `${name}.transformer_blocks.${i}`, heads, watch)
  return x.add(projected(h, weights, `${name}.proj_out`).reshape(x.shape))
}

/**
 * BasicTransformerBlock: attention of the places to each other, to the tokens, and a network for each place, with a layer norm
 * before and a way around each of them.
 */
function basicBlock(x: Tensor3D, tokens: Tensor3D, weights: Weights, name: string, heads: number, watch?: Watch): Tensor3D {
  const normal = (h: Tensor3D, part: string) => layerNorm(h, ...pair(weights, `${name}.${part}`))
  const own = normal(x, 'norm1')
  const alone = x.add(attend(own, own, weights, `${name}.attn1`, heads)) as Tensor3D
  const told = alone.add(attend(normal(alone, 'norm2'), tokens, weights, `${name}.attn2`, heads, watch)) as Tensor3D
  return told.add(feedForward(normal(told, 'norm3'), weights, `${name}.ff`))
}

/** Attention of the places of `[b, n, c]` to those of `context`, `[b, m, d]` or `[1, m, d]`, with the linear layers around it. */
export function attend(x: Tensor3D, context: Tensor3D, weights: Weights, name: string, heads: number, watch?: Watch): Tensor3D {
  const of = (input: Tensor3D, part: string) => linear(input, weights[`${name}.${part}.weight`] as Tensor2D)
  const q = of(x, 'to_q')
  const [k, v] = [of(context, 'to_k'), of(context, 'to_v')].map((one) => forAll(one, x.shape[0])) as [Tensor3D, Tensor3D]
  watch?.(attentionShares(q, k, heads))
  return linear(attention(q, k, v, heads), ...pair<Tensor2D>(weights, `${name}.to_out.0`))
}

const forAll = (x: Tensor3D, batch: number): Tensor3D => (x.shape[0] === batch ? x : x.tile([batch, 1, 1]))

/** GEGLU (Shazeer 2020): a linear layer, half of it through GELU times the other half, and a linear layer back. */
function feedForward(x: Tensor3D, weights: Weights, name: string): Tensor3D {
  const [values, gates] = linear(x, ...pair<Tensor2D>(weights, `${name}.net.0.proj`)).split(2, 2) as [Tensor3D, Tensor3D]
  return linear(values.mul(gelu(gates)) as Tensor3D, ...pair<Tensor2D>(weights, `${name}.net.2`))
}

/** A linear layer of every place, whose weight may be that of a 1 x 1 convolution. */
function projected(x: Tensor3D, weights: Weights, name: string): Tensor3D {
  const [weight, bias] = pair<Tensor2D | Tensor4D>(weights, name)
  return linear(x, weight.reshape(weight.shape.slice(-2)) as Tensor2D, bias)
}

const pair = <W = Tensor1D>(weights: Weights, name: string) =>
  [weights[`${name}.weight`] as W, weights[`${name}.bias`] as Tensor1D] as const
