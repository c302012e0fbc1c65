// Config of diffusers' AutoencoderTiny with all of its keys, parsed strictly, so that no file is
// misinterpreted.
import { MessageError } from '../../../base/errors.ts'
import { unetWords } from '../../../messages/unet.ts'
import { vaeMessages } from '../../../messages/vae.ts'
import type { Check } from '../configChecks.ts'
import {
  checkKeys,
  checkList,
  count,
  formatValue,
  isFinite,
  isOneOf,
  knownKeys,
  positive,
  yesOrNo,
} from '../configChecks.ts'
import { blocksPerLevel } from './klConfig.ts'

/** Keys and meaning of AutoencoderTiny in diffusers 0.40. */
export interface TinyConfig {
  in_channels: number
  out_channels: number
  /** Channels of a latent. */
  latent_channels: number
  /** Channels of each level of the encoder, all equal, from the finest. */
  encoder_block_out_channels: readonly number[]
  /** Channels of each level of the decoder, all equal, from the coarsest. */
  decoder_block_out_channels: readonly number[]
  /** A copy of those of the decoder. */
  block_out_channels: readonly number[]
  /** Blocks of each level of the encoder, from the finest. */
  num_encoder_blocks: readonly number[]
  /** Blocks of each level of the decoder, from the coarsest. */
  num_decoder_blocks: readonly number[]
  act_fn: 'relu'
  upsample_fn: 'nearest'
  upsampling_scaling_factor: 2
  /** Latents from -latent_magnitude to latent_magnitude become bytes, if latent_shift is 0.5. */
  latent_magnitude: number
  latent_shift: number
  /** Diffusion models take (z - shift_factor) scaling_factor. */
  scaling_factor: number
  shift_factor: number
  /** Affects half-precision computation only. */
  force_upcast: boolean
}

/** diffusers' defaults, and the decoder's channels for their copy. */
const defaults: Omit<TinyConfig, 'block_out_channels'> = {
  in_channels: 3,
  out_channels: 3,
  latent_channels: 4,
  encoder_block_out_channels: [64, 64, 64, 64],
  decoder_block_out_channels: [64, 64, 64, 64],
  num_encoder_blocks: [1, 3, 3, 3],
  num_decoder_blocks: [3, 3, 3, 1],
  act_fn: 'relu',
  upsample_fn: 'nearest',
  upsampling_scaling_factor: 2,
  latent_magnitude: 3,
  latent_shift: 0.5,
  scaling_factor: 1,
  shift_factor: 0,
  force_upcast: false,
}

const number: Check = { holds: isFinite, expected: unetWords.number() }

const checks: { [K in keyof TinyConfig]: Check } = {
  in_channels: count,
  out_channels: count,
  latent_channels: count,
  encoder_block_out_channels: checkList(count),
  decoder_block_out_channels: checkList(count),
  block_out_channels: checkList(count),
  num_encoder_blocks: checkList(blocksPerLevel(0)),
  num_decoder_blocks: checkList(blocksPerLevel(0)),
  act_fn: isOneOf(['relu'], vaeMessages.otherActivation()),
  upsample_fn: isOneOf(['nearest'], vaeMessages.otherUpsampling()),
  upsampling_scaling_factor: isOneOf([2], vaeMessages.otherUpsampling()),
  latent_magnitude: positive,
  latent_shift: number,
  scaling_factor: positive,
  shift_factor: number,
  force_upcast: yesOrNo,
}

/**
 * Parses the config.json of an AutoencoderTiny and fills in diffusers' defaults; keys that begin
 * with `_` are ignored. Throws Error with a message for users if the config is invalid or not
 * supported.
 */
export function parseTinyConfig(json: Record<string, unknown>): TinyConfig {
  const given = knownKeys(json, checks, {}, vaeMessages.unknownKey) as Partial<TinyConfig>
  const named = { ...defaults, ...given }
  const config = { block_out_channels: named.decoder_block_out_channels, ...named }
  checkKeys(config, checks, vaeMessages.wrongKey)
  const { length } = config.encoder_block_out_channels
  for (const key of ['encoder_block_out_channels', 'decoder_block_out_channels'] as const) {
    const [first, ...others] = config[key]
    if (others.some((channels) => channels !== first))
      throw new MessageError(vaeMessages.equalWidths({ key, got: formatValue(config[key]) }))
  }
  for (const key of [
    'decoder_block_out_channels',
    'num_encoder_blocks',
    'num_decoder_blocks',
  ] as const)
    if (config[key].length !== length)
      throw new MessageError(
        vaeMessages.entries({ key, expected: length, got: config[key].length }),
      )
  return config
}
