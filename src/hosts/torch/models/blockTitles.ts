// Names and docstrings of the classes of blocks.
import type { Module, ModuleKind } from '../../../engine/models/graph/layer.ts'
import { activations } from './helpers.ts'

interface Title {
  name: string
  /** The first line of the docstring. */
  about: string
}

/** Titles by kind. `inputs`: number of arguments. */
const titles: {
  readonly [K in ModuleKind]: Title | ((module: Module, inputs: number) => Title)
} = {
  residual({ settings: { activation, resample, divisor, timeScaleShift } }, inputs) {
    const size = resample === 'down' ? 'Down' : resample === 'up' ? 'Up' : ''
    const use = timeScaleShift === 'scale_shift' ? 'shifts and scales' : 'is added'
    const { title } = activations[String(activation)]
    return {
      name: `${divisor === 1 ? '' : 'Scaled'}${size}ResnetBlock`,
      about: `Twice norm, ${title} and convolution with a skip connection${
        inputs > 1 ? `; the embedding ${use}` : ''
      }.`,
    }
  },
  pixel_attention({ settings: { kind, divisor } }) {
    const isLinear = kind === 'linear_attention'
    return {
      name: `${divisor === 1 ? '' : 'Scaled'}${isLinear ? 'Linear' : ''}Attention`,
      about: `${
        isLinear ? 'Linear attention (Shen et al. 2021)' : 'Self-attention'
      } of all pixels, with a skip connection.`,
    }
  },
  transformer: {
    name: 'Transformer',
    about: 'Transformer over the pixels of an image, which attend to themselves and to tokens.',
  },
  downsample: { name: 'Downsample', about: 'Halves the size of images.' },
  upsample: { name: 'Upsample', about: 'Doubles the size of images.' },
  attention: (_, inputs) =>
    inputs > 1
      ? { name: 'CrossAttention', about: 'Attention of pixels to tokens.' }
      : { name: 'SelfAttention', about: 'Attention of tokens to each other.' },
  classifier_block: (_, inputs) => ({
    name: 'ClassifierBlock',
    about: `Convolution, norm and activation${inputs > 1 ? '; the embedding is added' : ''}.`,
  }),
  dit_block: {
    name: 'DiTBlock',
    about: 'Attention and a feed-forward network, shifted, scaled and gated by an embedding.',
  },
  dit_embedding: {
    name: 'DiTEmbedding',
    about: 'Sum of the embeddings of time and class; the last class is "none".',
  },
  geglu: { name: 'GEGLU', about: 'Linear layer whose second half gates the first (Shazeer 2020).' },
  jit_attention: {
    name: 'RotaryAttention',
    about: 'Attention of tokens with normalized, rotated queries and keys.',
  },
  jit_block: {
    name: 'JiTBlock',
    about: 'Attention and a feed-forward network, shifted, scaled and gated by an embedding.',
  },
  middle: {
    name: 'MidBlock',
    about: 'Residual blocks, with attention in between if there is any.',
  },
  swiglu: { name: 'SwiGLU', about: 'Feed-forward network with a gate (Shazeer 2020).' },
  tiny_block: { name: 'TinyBlock', about: 'Three convolutions beside a skip connection.' },
  transformer_block: {
    name: 'TransformerBlock',
    about: 'Self-attention, cross-attention and a feed-forward network, with skip connections.',
  },
}

export function titleOf(module: Module, inputs: number): Title {
  const title = titles[module.kind]
  return typeof title === 'function' ? title(module, inputs) : title
}
