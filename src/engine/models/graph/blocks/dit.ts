// Blocks of a diffusion transformer with adaLN-zero (Peebles & Xie 2023, figure 3): diffusers'
// BasicTransformerBlock with `ada_norm_zero`.
import type { LayerBuilder } from '../builder.ts'
import { attentionLayers, FORWARD } from './attention.ts'

/** Epsilon of the norms before the attention and at the end; fixed in diffusers. */
const EPS = 1e-6

export type DitBlockSettings = {
  heads: number
  activation: 'gelu' | 'gelu_tanh'
  /** Dropout after the attention and inside the feed-forward network. */
  dropout: number
  /** A bias of queries, keys and values. */
  attentionBias: boolean
  /** Epsilon of the norm before the feed-forward network. */
  eps: number
  /** Weights of the norm before the feed-forward network. */
  affine: boolean
}

/**
 * Attention of tokens `[n, c]` to each other and a feed-forward network, with skip connections. A
 * vector of time and condition shifts and scales the input of both, and scales their results.
 */
export function ditBlockLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  embedding: F,
  name: string,
  settings: DitBlockSettings,
): F {
  const inputs = { x, embedding }
  const all = { name, ...settings }
  return b.block('dit', inputs, all, () => ditBlock(b, x, embedding, name, settings))
}

function ditBlock<F>(
  b: LayerBuilder<F>,
  x: F,
  embedding: F,
  name: string,
  { heads, activation, dropout, attentionBias, eps, affine }: DitBlockSettings,
): F {
  const width = b.channelsOf(x)
  const drop = (h: F, part: string) =>
    dropout > 0 ? b.add('dropout', [h], { rate: dropout }, `${name}.${part}`) : h
  const addGated = (skip: F, h: F, gate: F) => b.add('add', [skip, b.add('multiply', [h, gate])])
  const vectors = b.linear(b.add('silu', [embedding]), `${name}.norm1.linear`, 6 * width)
  const [shift1, scale1, gate1, shift2, scale2, gate2] = b.split(vectors, 6)

  const first = b.add('modulate', [b.layerNorm(x, undefined, EPS), scale1, shift1])
  const attention = { heads, bias: attentionBias }
  const mixed = b.module('attention', `${name}.attn1`, [first], () =>
    drop(attentionLayers(b, first, first, `${name}.attn1`, attention), 'attn1.to_out.1'),
  )
  const h = addGated(x, mixed, gate1)

  const norm = affine ? `${name}.norm3` : undefined
  const second = b.add('modulate', [b.layerNorm(h, norm, eps), scale2, shift2])
  const wide = b.add(activation, [b.linear(second, `${name}.ff.net.0.proj`, FORWARD * width)])
  return addGated(h, b.linear(drop(wide, 'ff.net.1'), `${name}.ff.net.2`, width), gate2)
}

/**
 * The end of the network: a norm that the activated embedding shifts and scales, and a linear layer.
 */
export function ditOutputLayers<F>(b: LayerBuilder<F>, x: F, active: F, out: number): F {
  const width = b.channelsOf(x)
  const vectors = b.linear(active, 'proj_out_1', 2 * width)
  const [shift, scale] = b.split(vectors, 2)
  const normed = b.add('modulate', [b.layerNorm(x, undefined, EPS), scale, shift])
  return b.linear(normed, 'proj_out_2', out)
}
