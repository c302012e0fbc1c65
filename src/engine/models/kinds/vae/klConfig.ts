// Config of diffusers' AutoencoderKL with all of its keys, parsed strictly, so that no file is
// misinterpreted.
import { MessageError } from '../../../base/errors.ts'
import type { Activation } from '../../../layers/activations.ts'
import { unetWords } from '../../../messages/unet.ts'
import { vaeMessages } from '../../../messages/vae.ts'
import type { Check } from '../configChecks.ts'
import {
  checkKeys,
  checkList,
  count,
  imageSide,
  isCount,
  isFinite,
  isOneOf,
  knownKeys,
  positive,
  yesOrNo,
} from '../configChecks.ts'

/** Keys and meaning of AutoencoderKL in diffusers 0.40. */
export interface KlConfig {
  /** Side of the images it was trained on, in pixels. It encodes other sizes as well. */
  sample_size: number | readonly [height: number, width: number]
  in_channels: number
  out_channels: number
  /** Channels of a latent. The encoder returns a mean and a log-variance of as many. */
  latent_channels: number
  down_block_types: readonly 'DownEncoderBlock2D'[]
  up_block_types: readonly 'UpDecoderBlock2D'[]
  /** Channels of each level, from the finest; each next level has half the resolution. */
  block_out_channels: readonly number[]
  /** Residual blocks per level of the encoder; the decoder has one more. */
  layers_per_block: number
  act_fn: KlActivation
  norm_num_groups: number
  /** Self-attention of one head in the middle blocks. */
  mid_block_add_attention: boolean
  /** 1 x 1 convolution of the moments. */
  use_quant_conv: boolean
  /** 1 x 1 convolution of the latents before the decoder. */
  use_post_quant_conv: boolean
  /** Diffusion models take (z - shift_factor) scaling_factor, whose deviation is about 1. */
  scaling_factor: number
  shift_factor: number | null
  latents_mean: null
  latents_std: null
  /** Affects half-precision computation only. */
  force_upcast: boolean
}

const activationNames = ['silu', 'swish', 'mish', 'gelu', 'relu'] as const
type KlActivation = (typeof activationNames)[number]

/** diffusers' defaults. */
const defaults: KlConfig = {
  sample_size: 32,
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  down_block_types: ['DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D'],
  block_out_channels: [64],
  layers_per_block: 1,
  act_fn: 'silu',
  norm_num_groups: 32,
  mid_block_add_attention: true,
  use_quant_conv: true,
  use_post_quant_conv: true,
  scaling_factor: 0.18215,
  shift_factor: null,
  latents_mean: null,
  latents_std: null,
  force_upcast: true,
}

/** Sanity limit, to bound the work on untrusted configs. */
const MOST_BLOCKS = 64

const finiteOrNull: Check = {
  holds: (value) => value === null || isFinite(value),
  expected: unetWords.number(),
}

/** Number of blocks of a level. */
export const blocksPerLevel = (least: 0 | 1): Check => ({
  holds: (value) => (value === 0 && least === 0) || (isCount(value) && value <= MOST_BLOCKS),
  expected:
    least === 0
      ? unetWords.integerFromZero({ most: MOST_BLOCKS })
      : unetWords.integerTo({ most: MOST_BLOCKS }),
})

const checks: { [K in keyof KlConfig]: Check } = {
  sample_size: imageSide,
  in_channels: count,
  out_channels: count,
  latent_channels: count,
  down_block_types: checkList(isOneOf(['DownEncoderBlock2D'], vaeMessages.otherBlocks())),
  up_block_types: checkList(isOneOf(['UpDecoderBlock2D'], vaeMessages.otherBlocks())),
  block_out_channels: checkList(count),
  layers_per_block: blocksPerLevel(1),
  act_fn: isOneOf(activationNames, vaeMessages.otherActivation()),
  norm_num_groups: count,
  mid_block_add_attention: yesOrNo,
  use_quant_conv: yesOrNo,
  use_post_quant_conv: yesOrNo,
  scaling_factor: positive,
  shift_factor: finiteOrNull,
  latents_mean: isOneOf([null], vaeMessages.otherStatistics()),
  latents_std: isOneOf([null], vaeMessages.otherStatistics()),
  force_upcast: yesOrNo,
}

/**
 * Parses the config.json of an AutoencoderKL and fills in diffusers' defaults; keys that begin with
 * `_` are ignored. Throws Error with a message for users if the config is invalid or not supported.
 */
export function parseKlConfig(json: Record<string, unknown>): KlConfig {
  const given = knownKeys(json, checks, {}, vaeMessages.unknownKey)
  const config = { ...defaults, ...(given as Partial<KlConfig>) }
  checkKeys(config, checks, vaeMessages.wrongKey)
  const { block_out_channels: widths, norm_num_groups: groups } = config
  for (const key of ['down_block_types', 'up_block_types'] as const) {
    const { length } = config[key]
    if (length !== widths.length)
      throw new MessageError(vaeMessages.entries({ key, expected: widths.length, got: length }))
  }
  const uneven = widths.find((channels) => channels % groups)
  if (uneven !== undefined) throw new MessageError(vaeMessages.groups({ groups, channels: uneven }))
  return config
}

export const klActivation = ({ act_fn }: KlConfig): Activation =>
  act_fn === 'swish' ? 'silu' : act_fn

/** Height and width of the images that an autoencoder was trained on. */
export const klSize = ({ sample_size: size }: KlConfig): readonly [height: number, width: number] =>
  typeof size === 'number' ? [size, size] : size
