// Facts about autoencoders, closed or of layers. Loads no tfjs.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { isKind, type Configured } from '../configs.ts'
import type { ImageSize } from '../kind.ts'
import type { LayersConfig } from '../layers/config.ts'
import { inputShape, viewOf } from '../layers/graph.ts'
import type { KlConfig } from './klConfig.ts'
import { klFactor } from './klGraph.ts'
import type { TinyConfig } from './tinyConfig.ts'
import { tinyFactor } from './tinyGraph.ts'

/** Differences of the kinds of autoencoders. */
export interface AutoencoderFacts {
  /** Channels of an image, and of a latent. */
  channels: number
  latentChannels: number
  /** Height and width of an image divided by those of its latent. */
  factor: number
  /** `encode` gives a mean and a log-variance. */
  hasMoments: boolean
  scale: number
  shift: number
  /** Height and width of its images, if it takes no others. */
  size?: ImageSize
}

/** Facts about an autoencoder. Throws EngineError, at `argument`, for other models. */
export function autoencoderFacts(model: Configured, argument = 'model'): AutoencoderFacts {
  if (isKind(model, 'autoencoder_kl'))
    return closedFacts(model.config, klFactor(model.config), true)
  if (isKind(model, 'autoencoder_tiny'))
    return closedFacts(model.config, tinyFactor(model.config), false)
  const facts = isKind(model, 'layers') ? layersFacts(model.config) : undefined
  if (facts) return facts
  throw new EngineError(modelMessages.notAnAutoencoder, { argument, kind: model.kind })
}

const closedFacts = (
  config: KlConfig | TinyConfig,
  factor: number,
  hasMoments: boolean,
): AutoencoderFacts => ({
  channels: config.in_channels,
  latentChannels: config.latent_channels,
  factor,
  hasMoments,
  scale: config.scaling_factor,
  shift: config.shift_factor ?? 0,
})

/** Facts about a model of layers with both functions. */
function layersFacts(config: LayersConfig): AutoencoderFacts | undefined {
  if (!['encode', 'decode'].every((name) => Object.hasOwn(config.functions, name))) return undefined
  const [height, width, channels] = inputShape(config, 'encode')
  const [rows, , latentChannels] = inputShape(config, 'decode')
  const encoded = viewOf(config).shapes[config.functions.encode]
  return {
    channels,
    latentChannels,
    factor: height / rows,
    hasMoments: encoded.at(-1) === 2 * latentChannels,
    scale: 1,
    shift: 0,
    size: [height, width],
  }
}
