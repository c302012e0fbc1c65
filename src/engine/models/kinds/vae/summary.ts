// Describes autoencoders as rows of name and text.
import { viewText } from '../../../base/viewTexts.ts'
import type { Model } from '../../../base/values.ts'
import { countParameters, type LayerWeights } from '../../graph/weights.ts'
import { autoencoderFacts } from './autoencoder.ts'
import type { KlConfig } from './klConfig.ts'
import { klLayers } from './klGraph.ts'
import type { TinyConfig } from './tinyConfig.ts'
import { tinyLayers } from './tinyGraph.ts'

/** Channels per level, size of a latent relative to its image, scale and parameters. */
export function autoencoderRows(model: Model): [string, string][] {
  const { channels, latentChannels, factor, scale } = autoencoderFacts(model)
  const widths = model.config.block_out_channels as readonly number[]
  const smaller = (factor * factor * channels) / latentChannels
  return [
    [viewText('channelsOfLevels'), widths.join(', ')],
    [viewText('latents'), `1/${factor} x 1/${factor} x ${latentChannels}`],
    [viewText('fewerNumbers'), Number(smaller.toPrecision(3)).toString()],
    [viewText('latentScale'), Number(scale.toPrecision(4)).toString()],
    [viewText('parameters'), countParameters(layersOf(model)).toLocaleString('en')],
  ]
}

const layersOf = ({ kind, config }: Model): LayerWeights[] =>
  kind === 'autoencoder_kl'
    ? klLayers(config as unknown as KlConfig)
    : tinyLayers(config as unknown as TinyConfig)
