// Config keys of cross-attention: those of diffusers' UNet2DConditionModel, and a label table.
import { MessageError } from '../../../base/errors.ts'
import { unetMessages, unetWords } from '../../../messages/unet.ts'
import type { Check } from '../configChecks.ts'
import { count, countOrNull, isCount, checkList, yesOrNo } from '../configChecks.ts'

/** The first four are those of UNet2DConditionModel in diffusers 0.40. */
export interface TokenConfig {
  /** Width of the tokens that keys and values are computed from. */
  cross_attention_dim: number
  /**
   * Width of the input tokens if a linear layer projects them to `cross_attention_dim`; null
   * without one.
   */
  encoder_hid_dim: number | null
  /**
   * Transformer blocks per attention block: one number, or one per level; the middle block uses the
   * last.
   */
  transformer_layers_per_block: number | readonly number[]
  /** Uses linear layers around the transformer blocks instead of 1 x 1 convolutions. */
  use_linear_projection: boolean
  /** Rows of the label table, the last for the null label; null if tokens are input as vectors. */
  num_token_embeds: number | null
  /** Labels per item, each position with an added embedding. */
  num_tokens: number
}

export const tokenDefaults: TokenConfig = {
  cross_attention_dim: 1280,
  encoder_hid_dim: null,
  transformer_layers_per_block: 1,
  use_linear_projection: false,
  num_token_embeds: null,
  num_tokens: 1,
}

/** Sanity limit on transformer blocks, to bound the work on untrusted configs. */
const MOST_LAYERS = 64

const layers: Check = {
  holds: (value) => isCount(value) && value <= MOST_LAYERS,
  expected: unetWords.integerTo({ most: MOST_LAYERS }),
}

export const tokenChecks: { [K in keyof TokenConfig]: Check } = {
  cross_attention_dim: count,
  encoder_hid_dim: countOrNull,
  transformer_layers_per_block: {
    holds: (value) => layers.holds(value) || checkList(layers).holds(value),
    expected: unetWords.orList({ item: layers.expected }),
  },
  use_linear_projection: yesOrNo,
  num_token_embeds: countOrNull,
  num_tokens: count,
}

/** Throws Error with a message for users if keys conflict. */
export function checkTokens(
  config: TokenConfig & { block_out_channels: readonly number[] } & Embedded,
) {
  const { transformer_layers_per_block: layers, block_out_channels: channels } = config
  if (Array.isArray(layers) && layers.length !== channels.length) {
    throw new MessageError(
      unetMessages.entries({
        key: 'transformer_layers_per_block',
        got: layers.length,
        expected: channels.length,
      }),
    )
  }
  if (config.num_token_embeds !== null && config.encoder_hid_dim !== null) {
    throw new MessageError(unetMessages.twoTokens())
  }
  const hasLabels = config.class_embed_type === null && config.num_class_embeds !== null
  if (hasLabels && config.num_token_embeds !== null)
    throw new MessageError(unetMessages.twoLabels())
}

interface Embedded {
  class_embed_type: string | null
  num_class_embeds: number | null
}

/** Transformer blocks per attention block of a level; the middle block uses the last. */
export const transformerLayersAt = (
  { transformer_layers_per_block: layers }: Pick<TokenConfig, 'transformer_layers_per_block'>,
  level: number,
) => (typeof layers === 'number' ? layers : layers[Math.min(level, layers.length - 1)])
