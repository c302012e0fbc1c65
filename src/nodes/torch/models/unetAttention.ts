// Attention of a UNet in PyTorch: the classes that its config needs, and how blocks create them.
import type { UnetConfig } from '../../../engine/models/unet/config.ts'
import type { AttentionBlock, UnetStructure } from '../../../engine/models/unet/structure.ts'
import type { Parts } from './parts.ts'
import { args, python } from './python.ts'
import { transformer, type TransformerStyle } from './transformer.ts'
import { pixelAttention, type AttentionStyle } from './unetParts.ts'

/** The attention of a network, by its blocks. */
export interface UnetAttention {
  /** Some level has attention. */
  inLevels: boolean
  /** Some block attends to tokens, so that all take them. */
  crosses: boolean
  /** Some block has linear attention, whose weights have another name. */
  isLinear: boolean
  /** What creates a block from its number of channels. */
  factory(block: AttentionBlock): string
  /** Creates the block in the middle. */
  create(block: AttentionBlock): string
}

/** Adds the classes; undefined if no block has attention. */
export function unetAttention(
  parts: Parts,
  config: UnetConfig,
  { down, middle, up }: UnetStructure,
  zeroInit: boolean,
): UnetAttention | undefined {
  const levels = [...down, ...up].flatMap(({ attentions }) => attentions.slice(0, 1))
  const all = [...levels, ...(middle?.attention ? [middle.attention] : [])]
  if (all.length === 0) return undefined
  const crosses = all.some(({ kind }) => kind === 'cross')
  const divisor = config.mid_block_scale_factor
  const ofKind = (kind: AttentionBlock['kind']) => all.filter((block) => block.kind === kind)
  const divides = divisor !== 1 && middle?.attention !== undefined
  const style = (blocks: readonly AttentionBlock[], linear: boolean): AttentionStyle => {
    const groups = [...new Set(blocks.map((block) => block.groups))]
    return {
      eps: config.norm_eps,
      heads: headsOf(blocks),
      groups: groups[0],
      otherGroups: groups.length > 1,
      divides: divides && blocks.includes(middle.attention!),
      zeroInit: zeroInit && !linear,
      linear,
      ignoresTokens: crosses,
    }
  }
  const styles = { self: style(ofKind('self'), false), linear: style(ofKind('linear'), true) }
  const cross = crosses ? crossStyle(config, ofKind('cross'), zeroInit) : undefined
  const describe = (block: AttentionBlock): [name: string, settings: string] => {
    const { kind, heads, groups } = block
    if (kind === 'cross') {
      const { layers } = block.cross!
      const settings = args(
        cross!.heads === undefined && `heads=${heads}`,
        cross!.layers === undefined && `layers=${layers}`,
      )
      return [transformer(parts, cross!), settings]
    }
    const own = styles[kind]
    const settings = args(
      own.heads === undefined && `heads=${heads}`,
      groups !== own.groups && `groups=${groups ?? 'None'}`,
      own.divides && block === middle?.attention && `divisor=${divisor}`,
    )
    return [pixelAttention(parts, own), settings]
  }
  return {
    inLevels: levels.length > 0,
    crosses,
    isLinear: ofKind('linear').length > 0,
    factory(block) {
      const [name, settings] = describe(block)
      return settings ? `partial(${name}, ${settings})` : name
    },
    create(block) {
      const [name, settings] = describe(block)
      return `${name}(${args(block.channels, settings || undefined)})`
    },
  }
}

/** Number of heads of all blocks, or channels per head; undefined if both differ. */
function headsOf(blocks: readonly AttentionBlock[]): AttentionStyle['heads'] {
  const [first] = blocks
  if (!first) return undefined
  const width = first.channels / first.heads
  const hasCount = blocks.every(({ heads }) => heads === first.heads)
  const hasWidth = blocks.every(({ heads, channels }) => channels / heads === width)
  if (hasCount && (first.heads === 1 || !hasWidth)) return { count: first.heads }
  return hasWidth ? { width } : undefined
}

function crossStyle(
  config: UnetConfig,
  blocks: readonly AttentionBlock[],
  zeroInit: boolean,
): TransformerStyle {
  const [first] = blocks
  const { layers, tokenWidth, linearProjection } = first.cross!
  return {
    groups: config.norm_num_groups,
    tokenWidth,
    linearProjection,
    heads: blocks.every(({ heads }) => heads === first.heads) ? first.heads : undefined,
    layers: blocks.every(({ cross }) => cross!.layers === layers) ? layers : undefined,
    zeroInit,
  }
}

/** Stands in for attention to tokens. */
export const noAttention = (parts: Parts): string =>
  parts.define(
    'NoAttention',
    () => python`
      class NoAttention(nn.Identity):
          """In place of attention to tokens."""

          def forward(self, x, tokens):
              return x
    `,
  )
