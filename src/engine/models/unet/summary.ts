// What a UNet is and what it costs, counted from its structure: nothing is evaluated.
import type { Model } from '../../values.ts'
import type { AttentionKind, UnetConfig } from './config.ts'
import { attendsToTokens, sizeOf } from './config.ts'
import { FORWARD, unetWeightShapes } from './shapes.ts'
import type { AttentionBlock, Level, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'

export interface UnetSummary {
  /** From the finest. */
  levels: ({ height: number; width: number; channels: number } & Attending)[]
  /** Undefined if there is none. */
  middle: Attending | undefined
  parameters: number
  /** Of one prediction for one image: a multiplication and an addition are 2. Convolutions, linear layers and attention. */
  flops: number
  /** Tokens an image that the counts are for, where it attends to some. */
  tokens: number
  /**
   * Numbers an image that are kept for the way back: what goes into each layer that has weights, once, the queries, keys and
   * values, and the shares of every pixel of all that it attends to.
   */
  saved: number
  /** The same where blocks are computed again on the way back: what goes into each, and all of the block that keeps most. */
  checkpointed: number
}

/** How a place attends, if it does. */
interface Attending {
  kind: AttentionKind | undefined
  heads: number | undefined
}

const attendingOf = (block: AttentionBlock | undefined): Attending => ({ kind: block?.kind, heads: block?.heads })

/** `tokens`: how many come, where it attends to vectors; how many labels there are, the config says. */
export function unetSummary(config: UnetConfig, tokens = config.num_token_embeds ? config.num_tokens! : 1): UnetSummary {
  const [height, width] = sizeOf(config)
  const { down, middle } = unetStructure(config)
  const { macs, saved, held, again } = costOf(config, attendsToTokens(config) ? tokens : 0)
  return {
    levels: down.map(({ attentions }, i) => ({
      height: height / 2 ** i,
      width: width / 2 ** i,
      channels: config.block_out_channels[i]!,
      ...attendingOf(attentions[0]),
    })),
    middle: middle && attendingOf(middle.attention),
    parameters: unetParameters(config),
    flops: 2 * macs,
    tokens: attendsToTokens(config) ? tokens : 0,
    saved,
    checkpointed: held + again,
  }
}

export const unetParameters = (config: UnetConfig): number =>
  [...unetWeightShapes(config).values()].reduce((sum, shape) => sum + product(shape), 0)

/**
 * Bytes that training takes at a batch: `weights` with their gradient and Adam's two moments, and `activations` kept for the
 * way back, or `checkpointed` of them. What operations need while they run comes on top.
 */
export const trainingMemory = ({ parameters, saved, checkpointed }: UnetSummary, batch: number) => ({
  weights: 4 * 4 * parameters,
  activations: 4 * saved * batch,
  checkpointed: 4 * checkpointed * batch,
})

/** Multiplications with an addition, and numbers kept, an image. */
interface Cost {
  macs: number
  saved: number
  /** How many of them stay where blocks are computed again on the way back; all, if left out. */
  held?: number
  /** The most that a block keeps while it is computed again; 0 if left out. */
  again?: number
}

const total = (costs: readonly Cost[]): Required<Cost> => ({
  macs: costs.reduce((sum, { macs }) => sum + macs, 0),
  saved: costs.reduce((sum, { saved }) => sum + saved, 0),
  held: costs.reduce((sum, { saved, held = saved }) => sum + held, 0),
  again: Math.max(...costs.map(({ again = 0 }) => again)),
})

/** Of a block that may be computed again: then it keeps the numbers that go into it. */
const blockCost = ({ macs, saved }: Cost, into: number): Cost => ({ macs, saved, held: into, again: saved })

function costOf(config: UnetConfig, tokens: number): Required<Cost> {
  const { time, down, middle, up } = unetStructure(config)
  const pixels = product(sizeOf(config))
  const [first, last] = [config.block_out_channels[0]!, config.block_out_channels.at(-1)!]
  const coarsest = pixels / 4 ** (down.length - 1)
  const settings: Settings = { timeWidth: time.to, scaleShift: config.resnet_time_scale_shift === 'scale_shift', tokens }
  return total([
    convCost(3, config.in_channels, first, pixels, config.in_channels * pixels),
    // The norm and the convolution at the end.
    convCost(3, first, config.out_channels, pixels, 2 * first * pixels),
    embeddingCost(config, time),
    tokenCost(config, tokens),
    ...down.map((level, i) => levelCost(level, pixels / 4 ** i, settings, level.resnets[0]!.from)),
    ...(middle?.resnets.map((block) => resnetCost(block, coarsest, settings, last)) ?? []),
    ...(middle?.attention ? [attentionCost(middle.attention, coarsest, tokens)] : []),
    ...up.map((level, i) => levelCost(level, coarsest * 4 ** i, settings, up[i - 1]?.resnets[0]!.to ?? last)),
  ])
}

interface Settings {
  timeWidth: number
  scaleShift: boolean
  tokens: number
}

const convCost = (kernel: number, from: number, to: number, pixels: number, saved: number): Cost => ({
  macs: kernel * kernel * from * to * pixels,
  saved,
})

/** Two linear layers; what the second gives goes through an activation into all residual blocks. */
function embeddingCost(config: UnetConfig, { from, to }: { from: number; to: number }): Cost {
  const mlp = { macs: from * to + to * to, saved: from + 2 * to }
  const { class_embed_type: type, num_class_embeds: rows } = config
  const condition =
    type === 'timestep' ? mlp : { macs: type === null && rows ? rows * to : 0, saved: type === null ? (rows ?? 0) : 0 }
  return total([mlp, condition, { macs: 0, saved: 2 * to }])
}

/** Looking labels up, as a product, or the layer that vectors go through; and the tokens that come of it. */
function tokenCost(
  { cross_attention_dim: width, encoder_hid_dim: from, num_token_embeds: rows }: UnetConfig,
  tokens: number,
): Cost {
  if (width === undefined) return { macs: 0, saved: 0 }
  const into = rows ?? from ?? 0
  return { macs: into * width * tokens, saved: (into + width) * tokens }
}

/** `into`: the channels of what comes to the level, which on the way up come beside a skip. */
function levelCost({ resnets, attentions, resample }: Level, pixels: number, settings: Settings, into: number): Cost {
  const costs = [
    ...resnets.map((block, i) => resnetCost(block, pixels, settings, i === 0 ? into : block.to)),
    ...attentions.map((block) => attentionCost(block, pixels, settings.tokens)),
  ]
  if (resample?.kind === 'resnet') costs.push(resnetCost(resample.block, pixels, settings, resample.block.from))
  else if (resample) {
    const { channels, direction } = resample
    // On the way up the convolution gets the larger image.
    const [into, out] = direction === 'down' ? [pixels, pixels / 4] : [4 * pixels, 4 * pixels]
    costs.push(convCost(3, channels, channels, out, channels * into))
  }
  return total(costs)
}

/** The first norm, the shortcut and the way around share their input; the activations are part of the norms. */
function resnetCost(
  { from, to, resample }: ResnetBlock,
  pixels: number,
  { timeWidth, scaleShift }: Settings,
  into: number,
): Cost {
  const out = resample === 'down' ? pixels / 4 : resample === 'up' ? 4 * pixels : pixels
  const cost = total([
    convCost(3, from, to, out, from * pixels + from * out),
    convCost(3, to, to, out, 2 * to * out),
    ...(from === to ? [] : [convCost(1, from, to, out, 0)]),
    { macs: timeWidth * to * (scaleShift ? 2 : 1), saved: 0 },
  ])
  return blockCost(cost, into * pixels)
}

const attentionCost = (block: AttentionBlock, pixels: number, tokens: number): Cost =>
  blockCost(
    block.cross ? transformerCost(block, block.cross, pixels, tokens) : pixelAttentionCost(block, pixels),
    block.channels * pixels,
  )

function pixelAttentionCost({ kind, channels, heads, groups }: AttentionBlock, pixels: number): Cost {
  const numbers = channels * pixels
  const mixed = kind === 'linear' ? linearCost(channels, heads, pixels) : softmaxCost(channels, heads, pixels, pixels)
  return total([{ macs: 4 * channels * numbers, saved: (groups ? 2 : 1) * numbers + 3 * numbers + numbers }, mixed])
}

/** Shares of every pixel of all that it attends to. */
const softmaxCost = (channels: number, heads: number, pixels: number, others: number): Cost => ({
  macs: 2 * channels * pixels * others,
  saved: heads * pixels * others,
})

/** A sum of keys times values, a square for each head, and what each pixel takes of it. */
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
  const layer = total([
    // Into a norm and out of it, queries, keys, values, into the last layer; then to the tokens.
    { macs: 4 * square, saved: 6 * numbers },
    softmaxCost(channels, heads, pixels, pixels),
    { macs: 2 * square + 2 * tokenWidth * channels * tokens, saved: 4 * numbers + 2 * channels * tokens },
    softmaxCost(channels, heads, pixels, tokens),
    // A norm, values and gates, and their product.
    { macs: 3 * FORWARD * square, saved: (2 + 3 * FORWARD) * numbers },
  ])
  return total([{ macs: 2 * square, saved: 3 * numbers }, ...Array.from({ length: layers }, () => layer)])
}

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1)

