// Rules about attention, as the Attention node gives them, laid onto the levels of a UNet.
import type { AttentionRule } from '../../values.ts'
import type { UnetConfig } from './config.ts'
import type { TokenConfig } from './tokens.ts'

/** The keys of a config that say where a UNet attends, and to what. */
export type AttentionConfig = Pick<
  UnetConfig,
  'down_block_types' | 'mid_block_type' | 'up_block_types' | 'add_attention' | 'attention_head_dim'
> &
  Partial<TokenConfig>

/** What a UNet is otherwise. */
export interface Around {
  downsample: 'conv' | 'resnet'
  upsample: 'conv' | 'resnet'
  /** Class labels, for tokens that are labels. */
  num_classes: number
}

/** A level, or the middle block, as a rule finds it. */
export interface Place {
  /** The longer side of its images, in pixels. */
  resolution: number
  channels: number
}

/** A rule that does not fit; the message is for people. */
export class AttentionError extends Error {
  override name = 'AttentionError'

  constructor(
    message: string,
    readonly cure: string,
  ) {
    super(message)
  }
}

/**
 * Block types and heads for the levels of a UNet, finest first. Of two rules for one place the later one holds. Throws
 * AttentionError for a resolution that no level has, and for heads that do not divide its channels.
 */
export function attentionConfig(
  rules: readonly AttentionRule[],
  levels: readonly Place[],
  { downsample, upsample, num_classes }: Around,
): AttentionConfig {
  for (const rule of rules) checkResolutions(rule, levels)
  const ruleAt = levels.map(({ resolution }) => rules.findLast(({ resolutions }) => resolutions.includes(resolution)))
  const middle = rules.findLast(({ mid_block }) => mid_block)
  const last = levels.length - 1
  const places = [...levels, levels[last]!]
  const dims = [...ruleAt, middle].map((rule, i) => rule && headDim(rule, places[i]!, i > last))
  return {
    down_block_types: ruleAt.map((rule, i) =>
      rule
        ? (`${PREFIX[rule.kind]}DownBlock2D` as const)
        : downsample === 'resnet' && i < last
          ? 'ResnetDownsampleBlock2D'
          : 'DownBlock2D',
    ),
    mid_block_type: middle && middle.kind !== 'self' ? `UNetMidBlock2D${PREFIX[middle.kind]}` : 'UNetMidBlock2D',
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
    ...tokenConfig([...ruleAt, middle], num_classes),
  }
}

/** What the types of blocks begin with. */
const PREFIX = { self: 'Attn', cross: 'CrossAttn', linear: 'LinearAttn' } as const

type CrossRule = Extract<AttentionRule, { kind: 'cross' }>

/** The keys of tokens, from the rules that hold, by level and for the middle; none where none of them attends to tokens. */
function tokenConfig(used: readonly (AttentionRule | undefined)[], num_classes: number): Partial<TokenConfig> {
  const crossing = used.filter((rule): rule is CrossRule => rule?.kind === 'cross')
  const [first] = crossing
  if (!first) return {}
  for (const rule of crossing) checkAlike(first, rule)
  const { cross_attention_dim, use_linear_projection, tokens } = first
  if (tokens.from === 'labels' && num_classes === 0) {
    throw new AttentionError(
      'Attention goes to labels, but the UNet has no classes.',
      'Wire a data set with labels to `dataset` of UNet, set its `num_classes`, or set `tokens` of Attention to vectors.',
    )
  }
  return {
    cross_attention_dim,
    use_linear_projection,
    transformer_layers_per_block: layersByLevel(used),
    encoder_hid_dim: tokens.from === 'vectors' && tokens.width !== cross_attention_dim ? (tokens.width ?? null) : null,
    num_token_embeds: tokens.from === 'labels' ? num_classes + 1 : null,
    num_tokens: tokens.from === 'labels' ? tokens.count : 1,
  }
}

/** All blocks see the same tokens. */
function checkAlike(first: CrossRule, rule: CrossRule) {
  const shared = ({ cross_attention_dim, use_linear_projection, tokens }: CrossRule) =>
    JSON.stringify([cross_attention_dim, use_linear_projection, tokens])
  if (shared(first) === shared(rule)) return
  throw new AttentionError(
    'Two Attention nodes of kind cross ask for different tokens.',
    'Set `cross_attention_dim`, `tokens` and what goes with them to the same in both.',
  )
}

/** One number if all are alike; the middle block is as the last level. */
function layersByLevel(used: readonly (AttentionRule | undefined)[]): number | number[] {
  const layers = used.map((rule) => (rule?.kind === 'cross' ? rule.transformer_layers : undefined))
  const [middle, last] = [layers.at(-1), layers.at(-2)]
  if (middle !== undefined && last !== undefined && middle !== last) {
    throw new AttentionError(
      `The middle block is to have ${middle} transformer layers, but the level above ${last}.`,
      'Set `transformer_layers` to the same in both.',
    )
  }
  const known = layers.find((one) => one !== undefined)!
  const byLevel = [...layers.slice(0, -2), last ?? middle].map((one) => one ?? known)
  return byLevel.every((one) => one === known) ? known : byLevel
}

function checkResolutions({ resolutions }: AttentionRule, levels: readonly Place[]) {
  const missing = resolutions.find((resolution) => !levels.some((level) => level.resolution === resolution))
  if (missing === undefined) return
  const sides = levels.map(({ resolution }) => resolution)
  throw new AttentionError(
    `Attention is asked for at ${missing}, but the levels have ${inWords(sides)}.`,
    `Take of these for \`resolutions\` of Attention, or change the levels: \`block_out_channels\` has one number for each.`,
  )
}

/** "8 and 4", "16, 8 and 4". */
const inWords = (values: readonly number[]) =>
  [values.slice(0, -1).join(', '), values.at(-1)].filter((part) => part !== '').join(' and ')

function headDim({ heads, head_dim }: AttentionRule, { channels, resolution }: Place, middle: boolean): number {
  const [param, value] = heads === undefined ? (['head_dim', head_dim ?? channels] as const) : (['heads', heads] as const)
  if (channels % value === 0) return param === 'heads' ? channels / value : value
  const divisors = Array.from({ length: channels }, (_, i) => i + 1).filter((divisor) => channels % divisor === 0)
  const nearest = divisors.reduce((best, divisor) => (Math.abs(divisor - value) < Math.abs(best - value) ? divisor : best))
  throw new AttentionError(
    `\`${param}\` of Attention is ${value}, but the ${channels} channels ${middle ? 'of the middle block' : `at ${resolution}`} are no multiple of it.`,
    `Set \`${param}\` to ${nearest}, or change the channels of the UNet.`,
  )
}

/**
 * `attention_head_dim` for levels and the middle, undefined where there is no attention: as diffusers has it, one number for
 * all or null for one head everywhere, if it can be said that way.
 */
export function headDims(dims: readonly (number | undefined)[], widths: readonly number[]): UnetConfig['attention_head_dim'] {
  const used = dims.filter((dim) => dim !== undefined)
  if (dims.every((dim, i) => dim === undefined || dim === widths[i])) return used.length ? null : 8
  return used.every((dim) => dim === used[0]) ? used[0]! : dims.map((dim) => dim ?? null)
}
