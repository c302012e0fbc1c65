// What a UNet is made of, in diffusers' names: blocks, the layers in them, and their sizes. Shapes, first weights, evaluation
// and the summary all walk this one description.
import type { AttentionKind, UnetConfig } from './config.ts'
import { attentionOf, headDimAt, middleAttentionOf, timeWidthOf } from './config.ts'
import type { TokenConfig } from './tokens.ts'
import { transformerLayersAt } from './tokens.ts'

export interface ResnetBlock {
  name: string
  from: number
  to: number
  /** Halves or doubles the size of the image as well. */
  resample?: 'down' | 'up'
}

export interface AttentionBlock {
  kind: AttentionKind
  name: string
  channels: number
  heads: number
  /** Groups of the norm in front; none without. */
  groups: number | undefined
  /** Where it attends to tokens. */
  cross: { layers: number; tokenWidth: number; linearProjection: boolean } | undefined
}

/** To the next level: by a convolution, or by a residual block that resamples. */
export type Resample =
  | { kind: 'conv'; name: string; direction: 'down' | 'up'; channels: number }
  | { kind: 'resnet'; block: ResnetBlock }

/** Residual blocks, each with its attention if the level has any, and the way to the next level. */
export interface Level {
  resnets: ResnetBlock[]
  attentions: AttentionBlock[]
  resample: Resample | undefined
}

export interface UnetStructure {
  /** Sines and cosines of t, and what its MLP makes of them. */
  time: { from: number; to: number }
  /** From the finest level; what is saved for the way up are the outputs of conv_in, of each layer and of each resample. */
  down: Level[]
  middle: { resnets: [ResnetBlock, ResnetBlock]; attention: AttentionBlock | undefined } | undefined
  /** From the coarsest level. */
  up: Level[]
}

export function unetStructure(config: UnetConfig): UnetStructure {
  const { block_out_channels: channels } = config
  return {
    time: { from: channels[0]!, to: timeWidthOf(config) },
    down: channels.map((_, level) => downLevel(config, level)),
    middle: config.mid_block_type === null ? undefined : middleOf(config),
    up: channels.map((_, index) => upLevel(config, index)),
  }
}

function downLevel(config: UnetConfig, level: number): Level {
  const { block_out_channels: channels, layers_per_block: layers, down_block_types: types, downsample_type } = config
  const [name, to, type] = [`down_blocks.${level}`, channels[level]!, types[level]!]
  const kind = attentionOf(type)
  const byResnet = type === 'ResnetDownsampleBlock2D' || (kind !== undefined && downsample_type === 'resnet')
  return {
    resnets: range(layers).map((i) => ({
      name: `${name}.resnets.${i}`,
      from: i === 0 ? channels[Math.max(0, level - 1)]! : to,
      to,
    })),
    attentions: kind ? range(layers).map((i) => attentionAt(config, kind, name, i, level)) : [],
    resample: level === channels.length - 1 ? undefined : resampleTo('down', `${name}.downsamplers.0`, to, byResnet),
  }
}

function middleOf(config: UnetConfig): UnetStructure['middle'] {
  const { block_out_channels: channels, attn_norm_num_groups, norm_num_groups, resnet_time_scale_shift } = config
  const width = channels.at(-1)!
  const resnet = (i: number): ResnetBlock => ({ name: `mid_block.resnets.${i}`, from: width, to: width })
  const groups = attn_norm_num_groups ?? (resnet_time_scale_shift === 'default' ? norm_num_groups : undefined)
  const kind = middleAttentionOf(config)
  const attention = kind && attentionAt(config, kind, 'mid_block', 0, channels.length)
  return { resnets: [resnet(0), resnet(1)], attention: attention?.kind === 'self' ? { ...attention, groups } : attention }
}

/** The first resnet takes what comes from below, the last the skip of the level above, all of them a skip. */
function upLevel(config: UnetConfig, index: number): Level {
  const { block_out_channels: channels, layers_per_block: layers, up_block_types: types, upsample_type } = config
  const level = channels.length - 1 - index
  const [name, to, type] = [`up_blocks.${index}`, channels[level]!, types[index]!]
  const kind = attentionOf(type)
  const byResnet = type === 'ResnetUpsampleBlock2D' || (kind !== undefined && upsample_type === 'resnet')
  const below = channels[Math.min(level + 1, channels.length - 1)]!
  const above = channels[Math.max(0, level - 1)]!
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

function attentionAt(config: UnetConfig, kind: AttentionKind, block: string, index: number, level: number): AttentionBlock {
  const { block_out_channels: channels, attention_head_dim, norm_num_groups: groups } = config
  const width = channels[Math.min(level, channels.length - 1)]!
  return {
    kind,
    // Another name for what computes something else: a softmax block must not be read as a linear one.
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

const resampleTo = (direction: 'down' | 'up', name: string, channels: number, byResnet: boolean): Resample =>
  byResnet
    ? { kind: 'resnet', block: { name, from: channels, to: channels, resample: direction } }
    : { kind: 'conv', name: `${name}.conv`, direction, channels }

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
