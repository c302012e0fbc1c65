// Blocks of attention: diffusers' Attention, Transformer2DModel and BasicTransformerBlock.
import type { LayerBuilder } from '../builder.ts'
import { fixedSizes } from '../ops/checks.ts'
import { divide } from './divide.ts'

/** Expansion factor of a transformer's feed-forward network. */
export const FORWARD = 4
/** Epsilon of the transformer's group norm, and of its layer norms; fixed in diffusers. */
const [GROUP_EPS, LAYER_EPS] = [1e-6, 1e-5]

export type PixelAttentionSettings = {
  kind: 'attention' | 'linear_attention'
  heads: number
  /** Groups of the norm before it; undefined without one. */
  groups: number | undefined
  eps: number
  /** Divides the sum with the skip connection. */
  divisor?: number
}

/** Attention of all pixels to each other, with its linear layers and a skip connection. */
export function pixelAttentionLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  name: string,
  settings: PixelAttentionSettings,
): F {
  const all = { name, divisor: 1, ...settings }
  return b.block('pixel_attention', { x }, all, () =>
    b.module('pixel_attention', name, [x], () => pixelAttention(b, x, name, settings), all),
  )
}

function pixelAttention<F>(
  b: LayerBuilder<F>,
  x: F,
  name: string,
  { kind, heads, groups, eps, divisor = 1 }: PixelAttentionSettings,
): F {
  const channels = b.channelsOf(x)
  const normed = groups ? b.groupNorm(x, `${name}.group_norm`, groups, eps) : x
  const pixels = b.add('to_tokens', [normed])
  const qkv = ['to_q', 'to_k', 'to_v'].map((part) => b.linear(pixels, `${name}.${part}`, channels))
  const mixed = b.add(kind, qkv, { heads })
  const out = toImage(b, b.linear(mixed, `${name}.to_out.0`, channels), x)
  return divide(b, b.add('add', [x, out]), divisor)
}

/** Tokens as an image of the size of `like`. */
function toImage<F>(b: LayerBuilder<F>, x: F, like: F): F {
  const [height, width] = fixedSizes(b.shapeOf(like))
  return b.add('to_image', [x], { height, width })
}

export type TransformerSettings = {
  heads: number
  groups: number
  /** Number of BasicTransformerBlocks. */
  layers: number
  /** Linear layers around the blocks instead of 1 x 1 convolutions. */
  linearProjection: boolean
}

/** Transformer2DModel over the pixels of an image, which attend to themselves and to `tokens`. */
export function transformerLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  tokens: F,
  name: string,
  settings: TransformerSettings,
): F {
  const inputs = { x, context: tokens }
  const all = { name, ...settings }
  return b.block('transformer', inputs, all, () =>
    b.module('transformer', name, [x, tokens], () => transformer(b, x, tokens, name, settings)),
  )
}

function transformer<F>(
  b: LayerBuilder<F>,
  x: F,
  tokens: F,
  name: string,
  { heads, groups, layers, linearProjection }: TransformerSettings,
): F {
  const channels = b.channelsOf(x)
  const project = (h: F, part: string) =>
    linearProjection
      ? b.linear(h, `${name}.${part}`, channels)
      : b.conv(h, `${name}.${part}`, channels, { kernel: 1 })
  const normed = b.groupNorm(x, `${name}.norm`, groups, GROUP_EPS)
  let h = b.add('to_tokens', [project(normed, 'proj_in')])
  for (let i = 0; i < layers; i++) {
    const part = `${name}.transformer_blocks.${i}`
    const build = () => basicTransformerLayers(b, h, tokens, part, heads)
    h = b.repeat('block', () => b.module('transformer_block', part, [h, tokens], build))
  }
  return b.add('add', [x, project(toImage(b, h, x), 'proj_out')])
}

/** BasicTransformerBlock: self-attention, cross-attention and a feed-forward network with GEGLU. */
function basicTransformerLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  tokens: F,
  name: string,
  heads: number,
): F {
  const channels = b.channelsOf(x)
  const normal = (h: F, part: string) => b.layerNorm(h, `${name}.${part}`, LAYER_EPS)
  const attend = (h: F, context: F, part: string, skip: F) =>
    b.add('add', [skip, attentionLayers(b, h, context, `${name}.${part}`, { heads, bias: false })])
  const own = normal(x, 'norm1')
  const alone = attend(own, own, 'attn1', x)
  const told = attend(normal(alone, 'norm2'), tokens, 'attn2', alone)
  const normed = normal(told, 'norm3')
  const gated = b.module('geglu', `${name}.ff.net.0`, [normed], () => {
    const wide = b.linear(normed, `${name}.ff.net.0.proj`, 2 * FORWARD * channels)
    const [values, gates] = b.split(wide, 2)
    return b.add('multiply', [values, b.add('gelu', [gates])])
  })
  return b.add('add', [told, b.linear(gated, `${name}.ff.net.2`, channels)])
}

export interface AttentionSettings {
  heads: number
  /** A bias of queries, keys and values. */
  bias: boolean
  kind?: 'attention' | 'linear_attention'
}

/** Attention of tokens to `context` with its linear layers. */
export function attentionLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  context: F,
  name: string,
  { heads, bias, kind = 'attention' }: AttentionSettings,
): F {
  return b.module('attention', name, [x, context], () => {
    const width = b.channelsOf(x)
    const q = b.linear(x, `${name}.to_q`, width, bias)
    const k = b.linear(context, `${name}.to_k`, width, bias)
    const v = b.linear(context, `${name}.to_v`, width, bias)
    return b.linear(b.add(kind, [q, k, v], { heads }), `${name}.to_out.0`, width)
  })
}
