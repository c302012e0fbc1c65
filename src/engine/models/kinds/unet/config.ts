// Config of diffusers' UNet2DModel with all of its keys, parsed strictly, so that no file is
// misinterpreted; plus the cross-attention of UNet2DConditionModel.
import { MessageError } from '../../../base/errors.ts'
import { unetMessages, unetWords } from '../../../messages/unet.ts'
import type { Check } from '../configChecks.ts'
import {
  checkKeys,
  count,
  countOrNull,
  imageSide,
  isFinite,
  checkList,
  isOneOf,
  positive,
  probability,
  formatValue,
  yesOrNo,
} from '../configChecks.ts'
import type { TokenConfig } from './tokens.ts'
import { checkTokens, tokenChecks, tokenDefaults } from './tokens.ts'

/**
 * Keys and meaning of UNet2DModel in diffusers 0.40, with an extended `attention_head_dim`. Keys of
 * {@link TokenConfig} are present if and only if a block attends to tokens.
 */
export interface UnetConfig extends Partial<TokenConfig> {
  /** Side of the images, or height and width, in pixels. */
  sample_size: number | readonly [height: number, width: number]
  in_channels: number
  /** Those of the images, or twice that with a learned variance in the second half. */
  out_channels: number
  /**
   * Input channels beyond those of the images, which come last: a mask and the known pixels, or an
   * estimate of the data. Undefined for none; without a learned variance, the difference of
   * `in_channels` and `out_channels` states them already.
   */
  extra_channels?: number
  /** Input images are in [0, 1]; the model maps them to [-1, 1]. */
  center_input_sample: boolean
  /**
   * Sines and cosines of t; or of ln t with fixed random frequencies, after which the output is
   * divided by t; or a learned vector for each timestep.
   */
  time_embedding_type: TimeEmbeddingType
  /** Width of the embedding of t; null: four times the first of `block_out_channels`. */
  time_embedding_dim: number | null
  freq_shift: number
  flip_sin_to_cos: boolean
  down_block_types: readonly DownBlockType[]
  mid_block_type: MidBlockType | null
  up_block_types: readonly UpBlockType[]
  /** Channels of each level, from the finest. */
  block_out_channels: readonly number[]
  /** Residual blocks per level in the encoder; the decoder has one more. */
  layers_per_block: number
  mid_block_scale_factor: number
  /** Padding of downsampling convolutions: 1 on all sides; 0 only right and bottom, as in DDPM. */
  downsample_padding: 0 | 1
  /** Downsampling of blocks with attention; other blocks encode it in their type. */
  downsample_type: 'conv' | 'resnet'
  upsample_type: 'conv' | 'resnet'
  /** Dropout probability in residual blocks. */
  dropout: number
  act_fn: UnetActivation
  /**
   * Channels per head; null means one head. Unlike in diffusers, it may be an array with one entry
   * per level and a last one for the middle block; see {@link diffusersRefusal}.
   */
  attention_head_dim: number | null | readonly (number | null)[]
  norm_num_groups: number
  /**
   * Groups of the norm before the middle block's attention; null: `norm_num_groups`, or no norm
   * with scale_shift.
   */
  attn_norm_num_groups: number | null
  norm_eps: number
  resnet_time_scale_shift: 'default' | 'scale_shift'
  /** Attention in the middle block. */
  add_attention: boolean
  /**
   * Kind of condition: null for class labels (with `num_class_embeds`), a number like t, or a
   * vector.
   */
  class_embed_type: 'timestep' | 'identity' | null
  /** Rows of the class embedding, the last for the null label; unused with `class_embed_type`. */
  num_class_embeds: number | null
  /** Number of timesteps of a learned time embedding; others ignore it. */
  num_train_timesteps: number | null
}

/** Block types. Those with linear attention are specific to this project. */
const downBlockTypes = [
  'DownBlock2D',
  'AttnDownBlock2D',
  'ResnetDownsampleBlock2D',
  'CrossAttnDownBlock2D',
  'LinearAttnDownBlock2D',
] as const
const upBlockTypes = [
  'UpBlock2D',
  'AttnUpBlock2D',
  'ResnetUpsampleBlock2D',
  'CrossAttnUpBlock2D',
  'LinearAttnUpBlock2D',
] as const
const midBlockTypes = [
  'UNetMidBlock2D',
  'UNetMidBlock2DCrossAttn',
  'UNetMidBlock2DLinearAttn',
] as const
const timeEmbeddingTypes = ['positional', 'fourier', 'learned'] as const
const activationNames = ['silu', 'swish', 'mish', 'gelu', 'relu'] as const

export type DownBlockType = (typeof downBlockTypes)[number]
export type UpBlockType = (typeof upBlockTypes)[number]
export type MidBlockType = (typeof midBlockTypes)[number]
export type TimeEmbeddingType = (typeof timeEmbeddingTypes)[number]
export type UnetActivation = (typeof activationNames)[number]

