// Describes autoencoders as rows of name and text.
import { viewText } from '../../../base/viewTexts.ts'
import { countParameters, type LayerWeights } from '../../graph/weights.ts'
import type { Rows } from '../kind.ts'
import type { KlConfig } from './klConfig.ts'
import type { TinyConfig } from './tinyConfig.ts'

/** Channels per level, size of a latent relative to its image, scale and parameters. */
export function autoencoderRows(
  config: KlConfig | TinyConfig,
  factor: number,
  layers: readonly LayerWeights[],
): Rows {
  const { in_channels, latent_channels, scaling_factor: scale } = config
  const smaller = (factor * factor * in_channels) / latent_channels
  return [
    [viewText('channelsOfLevels'), config.block_out_channels.join(', ')],
    [viewText('latents'), `1/${factor} x 1/${factor} x ${latent_channels}`],
    [viewText('fewerNumbers'), Number(smaller.toPrecision(3)).toString()],
    [viewText('latentScale'), Number(scale.toPrecision(4)).toString()],
    [viewText('parameters'), countParameters(layers).toLocaleString('en')],
  ]
}
