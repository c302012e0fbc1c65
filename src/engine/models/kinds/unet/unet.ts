// Evaluation of diffusers' UNets (UNet2DModel, UNet2DConditionModel). Ronneberger et al. 2015; for
// diffusion Ho et al. 2020, appendix B.
import type { Model } from '../../../base/values.ts'
import type { ConditionSpec } from '../../condition.ts'
import { memoize } from '../../graph/memoize.ts'
import { createProgram, runProgram } from '../../graph/program.ts'
import type { ModelKind } from '../kind.ts'
import type { UnetConfig } from './config.ts'
import { imageChannels, imageSize, timeEmbeddingWidth } from './config.ts'
import { unetGraph } from './graph.ts'
import type { TokenConfig } from './tokens.ts'
import { tokenSpec } from './tokens.ts'

/** The config of a model of kind `unet`. */
const toUnetConfig = (model: Model) => model.config as unknown as UnetConfig

const unetProgram = memoize((config: UnetConfig) => createProgram(unetGraph(config), ['predict']))

export const unetKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [...imageSize(toUnetConfig(model)), imageChannels(toUnetConfig(model))],
  conditions: (model) => conditionSpecs(toUnetConfig(model)),
  program: (model) => unetProgram(toUnetConfig(model)),
  evaluate: (model, x, times, condition) =>
    runProgram(unetProgram(toUnetConfig(model)), model, { x, times, condition })[0],
}

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
