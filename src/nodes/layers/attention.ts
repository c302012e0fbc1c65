// Attention and blocks of layers.
import type { Features } from '../../engine/base/values.ts'
import type { LayerBuilder } from '../../engine/models/graph/builder.ts'
import {
  attentionLayers,
  pixelAttentionLayers,
  transformerLayers,
} from '../../engine/models/graph/blocks/attention.ts'
import { ditBlockLayers } from '../../engine/models/graph/blocks/dit.ts'
import { residualLayers } from '../../engine/models/graph/blocks/residual.ts'
import {
  advanced,
  choice,
  features,
  integer,
  layerName,
  optional,
  real,
  toggle,
} from '../define.ts'
import { defineLayer } from './defineLayer.ts'

const heads = integer(4, { min: 1, max: 1024 }, 'Heads; must divide the channels')
const groups = integer(
  8,
  { min: 1, max: 4096 },
  'Groups of the group norms; must divide the channels',
)
const eps = advanced(
  real(1e-5, { min: 1e-12, max: 1, step: 1e-6 }, 'Added to the variance in norms'),
)
const divisor = advanced(
  real(1, { min: 1e-6, max: 1e6 }, 'Divides the sum with the skip connection'),
)
const biased = advanced(
  toggle(false, 'Adds a learned number per channel to queries, keys and values'),
)

const attentionKind = choice(['softmax', 'linear'], 'Kind of attention', {
  softmax: 'Softmax over the keys',
  linear: 'Of linear cost (Shen et al. 2021)',
})

/** Applies attention to tokens, or to the pixels of images. */
function overTokens(b: LayerBuilder<Features>, x: Features, apply: (tokens: Features) => Features) {
  if (x.shape.length !== 3) return apply(x)
  const [height, width] = x.shape as number[]
  return b.add('to_image', [apply(b.add('to_tokens', [x]))], { height, width })
}

export const selfAttention = defineLayer({
  type: 'diffusion/SelfAttention',
  summary: 'Attention of all tokens, or all pixels, to each other, with its linear layers.',
  equation: '\\mathrm{softmax}\\left(\\frac{Q K^T}{\\sqrt{d}}\\right) V',
  source: 'Vaswani et al. 2017, equation 1',
  inputs: { x: features('Tokens [n, c], or images [h, w, c]') },
  params: { heads, bias: biased, name: layerName('attn') },
  gives: 'Features of the same shape',
  build: (b, { x }, { heads, bias, name }) =>
    overTokens(b, x, (tokens) => attentionLayers(b, tokens, tokens, name, { heads, bias })),
})

export const crossAttention = defineLayer({
  type: 'diffusion/CrossAttention',
  summary: 'Attention of tokens or pixels to other tokens, with its linear layers.',
  equation: '\\mathrm{softmax}\\left(\\frac{Q K^T}{\\sqrt{d}}\\right) V',
  source: 'Vaswani et al. 2017, equation 1',
  inputs: {
    x: features('Tokens [n, c], or images [h, w, c]: the queries'),
    context: features('Tokens [m, d]: the keys and values'),
  },
  params: { heads, bias: biased, name: layerName('attn') },
  gives: 'Features of the shape of x',
  build: (b, { x, context }, { heads, bias, name }) =>
    overTokens(b, x, (tokens) => attentionLayers(b, tokens, context, name, { heads, bias })),
})

export const linearAttention = defineLayer({
  type: 'diffusion/LinearAttention',
  summary:
    'Attention of all tokens, or all pixels, to each other, whose cost grows linearly with their number.',
  equation: '\\mathrm{softmax}(Q) \\, (\\mathrm{softmax}(K)^T V)',
  source: 'Shen et al. 2021, section 3.2',
  inputs: { x: features('Tokens [n, c], or images [h, w, c]') },
  params: { heads, bias: biased, name: layerName('linear_attn') },
  gives: 'Features of the same shape',
  build: (b, { x }, { heads, bias, name }) =>
    overTokens(b, x, (tokens) =>
      attentionLayers(b, tokens, tokens, name, { heads, bias, kind: 'linear_attention' }),
    ),
})

export const scaledDotProductAttention = defineLayer({
  type: 'diffusion/ScaledDotProductAttention',
  summary: 'Attention of queries to keys and values, without the linear layers around it.',
  equation: '\\mathrm{softmax}\\left(\\frac{Q K^T}{\\sqrt{d}}\\right) V',
  source: 'Vaswani et al. 2017, equation 1',
  inputs: {
    q: features('Queries: tokens [n, c]'),
    k: features('Keys: tokens [m, c]'),
    v: features('Values: tokens [m, c]'),
  },
  params: {
    heads,
    kind: advanced(attentionKind),
  },
  gives: 'Tokens [n, c]',
  build: (b, { q, k, v }, { heads, kind }) =>
    b.add(kind === 'linear' ? 'linear_attention' : 'attention', [q, k, v], { heads }),
})

