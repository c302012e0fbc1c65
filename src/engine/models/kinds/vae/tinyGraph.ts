// The graph of layers of an AutoencoderTiny (Boer Bohan 2023, TAESD): diffusers' EncoderTiny and
// DecoderTiny.
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature } from '../../graph/layer.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { layersWithWeights } from '../../graph/weights.ts'
import { forImageSize } from './sizes.ts'
import type { TinyConfig } from './tinyConfig.ts'

/** Height and width are divided by this number. */
export const tinyFactor = ({ encoder_block_out_channels: widths }: TinyConfig): number =>
  2 ** (widths.length - 1)

/** Largest absolute value of a latent in the decoder; fixed in diffusers. */
const MAGNITUDE = 3

/** The layers for images of a size, with diffusers' names. `encode` gives latents. */
export const tinyGraph = forImageSize((config: TinyConfig, height, width) => {
  const b = new GraphBuilder()
  const factor = tinyFactor(config)
  const latent = [height / factor, width / factor, config.latent_channels]
  const image = b.source('x', { shape: [height, width, config.in_channels] })
  const encode = encoder(b, image, config)
  const decode = decoder(b, b.source('x', { shape: latent }), config)
  return b.graph({ encode, decode })
})

/** Numbers the modules of a sequence, as PyTorch's Sequential does. */
function numberFrom(part: string) {
  let place = 0
  return {
    next: () => `${part}.layers.${place++}`,
    /** A module without weights. */
    skip: () => place++,
  }
}

function encoder(b: GraphBuilder, x: Feature, config: TinyConfig): Feature {
  const { encoder_block_out_channels: widths, num_encoder_blocks: counts } = config
  const { next } = numberFrom('encoder')
  // Images in [-1, 1] become (x + 1) / 2.
  const raised = b.add('affine', [x], { scale: 1, shift: 1 })
  let h = b.add('divide', [raised], { by: 2 })
  for (const [level, out] of widths.entries()) {
    const settings = level === 0 ? {} : { stride: 2, pad: [1, 1, 1, 1], bias: false }
    h = b.conv(h, next(), out, settings)
    for (let i = 0; i < counts[level]; i++) h = block(b, h, next(), out)
  }
  return b.conv(h, next(), config.latent_channels)
}

function decoder(b: GraphBuilder, z: Feature, config: TinyConfig): Feature {
  const { decoder_block_out_channels: widths, num_decoder_blocks: counts } = config
  const { next, skip } = numberFrom('decoder')
  const squashed = b.add('tanh', [b.add('divide', [z], { by: MAGNITUDE })])
  const bounded = b.add('affine', [squashed], { scale: MAGNITUDE, shift: 0 })
  let h = b.add('relu', [b.conv(bounded, next(), widths[0])])
  skip()
  for (const [level, out] of widths.entries()) {
    for (let i = 0; i < counts[level]; i++) h = block(b, h, next(), out)
    if (level === widths.length - 1) break
    skip()
    h = b.conv(b.add('upsample', [h]), next(), out, { bias: false })
  }
  const last = b.conv(h, next(), config.out_channels)
  // [0, 1] becomes 2 y - 1.
  return b.add('affine', [last], { scale: 2, shift: -1 })
}

/** Three convolutions with ReLU in between, and after the sum with x. */
function block(b: GraphBuilder, x: Feature, name: string, out: number): Feature {
  const convolve = (h: Feature, i: number) => b.conv(h, `${name}.conv.${i}`, out)
  return b.module('tiny_block', name, [x], () => {
    const inner = [0, 2].reduce((h, i) => b.add('relu', [convolve(h, i)]), x)
    return b.add('relu', [b.add('add', [convolve(inner, 4), x])])
  })
}

/** The layers with weights in the order of diffusers' modules. They do not depend on the size. */
export function tinyLayers(config: TinyConfig): LayerWeights[] {
  const side = tinyFactor(config)
  return layersWithWeights(tinyGraph(config, side, side))
}
