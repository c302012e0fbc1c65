// What a UNet that attends to tokens has in its config: keys of diffusers' UNet2DConditionModel, and a table of labels.
import type { Check } from './checks.ts'
import { count, countOrNull, isCount, listOf, yesOrNo } from './checks.ts'

/** The first four are those of UNet2DConditionModel in diffusers 0.40. */
export interface TokenConfig {
  /** Width of the tokens that keys and values are made of. */
  cross_attention_dim: number
  /** Width of the tokens that come, where a linear layer brings them to `cross_attention_dim`; null: they have it. */
  encoder_hid_dim: number | null
  /** Transformer blocks in each place: one number for all, or one for each level; the middle block has that of the last. */
  transformer_layers_per_block: number | readonly number[]
  /** Linear layers around the transformer blocks; otherwise 1 x 1 convolutions. */
  use_linear_projection: boolean
  /** Rows of a table of labels that the tokens are looked up in, the last for "no label"; null: tokens come as vectors. */
  num_token_embeds: number | null
  /** Labels an item. Each place in the row of them has an embedding of its own, which is added. */
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

/** More in one place would be no model that anybody trains, and takes a long time to count. */
const MOST_LAYERS = 64

const layers: Check = {
  holds: (value) => isCount(value) && value <= MOST_LAYERS,
  expected: `a whole number from 1 to ${MOST_LAYERS}`,
}

export const tokenChecks: { [K in keyof TokenConfig]: Check } = {
  cross_attention_dim: count,
  encoder_hid_dim: countOrNull,
  transformer_layers_per_block: {
    holds: (value) => layers.holds(value) || listOf(layers).holds(value),
    expected: `${layers.expected}, or a list of such`,
  },
  use_linear_projection: yesOrNo,
  num_token_embeds: countOrNull,
  num_tokens: count,
}

/** Throws Error, for people, where keys do not go together. */
export function checkTokens(config: TokenConfig & { block_out_channels: readonly number[] } & Embedded) {
  const { transformer_layers_per_block: layers, block_out_channels: channels } = config
  if (Array.isArray(layers) && layers.length !== channels.length) {
    throw new Error(
      `transformer_layers_per_block of the UNet has ${layers.length} entries, but block_out_channels has ${channels.length}.`,
    )
  }
  if (config.num_token_embeds !== null && config.encoder_hid_dim !== null) {
    throw new Error('The UNet has both num_token_embeds and encoder_hid_dim: its tokens are labels or vectors, not both.')
  }
  if (config.class_embed_type === null && config.num_class_embeds === null) return
  throw new Error(
    'The UNet attends to tokens and takes classes as well (class_embed_type or num_class_embeds): one condition is supported.',
  )
}

interface Embedded {
  class_embed_type: string | null
  num_class_embeds: number | null
}

/** Transformer blocks in each place of a level; the middle block is as the last. */
export const transformerLayersAt = (
  { transformer_layers_per_block: layers }: Pick<TokenConfig, 'transformer_layers_per_block'>,
  level: number,
) => (typeof layers === 'number' ? layers : layers[Math.min(level, layers.length - 1)]!)
