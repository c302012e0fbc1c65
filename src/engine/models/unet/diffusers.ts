// UNets of diffusers and those here. A UNet2DModel has the config that is used here; that of a UNet2DConditionModel says some
// things in other words, and is translated. What cannot be said there is refused with the reason.
import { headDims } from './attention.ts'
import { checkKeys, count, listOf, oneOf, show } from './checks.ts'
import type { AttentionKind, UnetConfig } from './config.ts'
import { attendsToTokens, attentionKinds, attentionOf, headDimAt, middleAttentionOf, parseUnetConfig } from './config.ts'
import type { TokenConfig } from './tokens.ts'

/** Why diffusers has no UNet of this config, or undefined if it has. */
export function diffusersRefusal(config: UnetConfig): string | undefined {
  if (attentionKinds(config).has('linear')) {
    return 'It has linear attention, which no UNet of diffusers has. Set `kind` of Attention to self or cross.'
  }
  if (attendsToTokens(config)) return conditionRefusal(config as CrossConfig)
  const { attention_head_dim: dims } = config
  return Array.isArray(dims)
    ? `Its heads differ by level (attention_head_dim ${JSON.stringify(dims)}), and a UNet2DModel has one attention_head_dim for all. Set \`head_dim\` of Attention instead of \`heads\`.`
    : undefined
}

type CrossConfig = UnetConfig & TokenConfig

function conditionRefusal(config: CrossConfig): string | undefined {
  if (config.num_token_embeds !== null) {
    return 'Its tokens are labels from a table in the model, and a UNet2DConditionModel has none. Set `tokens` of Attention to vectors.'
  }
  if (config.mid_block_type !== null && middleAttentionOf(config) !== 'cross') {
    return 'The middle block of a UNet2DConditionModel attends to tokens. Switch `mid_block` of the Attention of kind cross on.'
  }
  if (!['silu', 'swish'].includes(config.act_fn)) return 'A UNet2DConditionModel ends with another activation than this one.'
  if (config.downsample_type !== 'conv' || config.upsample_type !== 'conv') {
    return 'The blocks of a UNet2DConditionModel that attend go to the next level by convolutions. Set `downsample` and `upsample` of UNet to conv.'
  }
  if (config.attn_norm_num_groups !== null) return 'A UNet2DConditionModel has no attn_norm_num_groups.'
  const heads = headsOf(config)
  const same = heads && String(dimsOf(heads, config)) === String(placesOf(config).map(({ dim }) => dim))
  if (same) return undefined
  return 'Its heads cannot be said in the one list that a UNet2DConditionModel has. Set `by` of all Attention to heads, the same for the last level and the middle.'
}

/** Places that attend, from the finest level down, the middle, and up from the coarsest. */
function placesOf(config: UnetConfig) {
  const { block_out_channels: channels, down_block_types: down, up_block_types: up, attention_head_dim } = config
  const last = channels.length - 1
  const place = (kind: AttentionKind | undefined, level: number, index: number) => ({
    kind,
    /** In the list of heads. diffusers reads it the wrong way round for self attention on the way up. */
    index,
    level,
    channels: channels[Math.min(level, last)]!,
    dim: headDimAt(attention_head_dim, level) ?? channels[Math.min(level, last)]!,
  })
  return [
    ...down.map((type, i) => place(attentionOf(type), i, i)),
    place(middleAttentionOf(config), last + 1, last),
    ...up.map((type, i) => place(attentionOf(type), last - i, attentionOf(type) === 'self' ? i : last - i)),
  ].filter(({ kind }) => kind !== undefined)
}

/**
 * `attention_head_dim` of a UNet2DConditionModel, an entry a level: where it attends to tokens the number of heads, whatever
 * the name says, elsewhere their channels. Undefined where one entry would have to be two numbers.
 */
function headsOf(config: UnetConfig): number[] | undefined {
  const places = placesOf(config)
  const said = (index: number) =>
    new Set(
      places.filter((place) => place.index === index).map(({ kind, channels, dim }) => (kind === 'cross' ? channels / dim : dim)),
    )
  const heads = config.block_out_channels.map((_, index) => said(index))
  if (heads.some((values) => values.size > 1)) return undefined
  const any = [...heads.find(({ size }) => size === 1)!][0]!
  return heads.map((values) => [...values][0] ?? any)
}

/** Channels of a head in each of {@link placesOf}, as a UNet2DConditionModel has them. */
const dimsOf = (heads: readonly number[], config: UnetConfig): number[] =>
  placesOf(config).map(({ kind, channels, index }) => (kind === 'cross' ? channels / heads[index]! : heads[index]!))

