// The graph of layers of a UNet.
import { GraphBuilder, type Feature } from '../graph/builder.ts'
import type { LayerGraph } from '../graph/layer.ts'
import { memoize } from '../graph/memoize.ts'
import type { LayerWeights } from '../graph/weights.ts'
import { inModuleOrder, layersWithWeights, torchShapes } from '../graph/weights.ts'
import type { UnetConfig } from './config.ts'
import { imageChannels, imageSize } from './config.ts'
import type { AttentionBlock, Level, Resample, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'
import type { TokenConfig } from './tokens.ts'

/** Expansion factor of a transformer's feed-forward network. */
export const FORWARD = 4
/** Epsilon of the transformer's group norm, and of its layer norms; fixed in diffusers. */
const [GROUP_EPS, LAYER_EPS] = [1e-6, 1e-5]

/** What the blocks of a UNet share. */
interface Around {
  b: GraphBuilder
  config: UnetConfig
  /** The activated embedding of time and condition. */
  embedding: Feature
  tokens: Feature | undefined
}

/** Layers in the order of their evaluation, with diffusers' names. */
export const unetGraph = memoize(buildGraph)

function buildGraph(config: UnetConfig): LayerGraph {
  const b = new GraphBuilder()
  const { block_out_channels: widths, norm_num_groups: groups, norm_eps: eps } = config
  const { down, middle, up } = unetStructure(config)
  const first = b.conv(networkInput(b, config), 'conv_in', widths[0])
  const around = { b, config, embedding: embed(b, config), tokens: tokens(b, config) }
  const skips = [first]
  let h = first
  for (const level of down) h = goDown(h, level, skips, around)
  if (middle) {
    const by = config.mid_block_scale_factor
    h = resnet(h, middle.resnets[0], around, by)
    if (middle.attention) h = attend(h, middle.attention, around, by)
    h = resnet(h, middle.resnets[1], around, by)
  }
  for (const level of up) h = goUp(h, level, skips, around)
  // As in UNet2DModel, whatever the activation of the blocks is.
  const last = b.add('silu', [b.groupNorm(h, 'conv_norm_out', groups, eps)])
  return b.graph({ predict: b.conv(last, 'conv_out', config.out_channels) })
}

/** x with further channels, as the network expects it. */
function networkInput(b: GraphBuilder, config: UnetConfig): Feature {
  const [height, width] = imageSize(config)
  const { extra_channels: extra = 0, center_input_sample: isCentred } = config
  const x = b.source('x', { shape: [height, width, imageChannels(config)] })
  const all =
    extra > 0 ? b.add('concat', [x, b.source('channels', { shape: [height, width, extra] })]) : x
  return isCentred ? b.add('affine', [all], { scale: 2, shift: -1 }) : all
}

const activate = (b: GraphBuilder, { act_fn }: UnetConfig, x: Feature) =>
  b.add(act_fn === 'swish' ? 'silu' : act_fn, [x])

/** Embedding of t and the condition, with the activation that every residual block begins with. */
function embed(b: GraphBuilder, config: UnetConfig): Feature {
  const { class_embed_type: type, num_class_embeds: rows } = config
  const { time: widths } = unetStructure(config)
  const embedTime = (source: Feature, name: string) => {
    const waves = b.add('timestep_embedding', [source], {
      width: widths.from,
      flip_sin_to_cos: config.flip_sin_to_cos,
      freq_shift: config.freq_shift,
    })
    const hidden = b.add('silu', [b.linear(waves, `${name}.linear_1`, widths.to)])
    return b.linear(hidden, `${name}.linear_2`, widths.to)
  }
  const condition = () => {
    if (type === 'timestep') return embedTime(b.source('values'), 'class_embedding')
    if (type === 'identity') return b.source('vectors', { width: widths.to })
    if (!rows) return undefined
    const labels = b.source('labels', { per_item: 1 })
    return b.add('label_embedding', [labels], { rows, width: widths.to }, 'class_embedding')
  }
  const time = embedTime(b.source('time'), 'time_embedding')
  const extra = condition()
  return activate(b, config, extra === undefined ? time : b.add('add', [time, extra]))
}

/** Tokens for cross-attention. */
function tokens(b: GraphBuilder, config: UnetConfig): Feature | undefined {
  const { cross_attention_dim: width, encoder_hid_dim: from } = config
  if (width === undefined) return undefined
  const { num_token_embeds: rows, num_tokens: count } = config as UnetConfig & TokenConfig
  if (rows) {
    const labels = b.source('labels', { per_item: count })
    const found = b.add('token_embedding', [labels], { rows, width }, 'token_embedding')
    return count > 1 ? b.add('position_embedding', [found], {}, 'token_positions') : found
  }
  const given = b.source('tokens', { width: from ?? width })
  return from ? b.linear(given, 'encoder_hid_proj', width) : given
}

function goDown(h: Feature, level: Level, skips: Feature[], around: Around): Feature {
  level.resnets.forEach((block, i) => {
    h = resnet(h, block, around)
    if (level.attentions[i]) h = attend(h, level.attentions[i], around)
    skips.push(h)
  })
  if (!level.resample) return h
  h = resample(h, level.resample, around)
  skips.push(h)
  return h
}

function goUp(h: Feature, level: Level, skips: Feature[], around: Around): Feature {
  level.resnets.forEach((block, i) => {
    h = resnet(around.b.add('concat', [h, skips.pop()!]), block, around)
    if (level.attentions[i]) h = attend(h, level.attentions[i], around)
  })
  return level.resample ? resample(h, level.resample, around) : h
}

function resample(h: Feature, to: Resample, around: Around): Feature {
  const { b, config } = around
  if (to.kind === 'resnet') return resnet(h, to.block, around)
  return to.direction === 'down'
    ? b.downsample(h, to.name, to.channels, config.downsample_padding)
    : b.conv(b.add('upsample', [h]), to.name, to.channels)
}

/** ResnetBlock2D. */
function resnet(
  x: Feature,
  { name, from, to, resample: resized }: ResnetBlock,
  { b, config, embedding }: Around,
  by = 1,
): Feature {
  const { norm_num_groups: groups, norm_eps: eps, dropout, resnet_time_scale_shift } = config
  const isShifted = resnet_time_scale_shift === 'scale_shift'
  const resize = (h: Feature) =>
    resized ? b.add(resized === 'down' ? 'avg_pool' : 'upsample', [h]) : h
  const first = activate(b, config, b.groupNorm(x, `${name}.norm1`, groups, eps))
  const h = b.conv(resize(first), `${name}.conv1`, to)
  const projected = b.linear(embedding, `${name}.time_emb_proj`, isShifted ? 2 * to : to)
  const norm2 = (h: Feature) => b.groupNorm(h, `${name}.norm2`, groups, eps)
  const second = isShifted
    ? b.add('modulate', [norm2(h), ...b.split(projected, 2)])
    : norm2(b.add('add', [h, projected]))
  const active = activate(b, config, second)
  const dropped = dropout > 0 ? b.add('dropout', [active], { rate: dropout }) : active
  const inner = b.conv(dropped, `${name}.conv2`, to)
  const way = resize(x)
  const skip = from === to ? way : b.conv(way, `${name}.conv_shortcut`, to, 1)
  return divide(b, b.add('add', [skip, inner]), by)
}

const divide = (b: GraphBuilder, x: Feature, by: number) =>
  by === 1 ? x : b.add('divide', [x], { by })

function attend(x: Feature, block: AttentionBlock, around: Around, by = 1): Feature {
  if (block.cross) return transformer(x, block, block.cross, around)
  const { b, config } = around
  const { name, heads, channels, groups, kind } = block
  const normed = groups ? b.groupNorm(x, `${name}.group_norm`, groups, config.norm_eps) : x
  const pixels = b.add('to_tokens', [normed])
  const [q, k, v] = ['to_q', 'to_k', 'to_v'].map((part) =>
    b.linear(pixels, `${name}.${part}`, channels),
  )
  const mixed = b.add(kind === 'linear' ? 'linear_attention' : 'attention', [q, k, v], { heads })
  const out = toImage(b.linear(mixed, `${name}.to_out.0`, channels), block, around)
  return divide(b, b.add('add', [x, out]), by)
}

const toImage = (x: Feature, { size: [height, width] }: AttentionBlock, { b }: Around) =>
  b.add('to_image', [x], { height, width })

/** Transformer2DModel. */
function transformer(
  x: Feature,
  block: AttentionBlock,
  { layers, linearProjection }: NonNullable<AttentionBlock['cross']>,
  around: Around,
): Feature {
  const { b, config } = around
  const { name, channels } = block
  const project = (h: Feature, part: string) =>
    linearProjection
      ? b.linear(h, `${name}.${part}`, channels)
      : b.conv(h, `${name}.${part}`, channels, 1)
  const normed = b.groupNorm(x, `${name}.norm`, config.norm_num_groups, GROUP_EPS)
  let h = b.add('to_tokens', [project(normed, 'proj_in')])
  for (let i = 0; i < layers; i++)
    h = basicBlock(h, `${name}.transformer_blocks.${i}`, block, around)
  return b.add('add', [x, project(toImage(h, block, around), 'proj_out')])
}

/** BasicTransformerBlock: self-attention, cross-attention and a feed-forward network with GEGLU. */
function basicBlock(x: Feature, name: string, { channels, heads }: AttentionBlock, around: Around) {
  const { b, tokens } = around
  const normal = (h: Feature, part: string) =>
    b.add('layer_norm', [h], { eps: LAYER_EPS }, `${name}.${part}`)
  const attention = (h: Feature, context: Feature, part: string, skip: Feature) => {
    const at = `${name}.${part}`
    const q = b.linear(h, `${at}.to_q`, channels, false)
    const k = b.linear(context, `${at}.to_k`, channels, false)
    const v = b.linear(context, `${at}.to_v`, channels, false)
    const mixed = b.add('attention', [q, k, v], { heads })
    return b.add('add', [skip, b.linear(mixed, `${at}.to_out.0`, channels)])
  }
  const own = normal(x, 'norm1')
  const alone = attention(own, own, 'attn1', x)
  const told = attention(normal(alone, 'norm2'), tokens!, 'attn2', alone)
  const wide = b.linear(normal(told, 'norm3'), `${name}.ff.net.0.proj`, 2 * FORWARD * channels)
  const [values, gates] = b.split(wide, 2)
  const gated = b.add('multiply', [values, b.add('gelu', [gates])])
  return b.add('add', [told, b.linear(gated, `${name}.ff.net.2`, channels)])
}

/**
 * The layers with weights in the order of diffusers' modules, which list the residual blocks of a
 * level before its attentions.
 */
export const unetLayers = (config: UnetConfig): LayerWeights[] =>
  inModuleOrder(layersWithWeights(unetGraph(config)), /^(down_blocks\.\d+|up_blocks\.\d+|[^.]+)/, [
    '.resnets.',
    'attentions.',
    'samplers.',
  ])

/** Names and shapes of all weights in PyTorch's order of axes. */
export const unetWeightShapes = (config: UnetConfig): Map<string, number[]> =>
  torchShapes(unetLayers(config))
