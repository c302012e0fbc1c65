// File formats of autoencoders: diffusers' AutoencoderKL and AutoencoderTiny.
import { getErrorMessage } from '../../../base/fault.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import type { LayerWeights } from '../../graph/weights.ts'
import { parseKlConfig, type KlConfig } from './klConfig.ts'
import { klLayers } from './klGraph.ts'
import { parseTinyConfig, type TinyConfig } from './tinyConfig.ts'
import { tinyLayers } from './tinyGraph.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'
import { currentAttentionName, DIFFUSERS_VERSION } from '../unet/file.ts'

/** Differences of the two classes. */
interface AutoencoderClass<Config> {
  name: string
  title: 'autoencoder' | 'tinyAutoencoder'
  parse(json: Record<string, unknown>): Config
  layers(config: Config): LayerWeights[]
  /** Size of an image, as far as it is known. */
  size(config: Config): string
}

interface Shared {
  block_out_channels: readonly number[]
  latent_channels: number
}

const autoencoderFormat = <Config extends Shared>({
  name,
  title,
  parse,
  layers,
  size,
}: AutoencoderClass<Config>): Format => {
  const typed = (config: Record<string, unknown>) => config as unknown as Config
  return {
    folder: 'vae',
    denoises: false,
    classNames: [name],
    refusal: () => undefined,
    write: (config) => ({
      className: ['diffusers', name],
      config: { _diffusers_version: DIFFUSERS_VERSION, ...config },
    }),
    read(json) {
      try {
        // Required, but unused: an autoencoder makes no prediction.
        return { config: { ...(parse(json) as object) }, predicts: 'sample' }
      } catch (error) {
        throw new CheckpointError(getErrorMessage(error), checkpointMessages.chooseVae())
      }
    },
    predictsVariance: () => false,
    layers: (config) => layers(typed(config)),
    currentName: currentAttentionName,
    describe: (config) =>
      viewText(title, typed(config).block_out_channels.join(', '), typed(config).latent_channels),
    item: (config) => [viewText('images'), size(typed(config))],
    classes: () => 0,
  }
}

export const klFormat = autoencoderFormat<KlConfig>({
  name: 'AutoencoderKL',
  title: 'autoencoder',
  parse: parseKlConfig,
  layers: klLayers,
  size: ({ sample_size: size, in_channels }) =>
    [...(typeof size === 'number' ? [size, size] : size), in_channels].join(' x '),
})

export const tinyFormat = autoencoderFormat<TinyConfig>({
  name: 'AutoencoderTiny',
  title: 'tinyAutoencoder',
  parse: parseTinyConfig,
  layers: tinyLayers,
  size: ({ in_channels }) => viewText('channels', in_channels),
})
