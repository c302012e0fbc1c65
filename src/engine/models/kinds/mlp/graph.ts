// The graph of layers of an MLP for points.
import { timeEmbeddingLayers } from '../../graph/blocks/embedding.ts'
import { GraphBuilder } from '../../graph/builder.ts'
import type { Feature, LayerGraph } from '../../graph/layer.ts'
import { memoize } from '../../graph/memoize.ts'
import type { MlpConfig } from './config.ts'

/** Layers in the order of an equivalent PyTorch module. */
export const mlpGraph = memoize((config: MlpConfig): LayerGraph => {
  const { hidden, layers, activation, extra_dim = 0, dim } = config
  const b = new GraphBuilder()
  const embedding = embed(b, config)
  const x = b.source('x', { shape: [dim] })
  const all = extra_dim > 0 ? b.add('concat', [x, b.source('channels', { shape: [extra_dim] })]) : x
  const features = b.add('fourier_features', [all], { count: config.fourier_features })
  let h = b.linear(features, 'linear_in', hidden)
  for (let i = 0; i < layers; i++) {
    h = b.repeat('layer', () => {
      const active = b.add(activation, [b.add('add', [h, embedding])])
      return b.add('add', [h, b.linear(active, `layers.${i}`, hidden)])
    })
  }
  return b.graph({
    predict: b.linear(b.add(activation, [h]), 'linear_out', config.out_dim ?? dim),
  })
})

/** Sum of the embeddings of time and condition. */
function embed(b: GraphBuilder, config: MlpConfig): Feature {
  const { hidden, num_classes, second_time = false, vector_dim = 0 } = config
  const embedTime = (source: Feature, name: string) =>
    timeEmbeddingLayers(b, source, name, { channels: config.time_embedding_dim, out: hidden })
  const parts = [embedTime(b.source('time'), 'time_embedding')]
  if (num_classes > 0) {
    const labels = b.source('labels', { per_item: 1 })
    const attrs = { rows: num_classes + 1, width: hidden }
    parts.push(b.add('label_embedding', [labels], attrs, 'class_embedding'))
  }
  if (second_time) parts.push(embedTime(b.source('values'), 'second_time_embedding'))
  if (vector_dim > 0)
    parts.push(b.linear(b.source('vectors', { width: vector_dim }), 'vector_embedding', hidden))
  return parts.reduce((sum, part) => b.add('add', [sum, part]))
}
