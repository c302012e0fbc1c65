// File format of the DiT: diffusers' DiTTransformer2DModel wherever there is an equivalent.
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { asFileError, diffusersClass, ownClass, type ModelFile } from '../file.ts'
import type { DitConfig } from './config.ts'
import { ditRefusal, ditWidth, parseDitConfig } from './config.ts'

export const ditFile: ModelFile<DitConfig> = {
  folder: 'transformer',
  classNames: ['DiTTransformer2DModel', 'Transformer2DModel', 'DiT'],
  refusal: ditRefusal,
  write: (config) =>
    ditRefusal(config) === undefined
      ? diffusersClass('DiTTransformer2DModel', config)
      : ownClass('DiT', config),
  describe: (config, item) => viewText('dit', config.num_layers, ditWidth(config), item),
  nullLabel: ({ num_embeds_ada_norm }) => num_embeds_ada_norm,
}

/** Parses the config of a file. Throws CheckpointError. */
export const parseDitFile = (json: Record<string, unknown>): DitConfig =>
  asFileError(() => parseDitConfig(json), checkpointMessages.chooseDit())
