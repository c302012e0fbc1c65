// The graph of layers of a classifier of images.
import { timeEmbeddingLayers } from '../../graph/blocks/embedding.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature, LayerGraph } from '../../graph/layer.ts'
import { memoize } from '../../graph/memoize.ts'
import { inModuleOrder, layersWithWeights } from '../../graph/weights.ts'
import type { ClassifierConfig } from './config.ts'

/** Layers in the order of an equivalent PyTorch module. */
export const classifierGraph = memoize((config: ClassifierConfig): LayerGraph => {
  const { height, width, in_channels, activation, norm_num_groups: groups } = config
  const b = new GraphBuilder()
  const time = embedTime(b, config)
  let h = b.source('x', { shape: [height, width, in_channels] })
  for (const [i, out] of config.block_out_channels.entries()) {
    if (i > 0) h = b.add('avg_pool', [h], { size: 2 })
    const norm = (h: Feature) => b.groupNorm(h, `blocks.${i}.norm`, groups, 1e-5)
    const timed = (h: Feature, time: Feature) =>
      b.add('add', [h, b.linear(time, `blocks.${i}.time_emb_proj`, out)])
    h = b.module('classifier_block', `blocks.${i}`, [h, time], () => {
      const convolved = b.conv(h, `blocks.${i}.conv`, out)
      return b.add(activation, [norm(time === undefined ? convolved : timed(convolved, time))])
    })
  }
  const features = b.add('mean_pixels', [h])
  return b.graph({ features, logits: b.linear(features, 'head', config.num_classes) })
})

function embedTime(b: GraphBuilder, { time_embedding_dim: width }: ClassifierConfig) {
  if (width === 0) return undefined
  const settings = { channels: width, out: 2 * width }
  return b.add('silu', [timeEmbeddingLayers(b, b.source('time'), 'time_embedding', settings)])
}

/** The layers with weights in the order of the module. */
export const classifierLayers = (config: ClassifierConfig) =>
  inModuleOrder(layersWithWeights(classifierGraph(config)), /^blocks\.\d+/, [
    '.conv',
    '.norm',
    '.time_emb_proj',
  ])
