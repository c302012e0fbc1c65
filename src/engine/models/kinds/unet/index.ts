// Diffusers' UNets (UNet2DModel, UNet2DConditionModel) as a kind of model. Ronneberger et al. 2015;
// for diffusion Ho et al. 2020, appendix B.
import type { ConditionSpec } from '../../condition.ts'
import { defineNetwork } from '../kind.ts'
import type { UnetConfig } from './config.ts'
import { imageChannels, imageSize, timeEmbeddingWidth } from './config.ts'
import { parseUnetFile, unetFile } from './file.ts'
import { unetGraph, unetLayers } from './graph.ts'
import { unetRows } from './summary.ts'
import type { TokenConfig } from './tokens.ts'

export const unetKind = defineNetwork<UnetConfig>({
  differentiableTime: true,
  takesImages: true,
  parse: parseUnetFile,
  graph: unetGraph,
  layers: unetLayers,
  itemShape: (config) => [...imageSize(config), imageChannels(config)],
  conditions: conditionSpecs,
  // The last layer of a block; for transformers that is `proj_out`.
  startsAtZero: (name) => /(^conv_out|\.conv2|attentions\.\d+\.to_out\.0|\.proj_out)$/.test(name),
  file: unetFile,
  rows: unetRows,
})

function conditionSpecs(config: UnetConfig): ConditionSpec[] {
  const { extra_channels: extra = 0, cross_attention_dim: attends } = config
  const embedded = embeddedSpec(config)
  return [
    ...(embedded ? [embedded] : []),
    ...(attends === undefined ? [] : [tokenSpec(config as UnetConfig & TokenConfig)]),
    ...(extra > 0 ? [{ kind: 'channels', count: extra } as const] : []),
  ]
}

/** The part of the condition that is added to the embedding of t. */
function embeddedSpec(config: UnetConfig): ConditionSpec | undefined {
  const { class_embed_type: type, num_class_embeds: rows } = config
  if (type === 'timestep') return { kind: 'values' }
  if (type === 'identity') return { kind: 'vectors', width: timeEmbeddingWidth(config) }
  return rows ? { kind: 'labels', classes: rows - 1, last: rows - 1 } : undefined
}

/** The part of the condition that is turned into tokens. */
const tokenSpec = ({
  cross_attention_dim,
  encoder_hid_dim,
  num_token_embeds: rows,
  num_tokens,
}: TokenConfig): ConditionSpec =>
  rows === null
    ? { kind: 'tokens', width: encoder_hid_dim ?? cross_attention_dim }
    : { kind: 'labels', classes: rows - 1, last: rows - 1, perItem: num_tokens }
