// Attention and blocks of layers.
import type { Features } from '../../engine/models/graph/features.ts'
import type { LayerBuilder } from '../../engine/models/graph/builder.ts'
import {
  attentionLayers,
  pixelAttentionLayers,
  transformerLayers,
} from '../../engine/models/graph/blocks/attention.ts'
import { ditBlockLayers } from '../../engine/models/graph/blocks/dit.ts'
import { asImage, channelsOf } from '../../engine/models/graph/ops/checks.ts'
import { residualLayers } from '../../engine/models/graph/blocks/residual.ts'
import { param, slot } from '../define.ts'
import { checkTokens, checkTokensOrImage, checkVector } from './checks.ts'
import { defineLayer } from './defineLayer.ts'

const heads = param.integer(4, { min: 1, max: 1024 }, 'Attention heads; must divide the channels')
const groupsOf = (about: string) => param.integer(8, { min: 1, max: 4096 }, about)
const groups = groupsOf('Groups of the group norm; must divide the channels')
const eps = param.advanced(
  param.real(1e-5, { min: 1e-12, max: 1, step: 1e-6 }, 'Added to the variance in group norms'),
)
const divisor = param.advanced(
  param.real(1, { min: 1e-6, max: 1e6 }, 'Divides the sum with the skip connection'),
)
const biased = param.advanced(
  param.toggle(false, 'Bias in the projections to queries, keys and values'),
)
const equation = '\\mathrm{softmax}\\left(\\frac{q k^\\top}{\\sqrt{d}}\\right) v'

const attentionKind = param.choice(['softmax', 'linear'], 'Kind of attention', {
  softmax: 'Softmax attention',
  linear: 'Linear attention, for many tokens or pixels (Shen et al. 2021)',
})

/** Applies attention to tokens, or to the pixels of images. */
function overTokens(b: LayerBuilder<Features>, x: Features, apply: (tokens: Features) => Features) {
  checkTokensOrImage(x, 'x')
  if (x.shape.length !== 3) return apply(x)
  const [height, width] = asImage(x.shape, 'x')
  return b.add('to_image', [apply(b.add('to_tokens', [x]))], { height, width })
}

export const selfAttention = defineLayer({
  type: 'diffusion/SelfAttention',
  summary: 'Multi-head self-attention between all tokens of an item, or all pixels of an image.',
  aliases: ['MultiheadAttention', 'mha', 'attn1'],
  equation,
  source: 'Vaswani et al. 2017, eq. 1',
  inputs: { x: slot.features('Tokens [n, c], or images [h, w, c]') },
  params: { heads, bias: biased, name: param.layerName('attn') },
  gives: 'Features of the shape of x',
  build: (b, { x }, { heads, bias, name }) =>
    overTokens(b, x, (tokens) => attentionLayers(b, tokens, tokens, name, { heads, bias })),
})

export const crossAttention = defineLayer({
  type: 'diffusion/CrossAttention',
  summary: 'Multi-head cross-attention: every token or pixel attends to the tokens of a condition.',
  aliases: ['BasicTransformerBlock', 'text attention', 'attn2'],
  equation,
  source: 'Vaswani et al. 2017, eq. 1',
  inputs: {
    x: slot.features('Queries: tokens [n, c], or images [h, w, c]'),
    context: slot.features('Keys and values: tokens [m, d], such as those of ConditionInput'),
  },
  params: { heads, bias: biased, name: param.layerName('attn') },
  gives: 'Features of the shape of x',
  build(b, { x, context }, { heads, bias, name }) {
    checkTokens(context, 'context')
    return overTokens(b, x, (tokens) => attentionLayers(b, tokens, context, name, { heads, bias }))
  },
})

export const linearAttention = defineLayer({
  type: 'diffusion/LinearAttention',
  summary:
    'Multi-head self-attention whose time is linear in the number of tokens or pixels, for large images.',
  aliases: ['performer', 'efficient attention'],
  equation: '\\mathrm{softmax}(q) \\, \\left(\\mathrm{softmax}(k)^\\top v\\right)',
  source: 'Shen et al. 2021, section 3.2',
  inputs: { x: slot.features('Tokens [n, c], or images [h, w, c]') },
  params: { heads, bias: biased, name: param.layerName('linear_attn') },
  gives: 'Features of the shape of x',
  build: (b, { x }, { heads, bias, name }) =>
    overTokens(b, x, (tokens) =>
      attentionLayers(b, tokens, tokens, name, { heads, bias, kind: 'linear_attention' }),
    ),
})

export const scaledDotProductAttention = defineLayer({
  type: 'diffusion/ScaledDotProductAttention',
  summary:
    "Multi-head attention of queries to keys and values without linear layers (PyTorch's scaled_dot_product_attention).",
  aliases: ['sdpa', 'flash attention', 'dot product attention'],
  equation,
  source: 'Vaswani et al. 2017, eq. 1',
  inputs: {
    q: slot.features('Queries: tokens [n, c]'),
    k: slot.features('Keys: tokens [m, c]'),
    v: slot.features('Values: tokens [m, c]'),
  },
  params: {
    heads,
    kind: param.advanced(attentionKind),
  },
  gives: 'Tokens [n, c]',
  build: (b, { q, k, v }, { heads, kind }) =>
    b.add(kind === 'linear' ? 'linear_attention' : 'attention', [q, k, v], { heads }),
})

