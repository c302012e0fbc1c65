// The graph of layers of an AutoencoderKL (Rombach et al. 2022): diffusers' Encoder and Decoder.
import { pixelAttentionLayers } from '../../graph/blocks/attention.ts'
import { downsampleLayers, upsampleLayers } from '../../graph/blocks/resample.ts'
import { residualLayers } from '../../graph/blocks/residual.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature } from '../../graph/layer.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { layersWithWeights } from '../../graph/weights.ts'
import type { KlConfig } from './klConfig.ts'
import { klActivation } from './klConfig.ts'
import { forImageSize } from './sizes.ts'

/** Epsilon of all group norms; fixed in diffusers. */
const EPS = 1e-6

/** Height and width are divided by this number. */
export const klFactor = ({ block_out_channels: widths }: KlConfig): number =>
  2 ** (widths.length - 1)

/**
 * The layers for images of a size, with diffusers' names. `encode` gives the moments, mean and
 * log-variance along the channel axis; `decode` takes latents.
 */
export const klGraph = forImageSize((config: KlConfig, height, width) => {
  const b = new GraphBuilder()
  const factor = klFactor(config)
  const latent = [height / factor, width / factor, config.latent_channels]
  const image = b.source('x', { shape: [height, width, config.in_channels] })
  const encode = encoder(b, image, config)
  const decode = decoder(b, b.source('x', { shape: latent }), config)
  return b.graph({ encode, decode })
})

function encoder(b: GraphBuilder, x: Feature, config: KlConfig): Feature {
  const { block_out_channels: widths, latent_channels, layers_per_block } = config
  let h = b.conv(x, 'encoder.conv_in', widths[0])
  for (const [level, out] of widths.entries()) {
    const name = `encoder.down_blocks.${level}`
    for (let i = 0; i < layers_per_block; i++) h = resnet(b, h, `${name}.resnets.${i}`, out, config)
    const isLast = level === widths.length - 1
    if (!isLast) h = downsampleLayers(b, h, `${name}.downsamplers.0.conv`, out, 0)
  }
  const last = endOf(b, middle(b, h, 'encoder', config), 'encoder', 2 * latent_channels, config)
  return config.use_quant_conv ? projection(b, last, 'quant_conv') : last
}

function decoder(b: GraphBuilder, z: Feature, config: KlConfig): Feature {
  const widths = [...config.block_out_channels].reverse()
  const first = config.use_post_quant_conv ? projection(b, z, 'post_quant_conv') : z
  let h = middle(b, b.conv(first, 'decoder.conv_in', widths[0]), 'decoder', config)
  for (const [level, out] of widths.entries()) {
    const name = `decoder.up_blocks.${level}`
    for (let i = 0; i <= config.layers_per_block; i++)
      h = resnet(b, h, `${name}.resnets.${i}`, out, config)
    const isLast = level === widths.length - 1
    if (!isLast) h = upsampleLayers(b, h, `${name}.upsamplers.0.conv`, out)
  }
  return endOf(b, h, 'decoder', config.out_channels, config)
}

/** Two residual blocks with attention in between. */
const middle = (b: GraphBuilder, h: Feature, part: string, config: KlConfig): Feature =>
  b.module('middle', `${part}.mid_block`, [h], () =>
    middleLayers(b, h, `${part}.mid_block`, config),
  )

function middleLayers(b: GraphBuilder, h: Feature, name: string, config: KlConfig): Feature {
  const out = b.channelsOf(h)
  const first = resnet(b, h, `${name}.resnets.0`, out, config)
  const attention = {
    kind: 'attention',
    heads: 1,
    groups: config.norm_num_groups,
    eps: EPS,
  } as const
  const attended = config.mid_block_add_attention
    ? pixelAttentionLayers(b, first, `${name}.attentions.0`, attention)
    : first
  return resnet(b, attended, `${name}.resnets.1`, out, config)
}

function resnet(b: GraphBuilder, x: Feature, name: string, out: number, config: KlConfig): Feature {
  return residualLayers(b, x, undefined, name, {
    out,
    groups: config.norm_num_groups,
    eps: EPS,
    activation: klActivation(config),
    timeScaleShift: 'default',
    dropout: 0,
  })
}

/** Both parts end with SiLU for every activation of the blocks. */
function endOf(b: GraphBuilder, h: Feature, part: string, out: number, config: KlConfig): Feature {
  const normed = b.groupNorm(h, `${part}.conv_norm_out`, config.norm_num_groups, EPS)
  return b.conv(b.add('silu', [normed]), `${part}.conv_out`, out)
}

const projection = (b: GraphBuilder, x: Feature, name: string): Feature =>
  b.conv(x, name, b.channelsOf(x), { kernel: 1 })

/** The modules of diffusers in their order. */
const modules = [
  /^encoder\.(conv_in|down)/,
  /^encoder\.mid_block\.attentions/,
  /^encoder\.mid/,
  /^encoder/,
  /^decoder\.conv_in/,
  /^decoder\.up/,
  /^decoder\.mid_block\.attentions/,
  /^decoder\.mid/,
  /^decoder/,
  /^quant/,
  /^post_quant/,
]

/** The layers with weights in the order of diffusers' modules. They do not depend on the size. */
export function klLayers(config: KlConfig): LayerWeights[] {
  const side = klFactor(config)
  const layers = layersWithWeights(klGraph(config, side, side))
  const placeOf = ({ name }: LayerWeights) => modules.findIndex((module) => module.test(name))
  return layers.toSorted((a, b) => placeOf(a) - placeOf(b))
}
