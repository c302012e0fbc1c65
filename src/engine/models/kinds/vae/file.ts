// File formats of autoencoders: diffusers' AutoencoderKL and AutoencoderTiny.
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { currentAttentionName } from '../diffusers.ts'
import { asFileError, diffusersClass, type ModelFile } from '../file.ts'
import { klSize, parseKlConfig, type KlConfig } from './klConfig.ts'
import { parseTinyConfig, type TinyConfig } from './tinyConfig.ts'

const autoencoderFile = <Config extends KlConfig | TinyConfig>(
  name: string,
  title: 'autoencoder' | 'tinyAutoencoder',
  /** Size of an image, as far as it is known. */
  size: (config: Config) => string,
): ModelFile<Config> => ({
  folder: 'vae',
  denoises: false,
  classNames: [name],
  write: (config) => diffusersClass(name, config),
  // Required, but unused: an autoencoder makes no prediction.
  predicts: () => 'sample',
  currentName: currentAttentionName,
  describe: ({ block_out_channels: channels, latent_channels }) =>
    viewText(title, channels.join(', '), latent_channels),
  item: (config) => [viewText('images'), size(config)],
})

export const klFile = autoencoderFile<KlConfig>('AutoencoderKL', 'autoencoder', (config) =>
  [...klSize(config), config.in_channels].join(' x '),
)

export const tinyFile = autoencoderFile<TinyConfig>(
  'AutoencoderTiny',
  'tinyAutoencoder',
  ({ in_channels }) => viewText('channels', in_channels),
)

/** Parses the config of a file. Throws CheckpointError. */
export const parseKlFile = (json: Record<string, unknown>): KlConfig =>
  asFileError(() => parseKlConfig(json), checkpointMessages.chooseVae())

/** Parses the config of a file. Throws CheckpointError. */
export const parseTinyFile = (json: Record<string, unknown>): TinyConfig =>
  asFileError(() => parseTinyConfig(json), checkpointMessages.chooseVae())
