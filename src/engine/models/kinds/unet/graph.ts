// The graph of layers of a UNet.
import type { Activation } from '../../../layers/activations.ts'
import { pixelAttentionLayers, transformerLayers } from '../../graph/blocks/attention.ts'
import { timeEmbeddingLayers } from '../../graph/blocks/embedding.ts'
import { downsampleLayers, upsampleLayers } from '../../graph/blocks/resample.ts'
import { residualLayers } from '../../graph/blocks/residual.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature, LayerGraph } from '../../graph/layer.ts'
import { memoize } from '../../graph/memoize.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { inModuleOrder, layersWithWeights } from '../../graph/weights.ts'
import type { UnetConfig } from './config.ts'
import { imageChannels, imageSize } from './config.ts'
import type { AttentionBlock, Level, Resample, ResnetBlock } from './structure.ts'
import { unetStructure } from './structure.ts'
import type { TokenConfig } from './tokens.ts'

/** Builder, config and embeddings that all blocks of a UNet share. */
interface Around {
  b: GraphBuilder
  config: UnetConfig
  /** The embedding of time and condition. */
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
  for (const level of down) h = b.repeat('level', () => goDown(h, level, skips, around))
  if (middle) {
    const by = config.mid_block_scale_factor
    h = resnet(h, middle.resnets[0], around, by)
    if (middle.attention) h = attend(h, middle.attention, around, by)
    h = resnet(h, middle.resnets[1], around, by)
  }
  for (const level of up) h = b.repeat('level', () => goUp(h, level, skips, around))
  // UNet2DModel ends with SiLU for every activation of the blocks.
  const last = b.add('silu', [b.groupNorm(h, 'conv_norm_out', groups, eps)])
  const out = b.conv(last, 'conv_out', config.out_channels)
  if (config.time_embedding_type !== 'fourier') return b.graph({ predict: out })
  const t = b.add('time_value', [b.source('time')])
  return b.graph({ predict: b.add('quotient', [out, t]) })
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

const activationOf = ({ act_fn }: UnetConfig): Activation => (act_fn === 'swish' ? 'silu' : act_fn)

/** Embedding of t and the condition. */
function embed(b: GraphBuilder, config: UnetConfig): Feature {
  const { class_embed_type: type, num_class_embeds: rows } = config
  const { time: widths } = unetStructure(config)
  const embedTime = (source: Feature, name: string) =>
    timeEmbeddingLayers(b, source, name, {
      channels: widths.from,
      out: widths.to,
      flipSinToCos: config.flip_sin_to_cos,
      freqShift: config.freq_shift,
    })
  const condition = () => {
    if (type === 'timestep') return embedTime(b.source('values'), 'class_embedding')
    if (type === 'identity') return b.source('vectors', { width: widths.to })
    if (!rows) return undefined
    const labels = b.source('labels', { per_item: 1 })
    return b.add('label_embedding', [labels], { rows, width: widths.to }, 'class_embedding')
  }
  const time =
    config.time_embedding_type === 'positional'
      ? embedTime(b.source('time'), 'time_embedding')
      : twoLayers(b, projectTime(b, config), 'time_embedding', widths.to)
  const extra = condition()
  return extra === undefined ? time : b.add('add', [time, extra])
}

/** Standard deviation of the frequencies of a Fourier embedding; fixed in diffusers. */
const FREQUENCIES = 16

/** The time by fixed random frequencies of its logarithm, or by a learned vector. */
function projectTime(b: GraphBuilder, config: UnetConfig): Feature {
  const [channels] = config.block_out_channels
  const t = b.source('time')
  if (config.time_embedding_type === 'fourier')
    return b.add(
      'fourier_time_embedding',
      [t],
      { count: channels, scale: FREQUENCIES },
      'time_proj',
    )
  const { num_train_timesteps: rows } = config
  if (rows === null) throw new Error('A learned embedding of times needs their number.')
  return b.add('time_table', [t], { rows, width: channels }, 'time_proj')
}

/** Two linear layers with SiLU in between. */
function twoLayers(b: GraphBuilder, x: Feature, name: string, out: number): Feature {
  return b.linear(b.add('silu', [b.linear(x, `${name}.linear_1`, out)]), `${name}.linear_2`, out)
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
    h = around.b.repeat('resnet', () => {
      const inner = resnet(h, block, around)
      return level.attentions[i] ? attend(inner, level.attentions[i], around) : inner
    })
    skips.push(h)
  })
  if (!level.resample) return h
  h = resample(h, level.resample, around)
  skips.push(h)
  return h
}

function goUp(h: Feature, level: Level, skips: Feature[], around: Around): Feature {
  level.resnets.forEach((block, i) => {
    h = around.b.repeat('resnet', () => {
      const inner = resnet(around.b.add('concat', [h, skips.pop()!]), block, around)
      return level.attentions[i] ? attend(inner, level.attentions[i], around) : inner
    })
  })
  return level.resample ? resample(h, level.resample, around) : h
}

function resample(h: Feature, to: Resample, around: Around): Feature {
  const { b, config } = around
  return b.repeat(to.kind === 'conv' ? `${to.direction}sample` : 'resample', () => {
    if (to.kind === 'resnet') return resnet(h, to.block, around)
    return to.direction === 'down'
      ? downsampleLayers(b, h, to.name, to.channels, config.downsample_padding)
      : upsampleLayers(b, h, to.name, to.channels)
  })
}

function resnet(x: Feature, block: ResnetBlock, around: Around, divisor = 1): Feature {
  const { b, config, embedding } = around
  return residualLayers(b, x, embedding, block.name, {
    out: block.to,
    groups: config.norm_num_groups,
    eps: config.norm_eps,
    activation: activationOf(config),
    timeScaleShift: config.resnet_time_scale_shift,
    dropout: config.dropout,
    resample: block.resample,
    divisor,
  })
}

function attend(x: Feature, block: AttentionBlock, around: Around, divisor = 1): Feature {
  const { b, config, tokens } = around
  const { name, heads, cross, groups, kind } = block
  if (cross) {
    const settings = { ...cross, heads, groups: config.norm_num_groups }
    return transformerLayers(b, x, tokens!, name, settings)
  }
  return pixelAttentionLayers(b, x, name, {
    kind: kind === 'linear' ? 'linear_attention' : 'attention',
    heads,
    groups,
    eps: config.norm_eps,
    divisor,
  })
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
