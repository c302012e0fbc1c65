// Structure of a UNet in diffusers' names: blocks, layers and sizes. The graph of layers and the
// summary walk this description.
import type { AttentionKind, UnetConfig } from './config.ts'
import { blockAttention, headDimAt, middleAttention, timeEmbeddingWidth } from './config.ts'
import type { TokenConfig } from './tokens.ts'
import { transformerLayersAt } from './tokens.ts'

export interface ResnetBlock {
  name: string
  from: number
  to: number
  /** Resampling inside the block. */
  resample?: 'down' | 'up'
}

export interface AttentionBlock {
  kind: AttentionKind
  name: string
  channels: number
  heads: number
  /** Groups of the input norm; undefined without a norm. */
  groups: number | undefined
  /** Cross-attention, if any. */
  cross: { layers: number; tokenWidth: number; linearProjection: boolean } | undefined
}

/** Transition to the next level: a convolution, or a resampling residual block. */
export type Resample =
  | { kind: 'conv'; name: string; direction: 'down' | 'up'; channels: number }
  | { kind: 'resnet'; block: ResnetBlock }

/** Residual blocks with optional attention, and the transition to the next level. */
export interface Level {
  resnets: ResnetBlock[]
  attentions: AttentionBlock[]
  resample: Resample | undefined
}

export interface UnetStructure {
  /** Width of what the MLP of t takes, and of its output. */
  time: { from: number; to: number }
  /**
   * Encoder from the finest level. Skips are the outputs of conv_in, each layer and each resample.
   */
  down: Level[]
  middle: { resnets: [ResnetBlock, ResnetBlock]; attention: AttentionBlock | undefined } | undefined
  /** Decoder from the coarsest level. */
  up: Level[]
}

export function unetStructure(config: UnetConfig): UnetStructure {
  const { block_out_channels: channels } = config
  return {
    time: { from: timeFeatures(config), to: timeEmbeddingWidth(config) },
    down: channels.map((_, level) => downLevel(config, level)),
    middle: config.mid_block_type === null ? undefined : middleBlock(config),
    up: channels.map((_, index) => upLevel(config, index)),
  }
}

/** Sines and cosines of the embedding of t, or the width of its learned vectors. */
const timeFeatures = ({
  time_embedding_type: type,
  block_out_channels: [channels],
}: UnetConfig): number => (type === 'fourier' ? 2 * channels : channels)

function downLevel(config: UnetConfig, level: number): Level {
  const {
    block_out_channels: channels,
    layers_per_block: layers,
    down_block_types: types,
    downsample_type,
  } = config
  const [name, to, type] = [`down_blocks.${level}`, channels[level], types[level]]
  const kind = blockAttention(type)
  const byResnet =
    type === 'ResnetDownsampleBlock2D' || (kind !== undefined && downsample_type === 'resnet')
  return {
    resnets: range(layers).map((i) => ({
      name: `${name}.resnets.${i}`,
      from: i === 0 ? channels[Math.max(0, level - 1)] : to,
      to,
    })),
    attentions: kind ? range(layers).map((i) => attentionAt(config, kind, name, i, level)) : [],
    resample:
      level === channels.length - 1
        ? undefined
        : resampleTo('down', `${name}.downsamplers.0`, to, byResnet),
  }
}

function middleBlock(config: UnetConfig): UnetStructure['middle'] {
  const {
    block_out_channels: channels,
    attn_norm_num_groups,
    norm_num_groups,
    resnet_time_scale_shift,
  } = config
  const width = channels.at(-1)!
  const resnet = (i: number): ResnetBlock => ({
    name: `mid_block.resnets.${i}`,
    from: width,
    to: width,
  })
  const groups =
    attn_norm_num_groups ?? (resnet_time_scale_shift === 'default' ? norm_num_groups : undefined)
  const kind = middleAttention(config)
  const attention = kind && attentionAt(config, kind, 'mid_block', 0, channels.length)
  return {
    resnets: [resnet(0), resnet(1)],
    attention: attention?.kind === 'self' ? { ...attention, groups } : attention,
  }
}

/** Describes a decoder level. Every residual block takes a skip: the first with the coarser level's
 * output, the last with the skip of the finer level. */
function upLevel(config: UnetConfig, index: number): Level {
  const {
    block_out_channels: channels,
    layers_per_block: layers,
    up_block_types: types,
    upsample_type,
  } = config
  const level = channels.length - 1 - index
  const [name, to, type] = [`up_blocks.${index}`, channels[level], types[index]]
  const kind = blockAttention(type)
  const byResnet =
    type === 'ResnetUpsampleBlock2D' || (kind !== undefined && upsample_type === 'resnet')
  const below = channels[Math.min(level + 1, channels.length - 1)]
  const above = channels[Math.max(0, level - 1)]
  return {
    resnets: range(layers + 1).map((i) => ({
      name: `${name}.resnets.${i}`,
      from: (i === 0 ? below : to) + (i === layers ? above : to),
      to,
    })),
    attentions: kind ? range(layers + 1).map((i) => attentionAt(config, kind, name, i, level)) : [],
    resample: level === 0 ? undefined : resampleTo('up', `${name}.upsamplers.0`, to, byResnet),
  }
}

function attentionAt(
  config: UnetConfig,
  kind: AttentionKind,
  block: string,
  index: number,
  level: number,
): AttentionBlock {
  const { block_out_channels: channels, attention_head_dim, norm_num_groups: groups } = config
  const width = channels[Math.min(level, channels.length - 1)]
  return {
    kind,
    // A different name, so that softmax attention is never loaded as linear attention.
    name: `${block}.${kind === 'linear' ? 'linear_attentions' : 'attentions'}.${index}`,
    channels: width,
    heads: width / (headDimAt(attention_head_dim, level) ?? width),
    groups,
    cross: kind === 'cross' ? crossAt(config as UnetConfig & TokenConfig, level) : undefined,
  }
}

const crossAt = (config: UnetConfig & TokenConfig, level: number): AttentionBlock['cross'] => ({
  layers: transformerLayersAt(config, level),
  tokenWidth: config.cross_attention_dim,
  linearProjection: config.use_linear_projection,
})

const resampleTo = (
  direction: 'down' | 'up',
  name: string,
  channels: number,
  byResnet: boolean,
): Resample =>
  byResnet
    ? { kind: 'resnet', block: { name, from: channels, to: channels, resample: direction } }
    : { kind: 'conv', name: `${name}.conv`, direction, channels }

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
