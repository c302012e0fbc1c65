// Levels, size and cost of a UNet, computed from its config without evaluation.
import { viewText } from '../../../base/viewTexts.ts'
import type { ModelOf } from '../../model.ts'
import { sizeRows, type Size } from '../../cost.ts'
import { networkSize } from '../../graph/networkSize.ts'
import { countParameters } from '../../graph/weights.ts'
import type { AttentionKind, UnetConfig } from './config.ts'
import { attendsToTokens, imageSize } from './config.ts'
import { unetGraph, unetLayers } from './graph.ts'
import type { AttentionBlock } from './structure.ts'
import { unetStructure } from './structure.ts'

export interface UnetSummary extends Size {
  /** Levels from the finest. */
  levels: ({ height: number; width: number; channels: number } & Attending)[]
  /** Attention of the middle block; undefined without one. */
  middle: Attending | undefined
  /** Tokens per image that the counts assume. */
  tokens: number
}

/** Attention of a level, if any. */
interface Attending {
  kind: AttentionKind | undefined
  heads: number | undefined
}

const countAttending = (block: AttentionBlock | undefined): Attending => ({
  kind: block?.kind,
  heads: block?.heads,
})

/**
 * Summarises a config. `tokens` is the number of token vectors; the config has the number of
 * labels.
 */
export function unetSummary(
  config: UnetConfig,
  tokens = config.num_token_embeds ? config.num_tokens! : 1,
): UnetSummary {
  const [height, width] = imageSize(config)
  const { down, middle } = unetStructure(config)
  return {
    levels: down.map(({ attentions }, i) => ({
      height: height / 2 ** i,
      width: width / 2 ** i,
      channels: config.block_out_channels[i],
      ...countAttending(attentions[0]),
    })),
    middle: middle && countAttending(middle.attention),
    tokens: attendsToTokens(config) ? tokens : 0,
    ...networkSize(unetGraph(config), tokens),
  }
}

export const unetParameters = (config: UnetConfig): number => countParameters(unetLayers(config))

/** Describes a UNet as rows of name and text. */
export function unetRows({ config }: Pick<ModelOf<'unet'>, 'config'>): [string, string][] {
  const summary = unetSummary(config)
  const { levels, middle } = summary
  return [
    ...levels.map(({ height, width, channels, ...attending }): [string, string] => [
      `${height} x ${width}`,
      `${viewText('channels', channels)}${attentionWords(attending)}`,
    ]),
    [
      viewText('middle'),
      middle
        ? `${viewText('channels', levels.at(-1)!.channels)}${attentionWords(middle)}`
        : viewText('none'),
    ],
    ...tokenRows(config),
    ...sizeRows(summary),
  ]
}

const KINDS = { self: 'attention', cross: 'crossAttention', linear: 'linearAttention' } as const

const attentionWords = ({ kind, heads }: Attending) =>
  kind
    ? `, ${viewText(KINDS[kind])}, ${heads === 1 ? viewText('oneHead', 1) : viewText('heads', heads ?? '')}`
    : ''

function tokenRows({
  cross_attention_dim: width,
  encoder_hid_dim: from,
  num_token_embeds: rows,
  num_tokens,
}: UnetConfig): [string, string][] {
  if (width === undefined) return []
  const labels = `${viewText('labelTokens', num_tokens ?? '', (rows ?? 1) - 1)}, ${viewText('width', width)}`
  return [
    [
      viewText('tokens'),
      rows
        ? labels
        : from
          ? `${viewText('vectors', from)}, ${viewText('projected', width)}`
          : viewText('vectors', width),
    ],
  ]
}
