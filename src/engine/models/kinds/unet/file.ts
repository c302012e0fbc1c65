// File format of the UNet: diffusers' UNet2DModel or UNet2DConditionModel wherever there is an
// equivalent.
import { viewText } from '../../../base/viewTexts.ts'
import type { UnetConfig } from './config.ts'
import { attendsToTokens, imageChannels, imageSize, parseUnetConfig } from './config.ts'
import { diffusersRefusal, readConditionConfig, writeConditionConfig } from './diffusers.ts'
import { unetLayers } from './graph.ts'
import { getErrorMessage } from '../../../base/fault.ts'
import { quoteValue } from '../../../base/quote.ts'
import { CheckpointError } from '../../../archive/checkpointError.ts'
import type { Format } from '../file.ts'
import { checkpointMessages } from '../../../messages/checkpoint.ts'

/** Version of diffusers whose format is written. */
export const DIFFUSERS_VERSION = '0.40.0.dev0'

/** Sanity limits, to bound the work on untrusted configs. */
const MAX_LAYERS = 64
const MAX_BLOCKS = 4096

const imageText = (config: UnetConfig) => [...imageSize(config), imageChannels(config)].join(' x ')

const asUnetConfig = (config: Record<string, unknown>) => config as unknown as UnetConfig

export const unetFormat: Format = {
  folder: 'unet',
  classNames: ['UNet2DModel', 'UNet2DConditionModel', 'UNet'],
  refusal: (config) => diffusersRefusal(asUnetConfig(config)),
  write(config) {
    if (diffusersRefusal(asUnetConfig(config)) !== undefined)
      return { className: ['litegraph_diffusion', 'UNet'], config }
    const conditioned = attendsToTokens(asUnetConfig(config))
    const stated = withoutStatedChannels(asUnetConfig(config))
    const written = conditioned ? writeConditionConfig(stated) : stated
    return {
      className: ['diffusers', conditioned ? 'UNet2DConditionModel' : 'UNet2DModel'],
      config: { _diffusers_version: DIFFUSERS_VERSION, ...written },
    }
  },
  read: (json) => ({ config: { ...parseConfig(json) } }),
  predictsVariance: (config) =>
    asUnetConfig(config).out_channels === 2 * imageChannels(asUnetConfig(config)),
  withVariance(config) {
    const { in_channels, out_channels } = asUnetConfig(config)
    const extra = in_channels - out_channels / 2
    return out_channels % 2 === 0 && extra > 0 ? { ...config, extra_channels: extra } : undefined
  },
  layers: (config) => unetLayers(asUnetConfig(config)),
  currentName: currentAttentionName,
  // A second name of the frequencies of a Fourier embedding.
  isIgnored: (name) => name === 'time_proj.W',
  describe(config) {
    const { block_out_channels: channels } = asUnetConfig(config)
    return viewText('unet', channels.join(', '), imageText(asUnetConfig(config)))
  },
  item: (config) => [viewText('images'), imageText(asUnetConfig(config))],
  itemShape: (config) => [...imageSize(asUnetConfig(config)), imageChannels(asUnetConfig(config))],
  classes: (config) =>
    Math.max(
      0,
      (asUnetConfig(config).num_class_embeds ?? asUnetConfig(config).num_token_embeds ?? 0) - 1,
    ),
  nullLabel(config) {
    const { class_embed_type: type, num_class_embeds: rows } = asUnetConfig(config)
    return type === null && rows !== null ? rows - 1 : undefined
  },
}

/** Leaves out the extra channels where the difference of inputs and outputs states them. */
function withoutStatedChannels({ extra_channels: extra, ...config }: UnetConfig): UnetConfig {
  const derived = extra === undefined || extra === config.in_channels - config.out_channels
  return derived ? config : { ...config, extra_channels: extra }
}

/**
 * Attention weights had other names before diffusers 0.15, which many published models still use.
 */
const newNames = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' }
type OldName = keyof typeof newNames

/** Maps an old name of a weight to the current one. */
export function currentAttentionName(name: string): string {
  return name.replace(
    /(\.attentions\.\d+\.)(query|key|value|proj_attn)\./,
    (_, at, old) => `${at}${newNames[old as OldName]}.`,
  )
}

function parseConfig(json: Record<string, unknown>): UnetConfig {
  if ((json.layers_per_block as number) > MAX_LAYERS) {
    throw new CheckpointError(
      checkpointMessages.unetLayers({
        value: quoteValue(json.layers_per_block),
        most: MAX_LAYERS,
      }),
    )
  }
  const config = asConfigError(() =>
    json._class_name === 'UNet2DConditionModel' ? readConditionConfig(json) : parseUnetConfig(json),
  )
  const count = countBlocks(config)
  if (count <= MAX_BLOCKS) return config
  throw new CheckpointError(checkpointMessages.unetBlocks({ count, most: MAX_BLOCKS }))
}

function asConfigError(parse: () => UnetConfig): UnetConfig {
  try {
    return parse()
  } catch (error) {
    throw new CheckpointError(getErrorMessage(error), checkpointMessages.chooseUnet())
  }
}

/** Number of residual and transformer blocks, at most. */
function countBlocks(config: UnetConfig): number {
  const { block_out_channels: channels, layers_per_block, transformer_layers_per_block } = config
  const transformers = attendsToTokens(config) ? [transformer_layers_per_block ?? 1].flat() : [1]
  return 2 * channels.length * (layers_per_block + 1) * Math.max(...transformers)
}
