// Conversion between our UNet config and diffusers'. UNet2DModel uses the same config; that of
// UNet2DConditionModel is translated. Configs without an equivalent are rejected with the reason.
import { joinSentences } from '../../../messages/faults.ts'
import type { MessageText } from '../../../base/catalogue.ts'
import { MessageError } from '../../../base/errors.ts'
import { unetMessages, unetWords } from '../../../messages/unet.ts'
import { headDims } from './attention.ts'
import { checkKeys, count, checkList, isOneOf, formatValue } from '../configChecks.ts'
import type { AttentionKind, UnetConfig } from './config.ts'
import {
  attendsToTokens,
  attentionKinds,
  blockAttention,
  headDimAt,
  middleAttention,
  parseUnetConfig,
} from './config.ts'
import type { TokenConfig } from './tokens.ts'

/** Returns the reason why diffusers cannot express a config, or undefined. */
export function diffusersRefusal(config: UnetConfig): MessageText | undefined {
  if (attentionKinds(config).has('linear')) {
    return unetMessages.linearAttention()
  }
  if (attendsToTokens(config)) return conditionRefusal(config as CrossConfig)
  const { attention_head_dim: dims } = config
  return Array.isArray(dims) ? unetMessages.headsByLevel({ dims: JSON.stringify(dims) }) : undefined
}

type CrossConfig = UnetConfig & TokenConfig

function conditionRefusal(config: CrossConfig): MessageText | undefined {
  if (config.num_token_embeds !== null) {
    return unetMessages.labelTokens()
  }
  if (config.mid_block_type !== null && middleAttention(config) !== 'cross') {
    return unetMessages.middleTokens()
  }
  if (config.time_embedding_type !== 'positional') return unetMessages.otherTimes()
  if (!['silu', 'swish'].includes(config.act_fn)) return unetMessages.endActivation()
  if (config.downsample_type !== 'conv' || config.upsample_type !== 'conv') {
    return unetMessages.resampling()
  }
  if (config.attn_norm_num_groups !== null)
    return unetMessages.foreignKey({ key: 'attn_norm_num_groups' })
  const heads = headCounts(config)
  const same =
    heads &&
    String(headDimensions(heads, config)) === String(attentionBlocks(config).map(({ dim }) => dim))
  if (same) return undefined
  return unetMessages.oneHeadList()
}

/**
 * Lists all blocks with attention: encoder from the finest level, middle, decoder from the
 * coarsest.
 */
function attentionBlocks(config: UnetConfig) {
  const {
    block_out_channels: channels,
    down_block_types: down,
    up_block_types: up,
    attention_head_dim,
  } = config
  const last = channels.length - 1
  const place = (kind: AttentionKind | undefined, level: number, index: number) => ({
    kind,
    /**
     * Index into the list of heads. diffusers reads the list in reverse for self-attention in the
     * decoder.
     */
    index,
    level,
    channels: channels[Math.min(level, last)],
    dim: headDimAt(attention_head_dim, level) ?? channels[Math.min(level, last)],
  })
  return [
    ...down.map((type, i) => place(blockAttention(type), i, i)),
    place(middleAttention(config), last + 1, last),
    ...up.map((type, i) =>
      place(blockAttention(type), last - i, blockAttention(type) === 'self' ? i : last - i),
    ),
  ].filter(({ kind }) => kind !== undefined)
}

/**
 * `attention_head_dim` of a UNet2DConditionModel, one entry per level: despite its name the number
 * of heads for cross-attention, and channels per head otherwise. Undefined if one entry would need
 * two values.
 */
function headCounts(config: UnetConfig): number[] | undefined {
  const places = attentionBlocks(config)
  const said = (index: number) =>
    new Set(
      places
        .filter((place) => place.index === index)
        .map(({ kind, channels, dim }) => (kind === 'cross' ? channels / dim : dim)),
    )
  const heads = config.block_out_channels.map((_, index) => said(index))
  if (heads.some((values) => values.size > 1)) return undefined
  const any = [...heads.find(({ size }) => size === 1)!][0]
  return heads.map((values) => [...values][0] ?? any)
}

/** Channels per head of each attention block in a UNet2DConditionModel. */
const headDimensions = (heads: readonly number[], config: UnetConfig): number[] =>
  attentionBlocks(config).map(({ kind, channels, index }) =>
    kind === 'cross' ? channels / heads[index] : heads[index],
  )

/** Keys of UNet2DConditionModel with a single supported value. */
const FIXED: Record<string, unknown> = {
  addition_embed_type: null,
  addition_embed_type_num_heads: 64,
  addition_time_embed_dim: null,
  attention_type: 'default',
  class_embeddings_concat: false,
  conv_in_kernel: 3,
  conv_out_kernel: 3,
  cross_attention_norm: null,
  dual_cross_attention: false,
  mid_block_only_cross_attention: null,
  num_attention_heads: null,
  only_cross_attention: false,
  projection_class_embeddings_input_dim: null,
  resnet_out_scale_factor: 1,
  resnet_skip_time_act: false,
  reverse_transformer_layers_per_block: null,
  time_cond_proj_dim: null,
  time_embedding_act_fn: null,
  timestep_post_act: null,
  // Affects half-precision computation only.
  upcast_attention: false,
}

