// Config of an MLP for points, and its graph of layers.
import type { Activation } from '../layers/activations.ts'
import { timeEmbeddingLayers } from './graph/blocks/embedding.ts'
import { GraphBuilder } from './graph/builder.ts'
import type { Feature, LayerGraph } from './graph/layer.ts'
import { memoize } from './graph/memoize.ts'
import type { LayerWeights } from './graph/weights.ts'
import { layersWithWeights } from './graph/weights.ts'

export interface MlpConfig {
  /** Coordinates of a point. */
  dim: number
  /** Output width: twice `dim` with a learned variance in the second half; undefined otherwise. */
  out_dim?: number
  /** Width. */
  hidden: number
  /** Residual layers between the first and the last linear layer. */
  layers: number
  /** Width of the sinusoidal embedding of t; even. */
  time_embedding_dim: number
  /** Number of classes; 0 for an unconditional model. */
  num_classes: number
  activation: Activation
  /** Number of Fourier features per coordinate, at frequencies 1, 2, 4, ...; 0 for none. */
  fourier_features: number
  /** Takes a number per item that is embedded like t, such as a second time; undefined: no. */
  second_time?: boolean
  /** Width of the vector that the model is conditioned on; undefined or 0: none. */
  vector_dim?: number
  /** Coordinates that the model takes beside those of x_t; undefined or 0: none. */
  extra_dim?: number
}

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

/** The layers with weights in the order of the module. */
export const mlpLayers = (config: MlpConfig): LayerWeights[] => layersWithWeights(mlpGraph(config))
