// Blocks of a transformer on raw patches (Li & He 2025): adaLN, RMSNorm, normalized queries and keys
// with rotary positions, and a gated feed-forward network.
import type { LayerBuilder } from '../builder.ts'
import { fixedSizes } from '../ops/checks.ts'

/** Epsilon of all norms. */
const EPS = 1e-6

export interface JitBlockSettings {
  heads: number
  /** Hidden channels of the feed-forward network. */
  hidden: number
  /** Height and width of the grid of tokens. */
  height: number
  width: number
}

/** RMSNorm of tokens, which vectors scale and shift. */
const modulatedNorm = <F>(b: LayerBuilder<F>, x: F, name: string, scale: F, shift: F): F =>
  b.add('modulate', [b.add('rms_norm', [x], { eps: EPS }, name), scale, shift])

/**
 * Attention of tokens `[n, c]` to each other and a feed-forward network, with skip connections.
 * `active` is the activated vector of time and class, whose projections shift, scale and gate both.
 */
export function jitBlockLayers<F>(
  b: LayerBuilder<F>,
  x: F,
  active: F,
  name: string,
  settings: JitBlockSettings,
): F {
  return b.module('jit_block', name, [x, active], () => jitBlock(b, x, active, name, settings))
}

function jitBlock<F>(
  b: LayerBuilder<F>,
  x: F,
  active: F,
  name: string,
  settings: JitBlockSettings,
): F {
  const width = b.channelsOf(x)
  const vectors = b.linear(active, `${name}.adaLN_modulation`, 6 * width)
  const [shift1, scale1, gate1, shift2, scale2, gate2] = b.split(vectors, 6)
  const addGated = (skip: F, h: F, gate: F) => b.add('add', [skip, b.add('multiply', [h, gate])])
  const first = modulatedNorm(b, x, `${name}.norm1`, scale1, shift1)
  const mixed = b.module('jit_attention', `${name}.attn`, [first], () =>
    attend(b, first, `${name}.attn`, settings),
  )
  const h = addGated(x, mixed, gate1)
  const second = modulatedNorm(b, h, `${name}.norm2`, scale2, shift2)
  const inner = b.module('swiglu', `${name}.mlp`, [second], () =>
    swiGlu(b, second, `${name}.mlp`, settings.hidden),
  )
  return addGated(h, inner, gate2)
}

/** Self-attention whose queries and keys are normalized per head and rotated by their position. */
function attend<F>(
  b: LayerBuilder<F>,
  x: F,
  name: string,
  { heads, height, width }: JitBlockSettings,
): F {
  const [tokens, channels] = fixedSizes(b.shapeOf(x))
  const normalize = (h: F, part: string) => {
    const split = b.add('reshape', [h], { shape: [tokens, heads, channels / heads] })
    const normed = b.add('rms_norm', [split], { eps: EPS }, `${name}.${part}_norm`)
    const joined = b.add('reshape', [normed], { shape: [tokens, channels] })
    return b.add('rotary_embedding', [joined], { heads, height, width })
  }
  const [q, k, v] = ['q', 'k', 'v'].map((part) => b.linear(x, `${name}.${part}`, channels))
  const mixed = b.add('attention', [normalize(q, 'q'), normalize(k, 'k'), v], { heads })
  return b.linear(mixed, `${name}.proj`, channels)
}

/** Feed-forward network with a gate: W3 (SiLU(W1 x) W2 x) (Shazeer 2020, SwiGLU). */
function swiGlu<F>(b: LayerBuilder<F>, x: F, name: string, hidden: number): F {
  const channels = b.channelsOf(x)
  const [gate, value] = b.split(b.linear(x, `${name}.w12`, 2 * hidden), 2)
  const gated = b.add('multiply', [b.add('silu', [gate]), value])
  return b.linear(gated, `${name}.w3`, channels)
}

/** The end of the network: a modulated RMSNorm and a linear layer to `out` channels. */
export function jitOutputLayers<F>(b: LayerBuilder<F>, x: F, active: F, out: number): F {
  const width = b.channelsOf(x)
  const [shift, scale] = b.split(b.linear(active, 'final_layer.adaLN_modulation', 2 * width), 2)
  const normed = modulatedNorm(b, x, 'final_layer.norm_final', scale, shift)
  return b.linear(normed, 'final_layer.linear', out)
}
