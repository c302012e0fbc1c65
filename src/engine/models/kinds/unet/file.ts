// File format of the UNet: diffusers' UNet2DModel or UNet2DConditionModel wherever there is an
// equivalent.
import { CheckpointError } from '../../../archive/checkpointError.ts'
import { quoteValue } from '../../../base/quote.ts'
import { viewText } from '../../../base/viewTexts.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'
import { currentAttentionName } from '../diffusers.ts'
import { asFileError, diffusersClass, ownClass, type ModelFile } from '../file.ts'
import type { UnetConfig } from './config.ts'
import { attendsToTokens, parseUnetConfig } from './config.ts'
import { diffusersRefusal, readConditionConfig, writeConditionConfig } from './diffusers.ts'

/** Sanity limits, to bound the work on untrusted configs. */
const MAX_LAYERS = 64
const MAX_BLOCKS = 4096

export const unetFile: ModelFile<UnetConfig> = {
  folder: 'unet',
  classNames: ['UNet2DModel', 'UNet2DConditionModel', 'UNet'],
  refusal: diffusersRefusal,
  write(config) {
    if (diffusersRefusal(config) !== undefined) return ownClass('UNet', config)
    const conditioned = attendsToTokens(config)
    const stated = withoutStatedChannels(config)
    const written = conditioned ? writeConditionConfig(stated) : stated
    return diffusersClass(conditioned ? 'UNet2DConditionModel' : 'UNet2DModel', written)
  },
  withVariance(config) {
    const { in_channels, out_channels } = config
    const extra = in_channels - out_channels / 2
    return out_channels % 2 === 0 && extra > 0 ? { ...config, extra_channels: extra } : undefined
  },
  currentName: currentAttentionName,
  // A second name of the frequencies of a Fourier embedding.
  isIgnored: (name) => name === 'time_proj.W',
  describe: ({ block_out_channels: channels }, item) => viewText('unet', channels.join(', '), item),
  classes: ({ num_class_embeds, num_token_embeds }) =>
    Math.max(0, (num_class_embeds ?? num_token_embeds ?? 0) - 1),
  nullLabel: ({ class_embed_type: type, num_class_embeds: rows }) =>
    type === null && rows !== null ? rows - 1 : undefined,
}

/** Leaves out the extra channels where the difference of inputs and outputs states them. */
function withoutStatedChannels({ extra_channels: extra, ...config }: UnetConfig): UnetConfig {
  const derived = extra === undefined || extra === config.in_channels - config.out_channels
  return derived ? config : { ...config, extra_channels: extra }
}

/** Parses the config of a file. Throws CheckpointError. */
export function parseUnetFile(json: Record<string, unknown>): UnetConfig {
  if ((json.layers_per_block as number) > MAX_LAYERS) {
    throw new CheckpointError(
      checkpointMessages.unetLayers({
        value: quoteValue(json.layers_per_block),
        most: MAX_LAYERS,
      }),
    )
  }
  const parse = json._class_name === 'UNet2DConditionModel' ? readConditionConfig : parseUnetConfig
  const config = asFileError(() => parse(json), checkpointMessages.chooseUnet())
  const count = countBlocks(config)
  if (count <= MAX_BLOCKS) return config
  throw new CheckpointError(checkpointMessages.unetBlocks({ count, most: MAX_BLOCKS }))
}

/** Number of residual and transformer blocks, at most. */
function countBlocks(config: UnetConfig): number {
  const { block_out_channels: channels, layers_per_block, transformer_layers_per_block } = config
  const transformers = attendsToTokens(config) ? [transformer_layers_per_block ?? 1].flat() : [1]
  return 2 * channels.length * (layers_per_block + 1) * Math.max(...transformers)
}
