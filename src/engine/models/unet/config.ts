// The config of diffusers' UNet2DModel: every key there, read strictly, so that no file is ever evaluated as something
// that it is not. With it what a UNet2DConditionModel has beyond: blocks that attend to tokens.
import type { Check } from './checks.ts'
import { checkKeys, count, countOrNull, isCount, isFinite, listOf, oneOf, positive, show, yesOrNo } from './checks.ts'
import type { TokenConfig } from './tokens.ts'
import { checkTokens, tokenChecks, tokenDefaults } from './tokens.ts'

/**
 * Its keys and their meaning are those of UNet2DModel in diffusers 0.40; `attention_head_dim` alone may say more, see there.
 * Keys of {@link TokenConfig} are there if, and only if, some block attends to tokens.
 */
export interface UnetConfig extends Partial<TokenConfig> {
  /** Side of the images, or height and width, in pixels. */
  sample_size: number | readonly [height: number, width: number]
  in_channels: number
  /** The same as `in_channels`; twice as many if it says a variance too, in the second half. */
  out_channels: number
  /** Takes images in [0, 1] and brings them to [-1, 1] itself: 2 x - 1. */
  center_input_sample: boolean
  time_embedding_type: 'positional'
  /** Width of the embedding of t; null: four times the first of `block_out_channels`. */
  time_embedding_dim: number | null
  freq_shift: number
  flip_sin_to_cos: boolean
  down_block_types: readonly DownBlockType[]
  mid_block_type: MidBlockType | null
  up_block_types: readonly UpBlockType[]
  /** Channels of each level, from the finest. */
  block_out_channels: readonly number[]
  /** Residual blocks of a level on the way down; on the way up there is one more. */
  layers_per_block: number
  mid_block_scale_factor: number
  /** 1: zeros on all sides before a downsampling convolution; 0: on the right and at the bottom alone, as in DDPM. */
  downsample_padding: 0 | 1
  /** How the blocks with attention go to the next level; the others say it by their type. */
  downsample_type: 'conv' | 'resnet'
  upsample_type: 'conv' | 'resnet'
  /** The share of numbers that a residual block sets to zero while it is trained. */
  dropout: number
  act_fn: UnetActivation
  /**
   * Channels of a head; null: one head. Beyond diffusers it may be an array with an entry for each level and one more,
   * the last, for the middle block; {@link diffusersRefusal}.
   */
  attention_head_dim: number | null | readonly (number | null)[]
  norm_num_groups: number
  /** Groups of the norm before the attention of the middle block; null: `norm_num_groups`, or no norm under scale_shift. */
  attn_norm_num_groups: number | null
  norm_eps: number
  resnet_time_scale_shift: 'default' | 'scale_shift'
  /** Attention in the middle block. */
  add_attention: boolean
  /** What a condition is where there is one: null: class labels, if `num_class_embeds`; a number like t; a vector. */
  class_embed_type: 'timestep' | 'identity' | null
  /** Rows of the table of class embeddings, the last for "no label"; without a meaning where there is a `class_embed_type`. */
  num_class_embeds: number | null
  /** Only learned time embeddings use it. */
  num_train_timesteps: number | null
}

/** Those with linear attention are of this program alone. */
const downBlockTypes = [
  'DownBlock2D',
  'AttnDownBlock2D',
  'ResnetDownsampleBlock2D',
  'CrossAttnDownBlock2D',
  'LinearAttnDownBlock2D',
] as const
const upBlockTypes = ['UpBlock2D', 'AttnUpBlock2D', 'ResnetUpsampleBlock2D', 'CrossAttnUpBlock2D', 'LinearAttnUpBlock2D'] as const
const midBlockTypes = ['UNetMidBlock2D', 'UNetMidBlock2DCrossAttn', 'UNetMidBlock2DLinearAttn'] as const
const activationNames = ['silu', 'swish', 'mish', 'gelu', 'relu'] as const

export type DownBlockType = (typeof downBlockTypes)[number]
export type UpBlockType = (typeof upBlockTypes)[number]
export type MidBlockType = (typeof midBlockTypes)[number]
export type UnetActivation = (typeof activationNames)[number]

