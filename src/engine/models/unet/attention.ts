// Rules about attention, as the Attention node gives them, laid onto the levels of a UNet.
import type { AttentionRule } from '../../values.ts'
import type { UnetConfig } from './config.ts'

/** The keys of a config that say where a UNet attends. */
export type AttentionConfig = Pick<UnetConfig, 'down_block_types' | 'up_block_types' | 'add_attention' | 'attention_head_dim'>

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
  { downsample, upsample }: { downsample: 'conv' | 'resnet'; upsample: 'conv' | 'resnet' },
): AttentionConfig {
  for (const rule of rules) checkResolutions(rule, levels)
  const ruleAt = levels.map(({ resolution }) => rules.findLast(({ resolutions }) => resolutions.includes(resolution)))
  const middle = rules.findLast(({ mid_block }) => mid_block)
  const last = levels.length - 1
  const places = [...levels, levels[last]!]
  const dims = [...ruleAt, middle].map((rule, i) => rule && headDim(rule, places[i]!, i > last))
  return {
    down_block_types: ruleAt.map((rule, i) =>
      rule ? 'AttnDownBlock2D' : downsample === 'resnet' && i < last ? 'ResnetDownsampleBlock2D' : 'DownBlock2D',
    ),
    up_block_types: ruleAt
      .map((rule, i) => (rule ? 'AttnUpBlock2D' : upsample === 'resnet' && i > 0 ? 'ResnetUpsampleBlock2D' : 'UpBlock2D'))
      .toReversed() as UnetConfig['up_block_types'],
    add_attention: middle !== undefined,
    attention_head_dim: oneForAll(dims, places),
  }
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

/** As diffusers has it, one number for all or null for one head everywhere, if it can be said that way. */
function oneForAll(dims: readonly (number | undefined)[], places: readonly Place[]): UnetConfig['attention_head_dim'] {
  const used = dims.filter((dim) => dim !== undefined)
  if (dims.every((dim, i) => dim === undefined || dim === places[i]!.channels)) return used.length ? null : 8
  return used.every((dim) => dim === used[0]) ? used[0]! : dims.map((dim) => dim ?? null)
}
