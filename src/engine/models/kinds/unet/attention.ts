// Applies the rules of Attention nodes to the levels of a UNet.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import type { Vocabulary } from '../../../base/values.ts'
import type { AttentionRule, CrossAttention } from './attentionRules.ts'
import { countTokens } from '../../../datasets/vocabulary.ts'
import type { UnetConfig } from './config.ts'
import type { TokenConfig } from './tokens.ts'

/** Config keys that describe attention. */
export type AttentionConfig = Pick<
  UnetConfig,
  'down_block_types' | 'mid_block_type' | 'up_block_types' | 'add_attention' | 'attention_head_dim'
> &
  Partial<TokenConfig>

/** The rest of a UNet's config that the rules depend on. */
export interface Around {
  downsample: 'conv' | 'resnet'
  upsample: 'conv' | 'resnet'
  /** Class labels, for tokens that are labels. */
  num_classes: number
  /** Vocabulary of the captions, for tokens that are words. */
  vocabulary?: Pick<Vocabulary, 'words' | 'length'> | undefined
}

/** A level or the middle block, for matching rules. */
export interface Place {
  /** Longer side of its feature maps, in pixels. */
  resolution: number
  channels: number
}

/**
 * Returns block types and heads for the levels of a UNet, finest first. The last matching rule
 * wins. Throws EngineError for a resolution that no level has, and for heads that do not divide its
 * channels.
 */
export function attentionConfig(
  rules: readonly AttentionRule[],
  levels: readonly Place[],
  { downsample, upsample, ...labels }: Around,
): AttentionConfig {
  for (const rule of rules) checkResolutions(rule, levels)
  const ruleAt = levels.map(({ resolution }) =>
    rules.findLast(({ resolutions }) => resolutions.includes(resolution)),
  )
  const middle = rules.findLast(({ mid_block }) => mid_block)
  const last = levels.length - 1
  const places = [...levels, levels[last]]
  const dims = [...ruleAt, middle].map((rule, i) => rule && headDim(rule, places[i], i > last))
  return {
    down_block_types: ruleAt.map((rule, i) =>
      rule
        ? (`${PREFIX[rule.kind]}DownBlock2D` as const)
        : downsample === 'resnet' && i < last
          ? 'ResnetDownsampleBlock2D'
          : 'DownBlock2D',
    ),
    mid_block_type:
      middle && middle.kind !== 'self' ? `UNetMidBlock2D${PREFIX[middle.kind]}` : 'UNetMidBlock2D',
    up_block_types: ruleAt
      .map((rule, i) =>
        rule
          ? (`${PREFIX[rule.kind]}UpBlock2D` as const)
          : upsample === 'resnet' && i > 0
            ? 'ResnetUpsampleBlock2D'
            : 'UpBlock2D',
      )
      .toReversed() as UnetConfig['up_block_types'],
    add_attention: middle !== undefined,
    attention_head_dim: headDims(
      dims,
      places.map(({ channels }) => channels),
    ),
    ...tokenConfig([...ruleAt, middle], labels),
  }
}

/** Prefixes of block types. */
const PREFIX = { self: 'Attn', cross: 'CrossAttn', linear: 'LinearAttn' } as const

type CrossRule = Extract<AttentionRule, { kind: 'cross' }>

/** Returns the token keys from the applied rules; undefined without cross-attention. */
function tokenConfig(
  used: readonly (AttentionRule | undefined)[],
  labels: Pick<Around, 'num_classes' | 'vocabulary'>,
): Partial<TokenConfig> {
  const crossing = used.filter((rule): rule is CrossRule => rule?.kind === 'cross')
  const [first] = crossing
  if (!first) return {}
  for (const rule of crossing) checkSameTokens(first, rule)
  const { cross_attention_dim, use_linear_projection, tokens } = first
  return {
    cross_attention_dim,
    use_linear_projection,
    transformer_layers_per_block: layersByLevel(used),
    encoder_hid_dim:
      tokens.from === 'vectors' && tokens.width !== cross_attention_dim
        ? (tokens.width ?? null)
        : null,
    ...tokenTable(tokens, labels),
  }
}