/** The images a training step that {@link unetRows} tells the memory for. */
const BATCH = 64

/** What a model of kind `unet` is, in words: names and texts. */
export function unetRows(model: Model): [string, string][] {
  const config = model.config as unknown as UnetConfig
  const summary = unetSummary(config)
  const { levels, middle, parameters, flops } = summary
  const { weights, activations, checkpointed } = trainingMemory(summary, BATCH)
  return [
    ...levels.map(({ height, width, channels, ...attending }): [string, string] => [
      `${height} x ${width}`,
      `${channels} channels${attentionWords(attending)}`,
    ]),
    ['middle', middle ? `${levels.at(-1)!.channels} channels${attentionWords(middle)}` : 'none'],
    ...tokenRows(config),
    ['parameters', parameters.toLocaleString('en')],
    ['FLOPs an image', withUnit(flops, 1000, ['', 'k', 'M', 'G', 'T'])],
    [`memory to train, batch ${BATCH}`, inBytes(weights + activations)],
    ['with checkpointing', inBytes(weights + checkpointed)],
  ]
}

const KINDS = { self: 'attention', cross: 'cross-attention', linear: 'linear attention' }

const attentionWords = ({ kind, heads }: Attending) =>
  kind ? `, ${KINDS[kind]}, ${heads === 1 ? '1 head' : `${heads} heads`}` : ''

function tokenRows({
  cross_attention_dim: width,
  encoder_hid_dim: from,
  num_token_embeds: rows,
  num_tokens,
}: UnetConfig): [string, string][] {
  if (width === undefined) return []
  const labels = `${num_tokens} of ${(rows ?? 1) - 1} labels, ${width} wide`
  return [['tokens', rows ? labels : from ? `vectors of ${from}, brought to ${width}` : `vectors of ${width}`]]
}

const inBytes = (bytes: number) => withUnit(bytes, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])

/** Three digits and the largest unit that fits. */
function withUnit(value: number, base: number, units: readonly string[]): string {
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log(value) / Math.log(base)))
  const scaled = value / base ** power
  return `${scaled >= 100 ? Math.round(scaled) : Number(scaled.toPrecision(3))} ${units[power]}`.trim()
}