/** diffusers' defaults; sample_size has no usable one. */
const defaults = {
  in_channels: 3,
  out_channels: 3,
  center_input_sample: false,
  time_embedding_type: 'positional' as TimeEmbeddingType,
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

/** Keys of other versions of diffusers, supported with their default only. */
const OTHER_VERSIONS: Record<string, unknown> = { attention_legacy_order: false }

/** Attention of a block: self-attention, self- and cross-attention, or linear attention. */
export type AttentionKind = 'self' | 'cross' | 'linear'

export const blockAttention = (type: string): AttentionKind | undefined =>
  type.startsWith('Attn')
    ? 'self'
    : type.startsWith('CrossAttn')
      ? 'cross'
      : type.startsWith('LinearAttn')
        ? 'linear'
        : undefined

export function middleAttention({
  mid_block_type: type,
  add_attention,
}: UnetConfig): AttentionKind | undefined {
  if (type === null || !add_attention) return undefined
  return type.endsWith('CrossAttn') ? 'cross' : type.endsWith('LinearAttn') ? 'linear' : 'self'
}

/** True if a block attends to tokens. */
export const attendsToTokens = (config: UnetConfig): boolean => attentionKinds(config).has('cross')

/** Returns all attention kinds in use. */
export const attentionKinds = (config: UnetConfig) =>
  new Set([
    ...[...config.down_block_types, ...config.up_block_types].map(blockAttention),
    middleAttention(config),
  ])

/** Fills in diffusers' defaults and checks the config. Throws Error as {@link parseUnetConfig}. */
export const unetConfig = (
  given: Partial<UnetConfig> & Pick<UnetConfig, 'sample_size'>,
): UnetConfig => parseUnetConfig(given)

/**
 * Parses the config.json of a UNet2DModel; keys that begin with `_` are ignored. Throws Error with
 * a message for users if the config is invalid or not supported.
 */
export function parseUnetConfig(json: Record<string, unknown>): UnetConfig {
  refuseUnknownKeys(json)
  const given = Object.fromEntries(Object.entries(json).filter(([key]) => isKnown(key)))
  const plain = withExtraChannels({ ...defaults, ...given } as unknown as UnetConfig)
  checkKeys(plain, checks)
  if (plain.extra_channels !== undefined) checkKeys(plain, extraChecks)
  const config = attendsToTokens(plain) ? { ...tokenDefaults, ...plain } : plain
  checkTogether(config)
  return config
}

/** States the extra channels of a config that only has fewer outputs than inputs. */
function withExtraChannels(config: UnetConfig): UnetConfig {
  const { extra_channels, in_channels, out_channels } = config
  if (extra_channels !== undefined || !(out_channels < in_channels)) return config
  return { ...config, extra_channels: in_channels - out_channels }
}

function refuseUnknownKeys(json: Record<string, unknown>) {
  for (const [key, value] of Object.entries(json)) {
    if (key.startsWith('_') || isKnown(key)) continue
    if (Object.hasOwn(OTHER_VERSIONS, key) && OTHER_VERSIONS[key] === value) continue
    throw new MessageError(unetMessages.unknownKey({ key, value: formatValue(value) }))
  }
}

const isKnown = (key: string) =>
  [checks, extraChecks, tokenChecks].some((list) => Object.hasOwn(list, key))

const OTHER_BLOCKS = unetMessages.otherBlocks()

const extraChecks = { extra_channels: count }

const checks: { [K in Exclude<keyof UnetConfig, keyof TokenConfig | 'extra_channels'>]: Check } = {
  sample_size: imageSide,
  in_channels: count,
  out_channels: count,
  center_input_sample: yesOrNo,
  time_embedding_type: isOneOf(timeEmbeddingTypes),
  time_embedding_dim: countOrNull,
  freq_shift: { holds: isFinite, expected: unetWords.number() },
  flip_sin_to_cos: yesOrNo,
  down_block_types: checkList(isOneOf(downBlockTypes, OTHER_BLOCKS)),
  mid_block_type: isOneOf([...midBlockTypes, null]),
  up_block_types: checkList(isOneOf(upBlockTypes, OTHER_BLOCKS)),
  block_out_channels: checkList(count),
  layers_per_block: count,
  mid_block_scale_factor: positive,
  downsample_padding: isOneOf([0, 1]),
  downsample_type: isOneOf(['conv', 'resnet']),
  upsample_type: isOneOf(['conv', 'resnet']),
  dropout: probability,
  act_fn: isOneOf(activationNames),
  attention_head_dim: {
    holds: (value) =>
      countOrNull.holds(value) || (Array.isArray(value) && value.every(countOrNull.holds)),
    expected: unetWords.headCount(),
  },
  norm_num_groups: count,
  attn_norm_num_groups: countOrNull,
  norm_eps: positive,
  resnet_time_scale_shift: isOneOf(['default', 'scale_shift'], unetMessages.otherShifts()),
  add_attention: yesOrNo,
  class_embed_type: isOneOf([null, 'timestep', 'identity']),
  num_class_embeds: countOrNull,
  num_train_timesteps: countOrNull,
}

function checkTogether(config: UnetConfig) {
  const {
    block_out_channels: channels,
    out_channels,
    norm_num_groups: groups,
    attn_norm_num_groups,
  } = config
  const levels = channels.length
  for (const key of ['down_block_types', 'up_block_types'] as const) {
    if (config[key].length === levels) continue
    throw new MessageError(unetMessages.entries({ key, got: config[key].length, expected: levels }))
  }
  const images = imageChannels(config)
  if (images < 1 || (out_channels !== images && out_channels !== 2 * images)) {
    throw new MessageError(unetMessages.channels({ images, outputs: out_channels }))
  }
  for (const width of channels) {
    if (width % groups) throw new MessageError(unetMessages.groups({ groups, channels: width }))
  }
  if (attn_norm_num_groups && channels.at(-1)! % attn_norm_num_groups) {
    throw new MessageError(
      unetMessages.middleGroups({ groups: attn_norm_num_groups, channels: channels.at(-1) }),
    )
  }
  checkTokenKeys(config)
  checkHeads(config)
  checkSize(config)
  checkEmbedding(config)
}

/** Checks that token keys are present if and only if a block attends to tokens. */
function checkTokenKeys(config: UnetConfig) {
  const { mid_block_type: type, add_attention } = config
  if (type !== null && type !== 'UNetMidBlock2D' && !add_attention) {
    throw new MessageError(unetMessages.middleAttention({ type }))
  }
  if (attendsToTokens(config)) {
    checkKeys(config, tokenChecks)
    return checkTokens(config as UnetConfig & TokenConfig)
  }
  const extra = Object.keys(tokenChecks).find((key) => Object.hasOwn(config, key))
  if (extra) throw new MessageError(unetMessages.unusedTokens({ key: extra }))
}

function checkHeads({
  attention_head_dim: dims,
  block_out_channels: channels,
  ...config
}: UnetConfig) {
  const levels = channels.length
  if (Array.isArray(dims) && dims.length !== levels + 1) {
    throw new MessageError(unetMessages.headEntries({ got: dims.length, expected: levels + 1 }))
  }
  const checkDivides = (level: number, channels: number) => {
    const dim = headDimAt(dims, level)
    if (!dim || channels % dim === 0) return
    throw new MessageError(
      level === levels
        ? unetMessages.headsOfMiddle({ channels, dim })
        : unetMessages.headsOfLevel({ channels, level, dim }),
    )
  }
  channels.forEach((width, level) => {
    const types = [config.down_block_types[level], config.up_block_types[levels - 1 - level]]
    if (types.some(blockAttention)) checkDivides(level, width)
  })
  if (config.mid_block_type && config.add_attention) checkDivides(levels, channels.at(-1)!)
}

function checkSize(config: UnetConfig) {
  const parts = 2 ** (config.block_out_channels.length - 1)
  if (imageSize(config).every((side) => side % parts === 0)) return
  throw new MessageError(
    unetMessages.size({
      got: formatValue(config.sample_size),
      levels: config.block_out_channels.length,
      multiple: parts,
    }),
  )
}

function checkEmbedding({
  block_out_channels,
  freq_shift,
  time_embedding_type: type,
  num_train_timesteps,
  class_embed_type,
}: UnetConfig) {
  if (type === 'learned' && num_train_timesteps === null)
    throw new MessageError(unetMessages.learnedTimes())
  if (type !== 'positional' && class_embed_type === 'timestep')
    throw new MessageError(unetMessages.embeddedTwice({ type }))
  if (type !== 'positional') return
  if (Math.floor(block_out_channels[0] / 2) - freq_shift <= 0) {
    throw new MessageError(
      unetMessages.firstLevel({ channels: block_out_channels[0], shift: freq_shift }),
    )
  }
}

/** Returns height and width of the images. */
export function imageSize({
  sample_size: size,
}: UnetConfig): readonly [height: number, width: number] {
  return typeof size === 'number' ? [size, size] : size
}

/** Channels of the images. */
export const imageChannels = ({ in_channels, extra_channels = 0 }: UnetConfig): number =>
  in_channels - extra_channels

/** Width of the embedding of t and of the condition. */
export const timeEmbeddingWidth = ({
  time_embedding_dim,
  block_out_channels,
}: UnetConfig): number => time_embedding_dim ?? 4 * block_out_channels[0]

/**
 * Channels per head at a level; the middle block is the index after the last level. Null: one head.
 */
export const headDimAt = (dims: UnetConfig['attention_head_dim'], level: number): number | null =>
  Array.isArray(dims) ? (dims as readonly (number | null)[])[level]! : (dims as number | null)