/** Keys of a UNet2DConditionModel that only one value is known of here. */
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
  // Only says where to compute in more than half precision.
  upcast_attention: false,
}

/** Keys of a UNet2DModel that a UNet2DConditionModel does not have, and the table of labels, which is of this program. */
const OTHERS = [
  'downsample_type',
  'upsample_type',
  'add_attention',
  'attn_norm_num_groups',
  'num_train_timesteps',
  'num_token_embeds',
  'num_tokens',
] as const

/** What diffusers takes where a config says nothing and a UNet2DModel has something else. */
const DEFAULTS = {
  in_channels: 4,
  out_channels: 4,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  block_out_channels: [320, 640, 1280, 1280],
  attention_head_dim: 8,
  cross_attention_dim: 1280,
}

/** The config.json of a UNet2DConditionModel, for a config that {@link diffusersRefusal} says nothing of. */
export function writeConditionConfig(config: UnetConfig): Record<string, unknown> {
  const heads = headsOf(config)!
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => !OTHERS.includes(key as never)))
  return {
    ...FIXED,
    ...own,
    attention_head_dim: heads.every((one) => one === heads[0]) ? heads[0]! : heads,
    encoder_hid_dim_type: config.encoder_hid_dim === null ? null : 'text_proj',
  }
}

/** Reads the config.json of a UNet2DConditionModel. Throws Error, for people, as `parseUnetConfig` does. */
export function readConditionConfig(json: Record<string, unknown>): UnetConfig {
  const { encoder_hid_dim_type: projection = null, attention_head_dim: given = DEFAULTS.attention_head_dim, ...rest } = json
  checkKeys(
    { encoder_hid_dim_type: projection },
    { encoder_hid_dim_type: oneOf([null, 'text_proj'], 'Tokens from images are not supported.') },
  )
  for (const key of OTHERS) if (Object.hasOwn(rest, key)) throw new Error(`A UNet2DConditionModel has no ${key}.`)
  refuseOtherValues(rest)
  const own = Object.fromEntries(Object.entries(rest).filter(([key]) => !Object.hasOwn(FIXED, key)))
  const config = parseUnetConfig({ ...DEFAULTS, ...own, attention_head_dim: null })
  const heads = listOfHeads(given, config)
  const read = parseUnetConfig({ ...config, attention_head_dim: inMemory(heads, config) })
  const refusal = conditionRefusal(read as CrossConfig)
  if (refusal) throw new Error(`The UNet is not supported. ${refusal}`)
  return read
}

function refuseOtherValues(json: Record<string, unknown>) {
  for (const [key, value] of Object.entries(FIXED)) {
    const found = json[key] ?? null
    const unset = found === null || (key === 'mid_block_only_cross_attention' && found === false)
    if (unset || found === value || key === 'upcast_attention' || key === 'addition_embed_type_num_heads') continue
    throw new Error(
      `${key} of the UNet is ${show(found)}, but has to be ${JSON.stringify(value)}. Anything else is not supported.`,
    )
  }
}

function listOfHeads(given: unknown, { block_out_channels: channels }: UnetConfig): number[] {
  if (count.holds(given)) return channels.map(() => given as number)
  checkKeys(
    { attention_head_dim: given },
    { attention_head_dim: { ...listOf(count), expected: 'a whole number above 0, or a list of such' } },
  )
  const heads = given as number[]
  if (heads.length === channels.length) return heads
  throw new Error(`attention_head_dim of the UNet has ${heads.length} entries, but block_out_channels has ${channels.length}.`)
}

/** Channels of a head by level, as a config here has them. */
function inMemory(heads: readonly number[], config: UnetConfig): UnetConfig['attention_head_dim'] {
  const { block_out_channels: channels } = config
  const widths = [...channels, channels.at(-1)!]
  const dims = dimsOf(heads, config)
  const byLevel: (number | undefined)[] = widths.map(() => undefined)
  placesOf(config).forEach(({ level, channels }, i) => {
    const dim = dims[i]!
    if (channels % dim || !Number.isInteger(dim) || (byLevel[level] ?? dim) !== dim) {
      throw new Error(
        `attention_head_dim of the UNet is ${show(heads)}, which does not go with ${channels} channels at level ${level}.`,
      )
    }
    byLevel[level] = dim
  })
  return headDims(byLevel, widths)
}
