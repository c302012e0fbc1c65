// Evaluation of diffusers' UNets (UNet2DModel, UNet2DConditionModel). Ronneberger et al. 2015; for
// diffusion Ho et al. 2020, appendix B.
import { attentionShares } from '../../layers/attention.ts'
import type { Tensor, Tensor3D, Tensor4D } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Conditioning, Model } from '../../base/values.ts'
import type { ConditionSpec } from '../condition.ts'
import { imageAround } from '../graph/images.ts'
import type { WatchAttention } from '../graph/layer.ts'
import { memoize } from '../graph/memoize.ts'
import { createProgram, runProgram } from '../graph/program.ts'
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
  evaluate: (model, x, times, condition) =>
    runProgram(unetProgram(toUnetConfig(model)), model, { x, times, condition })[0],
}

function conditionSpecs(config: UnetConfig): ConditionSpec[] {
  const { extra_channels: extra = 0 } = config
  const embedded = embeddedSpec(config)
  return [
    ...(embedded ? [embedded] : []),
    ...(extra > 0 ? [{ kind: 'channels', count: extra } as const] : []),
  ]
}

function embeddedSpec(config: UnetConfig): ConditionSpec | undefined {
  const { class_embed_type: type, num_class_embeds: rows } = config
  if (type === 'timestep') return { kind: 'values' }
  if (type === 'identity') return { kind: 'vectors', width: timeEmbeddingWidth(config) }
  if (config.cross_attention_dim) return tokenSpec(config as UnetConfig & TokenConfig)
  return rows ? { kind: 'labels', classes: rows - 1, last: rows - 1 } : undefined
}

/**
 * Cross-attention weights over the tokens, `[b, h, w, n]`, averaged over heads and over blocks of
 * equal size, by the longer side of the feature maps. The model has cross-attention; the other
 * arguments are as for `predict`, already checked.
 */
export function attentionMaps(
  model: Model,
  x: Tensor,
  t: Float64Array,
  condition: Conditioning | undefined,
): Map<number, Tensor4D> {
  const program = unetProgram(toUnetConfig(model))
  const { view } = program
  const found = new Map<number, Tensor4D[]>()
  const watch: WatchAttention = ({ layer, q, k, heads }) => {
    const [, keys] = view.layers[layer].in
    const image = imageAround(view, layer)
    if (view.dependsOnX[keys] || !image) return
    const [height, width] = image
    const shares = attentionShares(q as Tensor3D, k as Tensor3D, heads)
    const maps = shares.reshape([shares.shape[0], height, width, -1]) as Tensor4D
    const side = Math.max(height, width)
    found.set(side, [...(found.get(side) ?? []), maps])
  }
  runProgram(program, model, { x, times: { t }, condition }, { watch })
  return new Map(
    [...found].map(([side, maps]) => [side, tf.addN(maps).div(maps.length) as Tensor4D]),
  )
}
