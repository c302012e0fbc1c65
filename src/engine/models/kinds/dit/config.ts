// Config of diffusers' DiTTransformer2DModel with all of its keys, parsed strictly, so that no file
// is misinterpreted.
import type { MessageText } from '../../../base/catalogue.ts'
import { MessageError } from '../../../base/errors.ts'
import { ditMessages } from '../../../messages/dit.ts'
import { unetWords } from '../../../messages/unet.ts'
import type { Check } from '../configChecks.ts'
import {
  checkKeys,
  count,
  formatValue,
  imageSide,
  isCount,
  isFinite,
  isOneOf,
  knownKeys,
  positive,
  probability,
  yesOrNo,
} from '../configChecks.ts'

/** Keys and meaning of DiTTransformer2DModel in diffusers 0.40. */
export interface DitConfig {
  /** Side of the images, or height and width, in pixels. diffusers has squares only. */
  sample_size: number | readonly [height: number, width: number]
  /** Side of a patch, in pixels. */
  patch_size: number
  in_channels: number
  /** Null: those of the input; or twice that with a learned variance in the second half. */
  out_channels: number | null
  num_layers: number
  num_attention_heads: number
  /** Channels per head; the width of the tokens is that of all heads. */
  attention_head_dim: number
  /** Number of classes; 0 for an unconditional model. The tables have one more row, for no label. */
  num_embeds_ada_norm: number
  /** Dropout probability after the attention and in the feed-forward network. */
  dropout: number
  /** A bias of queries, keys and values. */
  attention_bias: boolean
  /** Feed-forward networks with GELU, exact or by its tanh approximation. */
  activation_fn: DitActivation
  /** A scale and a shift per channel of the norm before the feed-forward network. */
  norm_elementwise_affine: boolean
  /** Epsilon of that norm; the others have 1e-6. */
  norm_eps: number
  norm_type: 'ada_norm_zero'
  /** Unused by this kind of transformer. */
  norm_num_groups: number
  /** Affects half-precision computation only. */
  upcast_attention: boolean
}

const activationNames = ['gelu-approximate', 'gelu'] as const
export type DitActivation = (typeof activationNames)[number]

/** diffusers' defaults. */
const defaults: DitConfig = {
  sample_size: 32,
  patch_size: 2,
  in_channels: 4,
  out_channels: null,
  num_layers: 28,
  num_attention_heads: 16,
  attention_head_dim: 72,
  num_embeds_ada_norm: 1000,
  dropout: 0,
  attention_bias: true,
  activation_fn: 'gelu-approximate',
  norm_elementwise_affine: false,
  norm_eps: 1e-5,
  norm_type: 'ada_norm_zero',
  norm_num_groups: 32,
  upcast_attention: false,
}

/** Sanity limit, to bound the work on untrusted configs. */
const MOST_LAYERS = 512

const checks: { [K in keyof DitConfig]: Check } = {
  sample_size: imageSide,
  patch_size: count,
  in_channels: count,
  out_channels: {
    holds: (value) => value === null || isCount(value),
    expected: unetWords.countOrNull(),
  },
  num_layers: {
    holds: (value) => isCount(value) && value <= MOST_LAYERS,
    expected: unetWords.integerTo({ most: MOST_LAYERS }),
  },
  num_attention_heads: count,
  attention_head_dim: count,
  num_embeds_ada_norm: {
    holds: (value) => value === 0 || isCount(value),
    expected: unetWords.countOrZero(),
  },
  dropout: probability,
  attention_bias: yesOrNo,
  activation_fn: isOneOf(activationNames, ditMessages.otherActivation()),
  norm_elementwise_affine: yesOrNo,
  norm_eps: positive,
  norm_type: isOneOf(['ada_norm_zero'], ditMessages.otherNorm()),
  norm_num_groups: { holds: isFinite, expected: unetWords.number() },
  upcast_attention: yesOrNo,
}

/**
 * Keys that files of other versions may have, with the only value that is supported. Before
 * DiTTransformer2DModel, the class was Transformer2DModel.
 */
const OTHER_VERSIONS: Readonly<Record<string, unknown>> = {
  attention_type: 'default',
  caption_channels: null,
  cross_attention_dim: null,
  double_self_attention: false,
  interpolation_scale: null,
  num_vector_embeds: null,
  only_cross_attention: false,
  use_additional_conditions: null,
  use_linear_projection: false,
}

/**
 * Parses the config.json of a DiTTransformer2DModel and fills in diffusers' defaults; keys that
 * begin with `_` are ignored. Throws Error with a message for users if the config is invalid or not
 * supported.
 */
export function parseDitConfig(json: Record<string, unknown>): DitConfig {
  const given = knownKeys(json, checks, OTHER_VERSIONS, ditMessages.unknownKey)
  const config = { ...defaults, ...(given as Partial<DitConfig>) }
  checkKeys(config, checks, ditMessages.wrongKey)
  checkTogether(config)
  return config
}

function checkTogether(config: DitConfig) {
  const { sample_size, patch_size: patch, in_channels: inputs, out_channels } = config
  if (ditImageSize(config).some((side) => side % patch))
    throw new MessageError(ditMessages.patches({ patch, got: formatValue(sample_size) }))
  if (ditWidth(config) % 4) throw new MessageError(ditMessages.width({ got: ditWidth(config) }))
  const outputs = out_channels ?? inputs
  if (outputs !== inputs && outputs !== 2 * inputs)
    throw new MessageError(ditMessages.channels({ inputs, outputs }))
}

/** Height and width of the images. */
export const ditImageSize = ({
  sample_size: size,
}: Pick<DitConfig, 'sample_size'>): readonly [height: number, width: number] =>
  typeof size === 'number' ? [size, size] : size

/** Height and width of the grid of tokens. */
export const ditGrid = (config: DitConfig): readonly [height: number, width: number] => {
  const [height, width] = ditImageSize(config)
  return [height / config.patch_size, width / config.patch_size]
}

/** Width of the tokens. */
export const ditWidth = ({
  num_attention_heads,
  attention_head_dim,
}: Pick<DitConfig, 'num_attention_heads' | 'attention_head_dim'>): number =>
  num_attention_heads * attention_head_dim

export const ditOutputs = ({ in_channels, out_channels }: DitConfig): number =>
  out_channels ?? in_channels

/** Reason why diffusers cannot express a config, or undefined. */
export const ditRefusal = ({ sample_size }: DitConfig): MessageText | undefined =>
  typeof sample_size === 'number' ? undefined : ditMessages.square()