/** What diffusers takes where a config says nothing; for sample_size it has no default that an image could have. */
const defaults = {
  in_channels: 3,
  out_channels: 3,
  center_input_sample: false,
  time_embedding_type: 'positional',
  time_embedding_dim: null,
  freq_shift: 0,
  flip_sin_to_cos: true,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
  mid_block_type: 'UNetMidBlock2D',
  up_block_types: ['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  block_out_channels: [224, 448, 672, 896],
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  downsample_padding: 1,
  downsample_type: 'conv',
  upsample_type: 'conv',
  dropout: 0,
  act_fn: 'silu',
  attention_head_dim: 8,
  norm_num_groups: 32,
  attn_norm_num_groups: null,
  norm_eps: 1e-5,
  resnet_time_scale_shift: 'default',
  add_attention: true,
  class_embed_type: null,
  num_class_embeds: null,
  num_train_timesteps: null,
} satisfies Omit<UnetConfig, 'sample_size'>

/** A key of some versions of diffusers; only its default is known here. */
const OTHER_VERSIONS: Record<string, unknown> = { attention_legacy_order: false }

/** How a block attends: every pixel to every pixel; so, and to tokens; or in linear time. */
export type AttentionKind = 'self' | 'cross' | 'linear'

export const attentionOf = (type: string): AttentionKind | undefined =>
  type.startsWith('Attn') ? 'self' : type.startsWith('CrossAttn') ? 'cross' : type.startsWith('LinearAttn') ? 'linear' : undefined

export function middleAttentionOf({ mid_block_type: type, add_attention }: UnetConfig): AttentionKind | undefined {
  if (type === null || !add_attention) return undefined
  return type.endsWith('CrossAttn') ? 'cross' : type.endsWith('LinearAttn') ? 'linear' : 'self'
}

/** Whether any block attends to tokens. */
export const attendsToTokens = (config: UnetConfig): boolean => attentionKinds(config).has('cross')

/** All that occur. */
export const attentionKinds = (config: UnetConfig) =>
  new Set([...[...config.down_block_types, ...config.up_block_types].map(attentionOf), middleAttentionOf(config)])

/** A config with diffusers' defaults for what is not given, checked. Throws Error, for people, as {@link parseUnetConfig}. */
export const unetConfig = (given: Partial<UnetConfig> & Pick<UnetConfig, 'sample_size'>): UnetConfig => parseUnetConfig(given)

/**
 * Reads the config.json of a UNet2DModel; keys that begin with `_` are not looked at. Throws Error with a message for
 * people: what is wrong in it, or what in it cannot be done here.
 */
export function parseUnetConfig(json: Record<string, unknown>): UnetConfig {
  refuseUnknownKeys(json)
  const given = Object.fromEntries(Object.entries(json).filter(([key]) => isKnown(key)))
  const plain = { ...defaults, ...given } as unknown as UnetConfig
  checkKeys(plain, checks)
  const config = attendsToTokens(plain) ? { ...tokenDefaults, ...plain } : plain
  checkTogether(config)
  return config
}

function refuseUnknownKeys(json: Record<string, unknown>) {
  for (const [key, value] of Object.entries(json)) {
    if (key.startsWith('_') || isKnown(key)) continue
    if (Object.hasOwn(OTHER_VERSIONS, key) && OTHER_VERSIONS[key] === value) continue
    throw new Error(`${key} of the UNet is ${show(value)}: what this does is not known here.`)
  }
}

const isKnown = (key: string) => Object.hasOwn(checks, key) || Object.hasOwn(tokenChecks, key)

const OTHER_BLOCKS = 'Blocks with skip, FIR or K filters are not supported, nor those of simple cross-attention.'

const checks: { [K in Exclude<keyof UnetConfig, keyof TokenConfig>]: Check } = {
  sample_size: {
    holds: (value) => isCount(value) || (Array.isArray(value) && value.length === 2 && value.every(isCount)),
    expected: 'the side of the images in pixels, or [height, width]',
  },
  in_channels: count,
  out_channels: count,
  center_input_sample: yesOrNo,
  time_embedding_type: oneOf(['positional'], 'Fourier features and learned embeddings of t are not supported.'),
  time_embedding_dim: countOrNull,
  freq_shift: { holds: isFinite, expected: 'a number' },
  flip_sin_to_cos: yesOrNo,
  down_block_types: listOf(oneOf(downBlockTypes, OTHER_BLOCKS)),
  mid_block_type: oneOf([...midBlockTypes, null]),
  up_block_types: listOf(oneOf(upBlockTypes, OTHER_BLOCKS)),
  block_out_channels: listOf(count),
  layers_per_block: count,
  mid_block_scale_factor: positive,
  downsample_padding: oneOf([0, 1]),
  downsample_type: oneOf(['conv', 'resnet']),
  upsample_type: oneOf(['conv', 'resnet']),
  dropout: { holds: (value) => isFinite(value) && value >= 0 && value < 1, expected: 'a share from 0 to below 1' },
  act_fn: oneOf(activationNames),
  attention_head_dim: {
    holds: (value) => countOrNull.holds(value) || (Array.isArray(value) && value.every(countOrNull.holds)),
    expected: 'a whole number above 0, or null for one head',
  },
  norm_num_groups: count,
  attn_norm_num_groups: countOrNull,
  norm_eps: positive,
  resnet_time_scale_shift: oneOf(['default', 'scale_shift'], 'Other ways to bring the embedding in are not supported.'),
  add_attention: yesOrNo,
  class_embed_type: oneOf([null, 'timestep', 'identity']),
  num_class_embeds: countOrNull,
  num_train_timesteps: countOrNull,
}

function checkTogether(config: UnetConfig) {
  const { block_out_channels: channels, in_channels, out_channels, norm_num_groups: groups, attn_norm_num_groups } = config
  const levels = channels.length
  for (const key of ['down_block_types', 'up_block_types'] as const) {
    if (config[key].length === levels) continue
    throw new Error(`${key} of the UNet has ${config[key].length} entries, but block_out_channels has ${levels}.`)
  }
  if (out_channels !== in_channels && out_channels !== 2 * in_channels) {
    throw new Error(
      `The UNet takes ${in_channels} channels and gives ${out_channels}: that is neither as many nor, with a variance, twice as many.`,
    )
  }
  for (const width of channels) {
    if (width % groups)
      throw new Error(`norm_num_groups of the UNet is ${groups}, but a level has ${width} channels, no multiple of it.`)
  }
  if (attn_norm_num_groups && channels.at(-1)! % attn_norm_num_groups) {
    throw new Error(
      `attn_norm_num_groups of the UNet is ${attn_norm_num_groups}, but the middle block has ${channels.at(-1)} channels.`,
    )
  }
  checkTokenKeys(config)
  checkHeads(config)
  checkSize(config)
  checkEmbedding(config)
}

/** Keys of tokens are there with the blocks that attend to them, and only then. */
function checkTokenKeys(config: UnetConfig) {
  const { mid_block_type: type, add_attention } = config
  if (type !== null && type !== 'UNetMidBlock2D' && !add_attention) {
    throw new Error(`mid_block_type of the UNet is "${type}", but add_attention is false.`)
  }
  if (attendsToTokens(config)) {
    checkKeys(config, tokenChecks)
    return checkTokens(config as UnetConfig & TokenConfig)
  }
  const extra = Object.keys(tokenChecks).find((key) => Object.hasOwn(config, key))
  if (extra) throw new Error(`The UNet has ${extra}, but no block of it attends to tokens.`)
}

function checkHeads({ attention_head_dim: dims, block_out_channels: channels, ...config }: UnetConfig) {
  const levels = channels.length
  if (Array.isArray(dims) && dims.length !== levels + 1) {
    throw new Error(
      `attention_head_dim of the UNet has ${dims.length} entries, but has to have ${levels + 1}: one for each level and one for the middle block.`,
    )
  }
  const check = (level: number, width: number, where: string) => {
    const dim = headDimAt(dims, level)
    if (dim && width % dim)
      throw new Error(`attention_head_dim of the UNet is ${dim}, but ${where} has ${width} channels, no multiple of it.`)
  }
  channels.forEach((width, level) => {
    const types = [config.down_block_types[level]!, config.up_block_types[levels - 1 - level]!]
    if (types.some(attentionOf)) check(level, width, `level ${level}`)
  })
  if (config.mid_block_type && config.add_attention) check(levels, channels.at(-1)!, 'the middle block')
}

function checkSize(config: UnetConfig) {
  const parts = 2 ** (config.block_out_channels.length - 1)
  if (sizeOf(config).every((side) => side % parts === 0)) return
  throw new Error(
    `sample_size of the UNet is ${show(config.sample_size)}, but ${config.block_out_channels.length} levels halve it to a multiple of ${parts}.`,
  )
}

function checkEmbedding({ block_out_channels, freq_shift }: UnetConfig) {
  if (Math.floor(block_out_channels[0]! / 2) - freq_shift <= 0) {
    throw new Error(
      `The first level of the UNet has ${block_out_channels[0]} channels: too few to embed t with freq_shift ${freq_shift}.`,
    )
  }
}

/** Height and width of the images. */
export function sizeOf({ sample_size: size }: UnetConfig): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size
}

/** Width of the embedding of t, and of a condition. */
export const timeWidthOf = ({ time_embedding_dim, block_out_channels }: UnetConfig): number =>
  time_embedding_dim ?? 4 * block_out_channels[0]!

/** Channels of a head at a level, or in the middle block, which is the one after the last; null: one head. */
export const headDimAt = (dims: UnetConfig['attention_head_dim'], level: number): number | null =>
  Array.isArray(dims) ? (dims as readonly (number | null)[])[level]! : (dims as number | null)
