// Size and cost of a UNet, computed from its structure without evaluation.
import { viewText } from '../../../base/viewTexts.ts'
import type { ModelOf } from '../../../base/values.ts'
import type { Cost, Size } from '../../cost.ts'
import { blockCost, sizeRows, softmaxCost, totalCost } from '../../cost.ts'
import type { AttentionKind, UnetConfig } from './config.ts'
import { attendsToTokens, imageSize } from './config.ts'
import { FORWARD } from '../../graph/blocks/attention.ts'
import { countParameters } from '../../graph/weights.ts'
import { unetLayers } from './graph.ts'
import type { AttentionBlock, Level, ResnetBlock } from './structure.ts'
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
  const { macs, saved, held, again } = layerCost(config, attendsToTokens(config) ? tokens : 0)
  return {
    levels: down.map(({ attentions }, i) => ({
      height: height / 2 ** i,
      width: width / 2 ** i,
      channels: config.block_out_channels[i],
      ...countAttending(attentions[0]),
    })),
    middle: middle && countAttending(middle.attention),
    parameters: unetParameters(config),
    flops: 2 * macs,
    tokens: attendsToTokens(config) ? tokens : 0,
    saved,
    checkpointed: held + again,
  }
}

export const unetParameters = (config: UnetConfig): number => countParameters(unetLayers(config))

function layerCost(config: UnetConfig, tokens: number): Required<Cost> {
  const { time, down, middle, up } = unetStructure(config)
  const pixels = multiply(imageSize(config))
  const [first, last] = [config.block_out_channels[0], config.block_out_channels.at(-1)!]
  const coarsest = pixels / 4 ** (down.length - 1)
  const settings: Settings = {
    timeWidth: time.to,
    scaleShift: config.resnet_time_scale_shift === 'scale_shift',
    tokens,
  }
  return totalCost([
    convCost(3, config.in_channels, first, pixels, config.in_channels * pixels),
    // The final norm and convolution.
    convCost(3, first, config.out_channels, pixels, 2 * first * pixels),
    embeddingCost(config, time),
    tokenCost(config, tokens),
    ...down.map((level, i) => levelCost(level, pixels / 4 ** i, settings, level.resnets[0].from)),
    ...(middle?.resnets.map((block) => resnetCost(block, coarsest, settings, last)) ?? []),
    ...(middle?.attention ? [attentionCost(middle.attention, coarsest, tokens)] : []),
    ...up.map((level, i) =>
      levelCost(level, coarsest * 4 ** i, settings, up[i - 1]?.resnets[0].to ?? last),
    ),
  ])
}

interface Settings {
  timeWidth: number
  scaleShift: boolean
  tokens: number
}

const convCost = (
  kernel: number,
  from: number,
  to: number,
  pixels: number,
  saved: number,
): Cost => ({
  macs: kernel * kernel * from * to * pixels,
  saved,
})

/** Two linear layers; the output of the second is activated and enters all residual blocks. */
function embeddingCost(config: UnetConfig, { from, to }: { from: number; to: number }): Cost {
  const mlp = { macs: from * to + to * to, saved: from + 2 * to }
  const { class_embed_type: type, num_class_embeds: rows } = config
  const condition =
    type === 'timestep'
      ? mlp
      : { macs: type === null && rows ? rows * to : 0, saved: type === null ? (rows ?? 0) : 0 }
  return totalCost([mlp, condition, { macs: 0, saved: 2 * to }])
}

/** The label lookup (a product) or the projection of vectors, and the resulting tokens. */
function tokenCost(
  { cross_attention_dim: width, encoder_hid_dim: from, num_token_embeds: rows }: UnetConfig,
  tokens: number,
): Cost {
  if (width === undefined) return { macs: 0, saved: 0 }
  const into = rows ?? from ?? 0
  return { macs: into * width * tokens, saved: (into + width) * tokens }
}

/** Cost of a level. `into` is its input channels, which the decoder concatenates with a skip. */
function levelCost(
  { resnets, attentions, resample }: Level,
  pixels: number,
  settings: Settings,
  into: number,
): Cost {
  const costs = [
    ...resnets.map((block, i) => resnetCost(block, pixels, settings, i === 0 ? into : block.to)),
    ...attentions.map((block) => attentionCost(block, pixels, settings.tokens)),
  ]
  if (resample?.kind === 'resnet')
    costs.push(resnetCost(resample.block, pixels, settings, resample.block.from))
  else if (resample) {
    const { channels, direction } = resample
    // The decoder's convolution runs at the larger size.
    const [into, out] = direction === 'down' ? [pixels, pixels / 4] : [4 * pixels, 4 * pixels]
    costs.push(convCost(3, channels, channels, out, channels * into))
  }
  return totalCost(costs)
}

/**
 * The first norm, the shortcut and the skip connection share their input; activations belong to the
 * norms.
 */
function resnetCost(
  { from, to, resample }: ResnetBlock,
  pixels: number,
  { timeWidth, scaleShift }: Settings,
  into: number,
): Cost {
  const out = resample === 'down' ? pixels / 4 : resample === 'up' ? 4 * pixels : pixels
  const cost = totalCost([
    convCost(3, from, to, out, from * pixels + from * out),
    convCost(3, to, to, out, 2 * to * out),
    ...(from === to ? [] : [convCost(1, from, to, out, 0)]),
    { macs: timeWidth * to * (scaleShift ? 2 : 1), saved: 0 },
  ])
  return blockCost(cost, into * pixels)
}

const attentionCost = (block: AttentionBlock, pixels: number, tokens: number): Cost =>
  blockCost(
    block.cross
      ? transformerCost(block, block.cross, pixels, tokens)
      : pixelAttentionCost(block, pixels),
    block.channels * pixels,
  )

function pixelAttentionCost(
  { kind, channels, heads, groups }: AttentionBlock,
  pixels: number,
): Cost {
  const numbers = channels * pixels
  const mixed =
    kind === 'linear'
      ? linearCost(channels, heads, pixels)
      : softmaxCost(channels, heads, pixels, pixels)
  return totalCost([
    { macs: 4 * channels * numbers, saved: (groups ? 2 : 1) * numbers + 3 * numbers + numbers },
    mixed,
  ])
}

/** Cost of linear attention: keys times values per head, then queries times that. */
const linearCost = (channels: number, heads: number, pixels: number): Cost => ({
  macs: (2 * channels * channels * pixels) / heads,
  saved: (channels * channels) / heads,
})

function transformerCost(
  { channels, heads }: AttentionBlock,
  { layers, tokenWidth }: NonNullable<AttentionBlock['cross']>,
  pixels: number,
  tokens: number,
): Cost {
  const numbers = channels * pixels
  const square = channels * numbers
  const layer = totalCost([
    // Norm input and output, queries, keys, values, input of the last layer; then cross-attention.
    { macs: 4 * square, saved: 6 * numbers },
    softmaxCost(channels, heads, pixels, pixels),
    {
      macs: 2 * square + 2 * tokenWidth * channels * tokens,
      saved: 4 * numbers + 2 * channels * tokens,
    },
    softmaxCost(channels, heads, pixels, tokens),
    // A norm, values and gates, and their product.
    { macs: 3 * FORWARD * square, saved: (2 + 3 * FORWARD) * numbers },
  ])
  return totalCost([
    { macs: 2 * square, saved: 3 * numbers },
    ...Array.from({ length: layers }, () => layer),
  ])
}

const multiply = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1)

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