export const resBlock = defineLayer({
  type: 'diffusion/ResBlock',
  summary:
    'Residual block of a UNet: twice norm, activation and convolution, with the embedding of time and condition in between.',
  source: "Ho et al. 2020, appendix B; diffusers' ResnetBlock2D",
  inputs: {
    x: features('Images [h, w, c]'),
    embedding: optional(features('A vector, such as that of TimeEmbedding')),
  },
  params: {
    out: integer(0, { min: 0, max: 65_536 }, 'Channels of the result; 0: those of x'),
    groups,
    time_scale_shift: advanced(
      choice(['default', 'scale_shift'], 'How the embedding enters', {
        default: 'Added to the activations',
        scale_shift: 'Scale and shift of a group norm',
      }),
    ),
    resample: advanced(
      choice(['none', 'down', 'up'], 'Changes the size inside the block', {
        none: 'Keeps the size',
        down: 'Halves the images',
        up: 'Doubles the images',
      }),
    ),
    activation: advanced(choice(['silu', 'gelu', 'relu', 'mish'], 'Activation')),
    dropout: advanced(
      real(0, { min: 0, max: 0.99, slider: true }, 'Dropout before the second convolution'),
    ),
    divisor,
    eps,
    name: layerName('res'),
  },
  gives: 'Images with `out` channels',
  build(b, { x, embedding }, { out, time_scale_shift, resample, name, ...settings }) {
    return residualLayers(b, x, embedding, name, {
      ...settings,
      out: out || (x.shape.at(-1) as number),
      timeScaleShift: time_scale_shift,
      ...(resample !== 'none' && { resample }),
    })
  },
})

export const attentionBlock = defineLayer({
  type: 'diffusion/AttentionBlock',
  summary: 'Group norm, attention of all pixels to each other, and a skip connection.',
  source: "Ho et al. 2020, appendix B; diffusers' Attention",
  inputs: { x: features('Images [h, w, c]') },
  params: {
    heads,
    groups: integer(8, { min: 0, max: 4096 }, 'Groups of the group norm; 0: no norm'),
    kind: advanced(attentionKind),
    divisor,
    eps,
    name: layerName('attentions'),
  },
  gives: 'Images of the same shape',
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
  source: "Peebles & Xie 2023, figure 3; diffusers' BasicTransformerBlock with ada_norm_zero",
  inputs: {
    x: features('Tokens [n, c], such as those of Patchify'),
    embedding: features('A vector, such as that of TimeEmbedding'),
  },
  params: {
    heads,
    activation: advanced(
      choice(['gelu_tanh', 'gelu'], 'Activation of the feed-forward network', {
        gelu_tanh: 'GELU by its tanh approximation',
        gelu: 'Exact GELU',
      }),
    ),
    dropout: advanced(
      real(
        0,
        { min: 0, max: 0.99, slider: true },
        'Dropout after the attention and in the feed-forward network',
      ),
    ),
    bias: advanced(toggle(true, 'Adds a learned number per channel to queries, keys and values')),
    affine: advanced(toggle(false, 'Learned scale and shift of the second norm')),
    eps,
    name: layerName('block'),
  },
  gives: 'Tokens of the same shape',
  build: (b, { x, embedding }, { bias, name, ...settings }) =>
    ditBlockLayers(b, x, embedding, name, { ...settings, attentionBias: bias }),
})

export const transformerBlock = defineLayer({
  type: 'diffusion/TransformerBlock',
  summary:
    'Attention of pixels to each other and to tokens, and a feed-forward network, with skip connections.',
  source: "Rombach et al. 2022; diffusers' Transformer2DModel",
  inputs: {
    x: features('Images [h, w, c]'),
    context: features('Tokens [m, d], such as those of a condition'),
  },
  params: {
    heads,
    groups,
    layers: integer(1, { min: 1, max: 64 }, 'Number of transformer blocks in a row'),
    linear_projection: advanced(
      toggle(false, 'Linear layers around the blocks instead of 1 x 1 convolutions'),
    ),
    name: layerName('attentions'),
  },
  gives: 'Images of the same shape',
  build: (b, { x, context }, { linear_projection, name, ...settings }) =>
    transformerLayers(b, x, context, name, { ...settings, linearProjection: linear_projection }),
})