/** Size of the label table, with a row for the null label, and number of labels per item. */
function tokenTable(
  tokens: CrossAttention['tokens'],
  { num_classes, vocabulary }: Pick<Around, 'num_classes' | 'vocabulary'>,
): Pick<TokenConfig, 'num_token_embeds' | 'num_tokens'> {
  switch (tokens.from) {
    case 'vectors':
      return { num_token_embeds: null, num_tokens: 1 }
    case 'labels':
      if (num_classes === 0)
        throw new EngineError(modelMessages.attentionWithoutClasses, { argument: 'attention' })
      return { num_token_embeds: num_classes + 1, num_tokens: tokens.count }
    case 'captions':
      if (!vocabulary)
        throw new EngineError(modelMessages.attentionWithoutWords, { argument: 'attention' })
      return { num_token_embeds: countTokens(vocabulary) + 1, num_tokens: vocabulary.length }
  }
}

/** Checks that all blocks attend to the same tokens. */
function checkSameTokens(first: CrossRule, rule: CrossRule) {
  const shared = ({ cross_attention_dim, use_linear_projection, tokens }: CrossRule) =>
    JSON.stringify([cross_attention_dim, use_linear_projection, tokens])
  if (shared(first) === shared(rule)) return
  throw new EngineError(modelMessages.attentionTokens, { argument: 'attention' })
}

/** Returns one number if all are equal; the middle block follows the last level. */
function layersByLevel(used: readonly (AttentionRule | undefined)[]): number | number[] {
  const layers = used.map((rule) => (rule?.kind === 'cross' ? rule.transformer_layers : undefined))
  const [middle, last] = [layers.at(-1), layers.at(-2)]
  if (middle !== undefined && last !== undefined && middle !== last) {
    throw new EngineError(modelMessages.middleLayers, { argument: 'attention', middle, last })
  }
  const known = layers.find((one) => one !== undefined)!
  const byLevel = [...layers.slice(0, -2), last ?? middle].map((one) => one ?? known)
  return byLevel.every((one) => one === known) ? known : byLevel
}

function checkResolutions({ resolutions }: AttentionRule, levels: readonly Place[]) {
  const missing = resolutions.find(
    (resolution) => !levels.some((level) => level.resolution === resolution),
  )
  if (missing === undefined) return
  throw new EngineError(modelMessages.attentionResolution, {
    argument: 'attention',
    resolution: missing,
    sides: levels.map(({ resolution }) => resolution).join(', '),
  })
}

function headDim(
  { heads, head_dim }: AttentionRule,
  { channels, resolution }: Place,
  middle: boolean,
): number {
  const [param, value] =
    heads === undefined
      ? (['head_dim', head_dim ?? channels] as const)
      : (['heads', heads] as const)
  if (channels % value === 0) return param === 'heads' ? channels / value : value
  const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter(
    (divisor) => channels % divisor === 0,
  )
  const nearest = divisors.reduce((best, divisor) =>
    Math.abs(divisor - value) < Math.abs(best - value) ? divisor : best,
  )
  throw new EngineError(middle ? modelMessages.headsOfMiddle : modelMessages.headsOfLevel, {
    argument: 'attention',
    param,
    value,
    channels,
    resolution,
    nearest,
  })
}

/**
 * Returns `attention_head_dim` for the levels and the middle block, in diffusers' form if possible:
 * one number for all, or null for one head everywhere.
 */
export function headDims(
  dims: readonly (number | undefined)[],
  widths: readonly number[],
): UnetConfig['attention_head_dim'] {
  const used = dims.filter((dim) => dim !== undefined)
  if (dims.every((dim, i) => dim === undefined || dim === widths[i])) return used.length ? null : 8
  return used.every((dim) => dim === used[0]) ? used[0] : dims.map((dim) => dim ?? null)
}