/** Keys of UNet2DModel that UNet2DConditionModel lacks, and our label table. */
const OTHERS = [
  'downsample_type',
  'upsample_type',
  'add_attention',
  'attn_norm_num_groups',
  'num_train_timesteps',
  'num_token_embeds',
  'num_tokens',
] as const

/** Defaults of UNet2DConditionModel that differ from UNet2DModel. */
const DEFAULTS = {
  in_channels: 4,
  out_channels: 4,
  down_block_types: [
    'CrossAttnDownBlock2D',
    'CrossAttnDownBlock2D',
    'CrossAttnDownBlock2D',
    'DownBlock2D',
  ],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  block_out_channels: [320, 640, 1280, 1280],
  attention_head_dim: 8,
  cross_attention_dim: 1280,
}

/**
 * Writes the config.json of a UNet2DConditionModel, for a config that {@link diffusersRefusal}
 * accepts.
 */
export function writeConditionConfig(config: UnetConfig): Record<string, unknown> {
  const heads = headCounts(config)!
  const own = Object.fromEntries(
    Object.entries(config).filter(([key]) => !OTHERS.includes(key as never)),
  )
  return {
    ...FIXED,
    ...own,
    attention_head_dim: heads.every((one) => one === heads[0]) ? heads[0] : heads,
    encoder_hid_dim_type: config.encoder_hid_dim === null ? null : 'text_proj',
  }
}

/** Parses the config.json of a UNet2DConditionModel. Throws Error as `parseUnetConfig` does. */
export function readConditionConfig(json: Record<string, unknown>): UnetConfig {
  const {
    encoder_hid_dim_type: projection = null,
    attention_head_dim: given = DEFAULTS.attention_head_dim,
    ...rest
  } = json
  checkKeys(
    { encoder_hid_dim_type: projection },
    { encoder_hid_dim_type: isOneOf([null, 'text_proj'], unetMessages.imageTokens()) },
  )
  for (const key of OTHERS)
    if (Object.hasOwn(rest, key)) throw new MessageError(unetMessages.foreignKey({ key }))
  refuseOtherValues(rest)
  const own = Object.fromEntries(Object.entries(rest).filter(([key]) => !Object.hasOwn(FIXED, key)))
  const config = parseUnetConfig({ ...DEFAULTS, ...own, attention_head_dim: null })
  const heads = listOfHeads(given, config)
  const read = parseUnetConfig({ ...config, attention_head_dim: toUnetConfig(heads, config) })
  const refusal = conditionRefusal(read as CrossConfig)
  if (refusal) throw new MessageError(unetMessages.unsupported({ reason: refusal }))
  return read
}

function refuseOtherValues(json: Record<string, unknown>) {
  for (const [key, value] of Object.entries(FIXED)) {
    const found = json[key] ?? null
    const unset = found === null || (key === 'mid_block_only_cross_attention' && found === false)
    if (
      unset ||
      found === value ||
      key === 'upcast_attention' ||
      key === 'addition_embed_type_num_heads'
    )
      continue
    const problem = { key, expected: JSON.stringify(value), got: formatValue(found) }
    throw new MessageError(
      joinSentences(unetMessages.wrongKey(problem), unetMessages.otherValues()),
    )
  }
}

function listOfHeads(given: unknown, { block_out_channels: channels }: UnetConfig): number[] {
  if (count.holds(given)) return channels.map(() => given as number)
  checkKeys(
    { attention_head_dim: given },
    {
      attention_head_dim: {
        ...checkList(count),
        expected: unetWords.orList({ item: unetWords.count() }),
      },
    },
  )
  const heads = given as number[]
  if (heads.length === channels.length) return heads
  throw new MessageError(
    unetMessages.entries({
      key: 'attention_head_dim',
      got: heads.length,
      expected: channels.length,
    }),
  )
}

/** Converts heads to channels per head by level, as in our config. */
function toUnetConfig(
  heads: readonly number[],
  config: UnetConfig,
): UnetConfig['attention_head_dim'] {
  const { block_out_channels: channels } = config
  const widths = [...channels, channels.at(-1)!]
  const dims = headDimensions(heads, config)
  const byLevel: (number | undefined)[] = widths.map(() => undefined)
  attentionBlocks(config).forEach(({ level, channels }, i) => {
    const dim = dims[i]
    if (channels % dim || !Number.isInteger(dim) || (byLevel[level] ?? dim) !== dim) {
      throw new MessageError(unetMessages.headList({ heads: formatValue(heads), channels, level }))
    }
    byLevel[level] = dim
  })
  return headDims(byLevel, widths)
}
