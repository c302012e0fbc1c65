// Attention of a UNet in PyTorch: the classes that its config needs, and how blocks create them.
import type { UnetConfig } from '../../../engine/models/kinds/unet/config.ts'
import type { AttentionBlock, UnetStructure } from '../../../engine/models/kinds/unet/structure.ts'
import type { Parts } from './parts.ts'
import { args, python } from './python.ts'
import { transformer, type TransformerStyle } from './transformer.ts'
import { defineAttention, type AttentionStyle } from './unetParts.ts'

/** The attention of a network: its classes, and the expressions that create its blocks. */
export class UnetAttention {
  /** Some level has attention. */
  readonly inLevels: boolean
  /** Some block attends to tokens, so that all take them. */
  readonly crosses: boolean
  /** Some block has linear attention, whose weights have another name. */
  readonly isLinear: boolean
  private readonly styles: { self: AttentionStyle; linear: AttentionStyle }
  private readonly crossStyle: TransformerStyle | undefined

  /** `levels`: the first block of each level that has attention. */
  constructor(
    private readonly parts: Parts,
    private readonly config: UnetConfig,
    private readonly middle: AttentionBlock | undefined,
    levels: readonly AttentionBlock[],
    zeroInit: boolean,
  ) {
    const blocks = [...levels, ...(middle ? [middle] : [])]
    const ofKind = (kind: AttentionBlock['kind']) => blocks.filter((block) => block.kind === kind)
    this.inLevels = levels.length > 0
    this.crosses = ofKind('cross').length > 0
    this.isLinear = ofKind('linear').length > 0
    this.styles = {
      self: this.describeStyle(ofKind('self'), zeroInit),
      linear: { ...this.describeStyle(ofKind('linear'), zeroInit), linear: true },
    }
    this.crossStyle = this.crosses
      ? describeTransformers(config.norm_num_groups, ofKind('cross'), zeroInit)
      : undefined
  }

  /** Expression of a function that creates a block from its number of channels. */
  factory(block: AttentionBlock): string {
    const [name, settings] = this.describe(block)
    return settings ? `partial(${name}, ${settings})` : name
  }

  /** Expression that creates a block. */
  create(block: AttentionBlock): string {
    const [name, settings] = this.describe(block)
    return `${name}(${args(block.channels, settings || undefined)})`
  }

  private describeStyle(blocks: readonly AttentionBlock[], zeroInit: boolean): AttentionStyle {
    const groups = [...new Set(blocks.map((block) => block.groups))]
    return {
      eps: this.config.norm_eps,
      heads: headsOf(blocks),
      groups: groups[0],
      otherGroups: groups.length > 1,
      divides:
        this.config.mid_block_scale_factor !== 1 && blocks.some((each) => each === this.middle),
      zeroInit,
      linear: false,
      ignoresTokens: this.crosses,
    }
  }

  /** Class of a block, and the arguments that differ from its defaults. */
  private describe(block: AttentionBlock): [name: string, settings: string] {
    const { kind, heads, groups, cross } = block
    if (kind === 'cross') {
      const style = this.crossStyle!
      const settings = args(
        style.heads === undefined && `heads=${heads}`,
        style.layers === undefined && `layers=${cross!.layers}`,
      )
      return [transformer(this.parts, style), settings]
    }
    const style = this.styles[kind]
    const settings = args(
      style.heads === undefined && `heads=${heads}`,
      groups !== style.groups && `groups=${groups ?? 'None'}`,
      style.divides && block === this.middle && `divisor=${this.config.mid_block_scale_factor}`,
    )
    return [defineAttention(this.parts, style), settings]
  }
}

/** The attention of a UNet; undefined if it has none. */
export function unetAttention(
  parts: Parts,
  config: UnetConfig,
  { down, middle, up }: UnetStructure,
  zeroInit: boolean,
): UnetAttention | undefined {
  const levels = [...down, ...up].flatMap(({ attentions }) => attentions.slice(0, 1))
  if (levels.length === 0 && !middle?.attention) return undefined
  return new UnetAttention(parts, config, middle?.attention, levels, zeroInit)
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

function describeTransformers(
  groups: number,
  blocks: readonly AttentionBlock[],
  zeroInit: boolean,
): TransformerStyle {
  const [first] = blocks
  const { layers, tokenWidth, linearProjection } = first.cross!
  return {
    groups,
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
