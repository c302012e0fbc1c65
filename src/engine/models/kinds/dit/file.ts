// File format of the DiT: diffusers' DiTTransformer2DModel wherever there is an equivalent.
import { getErrorMessage } from '../../../base/fault.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import type { DitConfig } from './config.ts'
import { ditImageSize, ditOutputs, ditRefusal, ditWidth, parseDitConfig } from './config.ts'
import { ditLayers } from './graph.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'
import { DIFFUSERS_VERSION } from '../unet/file.ts'

const asDitConfig = (config: Record<string, unknown>) => config as unknown as DitConfig

const imageText = (config: DitConfig) => [...ditImageSize(config), config.in_channels].join(' x ')

export const ditFormat: Format = {
  folder: 'transformer',
  classNames: ['DiTTransformer2DModel', 'Transformer2DModel', 'DiT'],
  refusal: (config) => ditRefusal(asDitConfig(config)),
  write(config) {
    if (ditRefusal(asDitConfig(config)) !== undefined)
      return { className: ['litegraph_diffusion', 'DiT'], config }
    return {
      className: ['diffusers', 'DiTTransformer2DModel'],
      config: { _diffusers_version: DIFFUSERS_VERSION, ...config },
    }
  },
  read(json) {
    try {
      return { config: { ...parseDitConfig(json) } }
    } catch (error) {
      throw new CheckpointError(getErrorMessage(error), checkpointMessages.chooseDit())
    }
  },
  predictsVariance: (config) =>
    ditOutputs(asDitConfig(config)) === 2 * asDitConfig(config).in_channels,
  layers: (config) => ditLayers(asDitConfig(config)),
  describe: (config) =>
    viewText(
      'dit',
      asDitConfig(config).num_layers,
      ditWidth(asDitConfig(config)),
      imageText(asDitConfig(config)),
    ),
  item: (config) => [viewText('images'), imageText(asDitConfig(config))],
  itemShape: (config) => [...ditImageSize(asDitConfig(config)), asDitConfig(config).in_channels],
  classes: (config) => asDitConfig(config).num_embeds_ada_norm,
  nullLabel: (config) => asDitConfig(config).num_embeds_ada_norm,
}