export const resBlock = defineLayer({
  type: 'diffusion/ResBlock',
  summary:
    'Residual block of a UNet: group norm, activation and 3 x 3 convolution, twice, with a skip connection. An embedding enters between the convolutions.',
  aliases: ['residual block', 'ResnetBlock2D', 'resnet'],
  source: "Ho et al. 2020, appendix B; diffusers' ResnetBlock2D",
  inputs: {
    x: slot.features('Images [h, w, c]'),
    embedding: slot.optional(
      slot.features(
        'Vector, such as the embedding of t and a class; no embedding if not connected',
      ),
    ),
  },
  params: {
    out: param.integer(0, { min: 0, max: 65_536 }, 'Output channels; 0: those of x'),
    groups: groupsOf('Groups of the group norms; must divide the channels of x and `out`'),
    time_scale_shift: param.advanced(
      param.choice(['default', 'scale_shift'], 'How the embedding enters', {
        default: 'Added to the activations',
        scale_shift: 'Scale and shift of a group norm',
      }),
    ),
    resample: param.advanced(
      param.choice(['none', 'down', 'up'], 'Resampling inside the block', {
        none: 'Keeps height and width',
        down: 'Halves height and width by average pooling',
        up: 'Doubles height and width by nearest-neighbour upsampling',
      }),
    ),
    activation: param.advanced(
      param.choice(['silu', 'gelu', 'relu', 'mish'], 'Activation, also of the embedding'),
    ),
    dropout: param.advanced(
      param.real(
        0,
        { min: 0, max: 0.99, slider: true },
        'Dropout before the second convolution, during training',
      ),
    ),
    divisor,
    eps,
    name: param.layerName('res'),
  },
  opens: true,
  gives: 'Images with `out` channels',
  build(b, { x, embedding }, { out, time_scale_shift, resample, name, ...settings }) {
    if (embedding) checkVector(embedding, 'embedding')
    return residualLayers(b, x, embedding, name, {
      ...settings,
      out: out || channelsOf(x.shape),
      timeScaleShift: time_scale_shift,
      ...(resample !== 'none' && { resample }),
    })
  },
})

export const attentionBlock = defineLayer({
  type: 'diffusion/AttentionBlock',
  summary:
    'Attention block of a UNet: group norm and self-attention between all pixels, with a skip connection.',
  aliases: ['spatial transformer', 'AttnBlock'],
  source: "Ho et al. 2020, appendix B; diffusers' Attention",
  inputs: { x: slot.features('Images [h, w, c]') },
  params: {
    heads,
    groups: param.integer(
      8,
      { min: 0, max: 4096 },
      'Groups of the group norm; must divide the channels. 0: no norm',
    ),
    kind: param.advanced(attentionKind),
    divisor,
    eps,
    name: param.layerName('attentions'),
  },
  opens: true,
  gives: 'Images of the shape of x',
  build: (b, { x }, { kind, groups, name, ...settings }) =>
    pixelAttentionLayers(b, x, name, {
      ...settings,
      groups: groups || undefined,
      kind: kind === 'linear' ? 'linear_attention' : 'attention',
    }),
})

export const ditBlock = defineLayer({
  type: 'diffusion/DiTBlock',
  title: 'DiT Block',
  summary:
    'Block of a diffusion transformer: attention of tokens to each other and a feed-forward network, which a vector of time and condition scales and shifts (adaLN).',
  aliases: ['adaln-zero', 'adaln'],
  source: "Peebles & Xie 2023, figure 3; diffusers' BasicTransformerBlock with ada_norm_zero",
  inputs: {
    x: slot.features('Tokens [n, c], such as those of Patchify'),
    embedding: slot.features('A vector, such as that of TimeEmbedding'),
  },
  params: {
    heads,
    activation: param.advanced(
      param.choice(['gelu_tanh', 'gelu'], 'Activation of the feed-forward network', {
        gelu_tanh: 'GELU by its tanh approximation',
        gelu: 'Exact GELU',
      }),
    ),
    dropout: param.advanced(
      param.real(
        0,
        { min: 0, max: 0.99, slider: true },
        'Dropout after the attention and in the feed-forward network',
      ),
    ),
    bias: param.advanced(
      param.toggle(true, 'Adds a learned number per channel to queries, keys and values'),
    ),
    affine: param.advanced(param.toggle(false, 'Learned scale and shift of the second norm')),
    eps,
    name: param.layerName('block'),
  },
  opens: true,
  gives: 'Tokens of the same shape',
  build: (b, { x, embedding }, { bias, name, ...settings }) =>
    ditBlockLayers(b, x, embedding, name, { ...settings, attentionBias: bias }),
})

export const transformerBlock = defineLayer({
  type: 'diffusion/TransformerBlock',
  summary:
    'Transformer of a UNet: self-attention between pixels, cross-attention to tokens and a feed-forward network, each with a skip connection.',
  aliases: ['TransformerEncoderLayer', 'encoder layer', 'gpt block'],
  source: "Rombach et al. 2022; diffusers' Transformer2DModel",
  inputs: {
    x: slot.features('Images [h, w, c]'),
    context: slot.features('Tokens [m, d], such as those of ConditionInput'),
  },
  params: {
    heads,
    groups,
    layers: param.integer(1, { min: 1, max: 64 }, 'Transformer blocks in a row'),
    linear_projection: param.advanced(
      param.toggle(
        false,
        'Linear layers instead of 1 x 1 convolutions around the transformer blocks',
      ),
    ),
    name: param.layerName('attentions'),
  },
  opens: true,
  gives: 'Images of the shape of x',
  build(b, { x, context }, { linear_projection, name, ...settings }) {
    checkTokens(context, 'context')
    const linearProjection = linear_projection
    return transformerLayers(b, x, context, name, { ...settings, linearProjection })
  },
})
