// The UNet in files: exactly diffusers' UNet2DModel or UNet2DConditionModel wherever diffusers has one like it.
import type { UnetConfig } from '../models/unet/config.ts'
import { attendsToTokens, parseUnetConfig, sizeOf } from '../models/unet/config.ts'
import { diffusersRefusal, readConditionConfig, writeConditionConfig } from '../models/unet/diffusers.ts'
import { unetWeightShapes } from '../models/unet/shapes.ts'
import { messageOf } from '../plan/fault.ts'
import { CheckpointError } from './error.ts'
import type { Format } from './formats.ts'

/** The version of diffusers whose files these are. */
export const DIFFUSERS_VERSION = '0.40.0.dev0'

/** More would not be a model that anybody trains, and takes a long time to count. */
const MAX_LAYERS = 64

const imageText = (config: UnetConfig) => [...sizeOf(config), config.in_channels].join(' x ')

const unetOf = (config: Record<string, unknown>) => config as unknown as UnetConfig

export const unetFormat: Format = {
  folder: 'unet',
  classNames: ['UNet2DModel', 'UNet2DConditionModel', 'UNet'],
  refusal: (config) => diffusersRefusal(unetOf(config)),
  write(config) {
    if (diffusersRefusal(unetOf(config)) !== undefined) return { className: ['litegraph_diffusion', 'UNet'], config }
    const conditioned = attendsToTokens(unetOf(config))
    const written = conditioned ? writeConditionConfig(unetOf(config)) : config
    return {
      className: ['diffusers', conditioned ? 'UNet2DConditionModel' : 'UNet2DModel'],
      config: { _diffusers_version: DIFFUSERS_VERSION, ...written },
    }
  },
  read: (json) => ({ config: { ...parsed(json) } }),
  saysVariance: (config) => unetOf(config).out_channels === 2 * unetOf(config).in_channels,
  shapes: (config) => unetWeightShapes(unetOf(config)),
  renamed: (name) =>
    name.replace(/(\.attentions\.\d+\.)(query|key|value|proj_attn)\./, (_, at, old) => `${at}${newNames[old as OldName]}.`),
  describe(config) {
    const { block_out_channels: channels } = unetOf(config)
    return `UNet of ${channels.length} levels (${channels.join(', ')} channels) for images of ${imageText(unetOf(config))}`
  },
  item: (config) => ['images', imageText(unetOf(config))],
  classes: (config) => Math.max(0, (unetOf(config).num_class_embeds ?? unetOf(config).num_token_embeds ?? 0) - 1),
}

/** Attention had other names in diffusers before version 0.15; many published models still have them. */
const newNames = { query: 'to_q', key: 'to_k', value: 'to_v', proj_attn: 'to_out.0' }
type OldName = keyof typeof newNames

function parsed(json: Record<string, unknown>): UnetConfig {
  if ((json.layers_per_block as number) > MAX_LAYERS) {
    throw new CheckpointError(`layers_per_block of the UNet is ${json.layers_per_block}; at most ${MAX_LAYERS} are read.`)
  }
  try {
    return json._class_name === 'UNet2DConditionModel' ? readConditionConfig(json) : parseUnetConfig(json)
  } catch (error) {
    throw new CheckpointError(
      messageOf(error),
      'Choose a UNet2DModel made of the blocks that are supported, those of DDPM, or a UNet2DConditionModel such as that of Stable Diffusion 1.',
    )
  }
}
