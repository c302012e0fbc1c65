// MLP for points: residual layers conditioned on the timestep and optionally on a class, a number, a
// vector and further coordinates.
import type { Random } from '../base/random.ts'
import type { Model, PredictionType, VarianceKind, Weights } from '../base/values.ts'
import type { Activation } from '../layers/activations.ts'
import type { ConditionSpec } from './condition.ts'
import { labelSpec } from './condition.ts'
import { timeEmbeddingLayers } from './graph/blocks/embedding.ts'
import { GraphBuilder, type Feature } from './graph/builder.ts'
import type { LayerGraph } from './graph/layer.ts'
import { memoize } from './graph/memoize.ts'
import { createProgram, runProgram } from './graph/program.ts'
import type { LayerWeights } from './graph/weights.ts'
import { createWeights, layersWithWeights } from './graph/weights.ts'
import type { ModelKind } from './kind.ts'

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

/**
 * Creates an MLP. Weights have the names of an equivalent PyTorch module, but layout `[in, out]`;
 * the last row of `class_embedding.weight` is the null label. `variance` is the kind of learned
 * variance, if `out_dim` includes one.
 */
export function mlp(
  config: MlpConfig,
  predicts: PredictionType,
  random: Random,
  variance?: VarianceKind,
): Model {
  const layers = mlpLayers(config)
  return {
    type: 'model',
    kind: 'mlp',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    weights: Object.assign({}, ...layers.map((layer) => createWeights(layer, random))) as Weights,
    children: {},
  }
}

const mlpConfig = (model: Model) => model.config as unknown as MlpConfig

export const mlpKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [mlpConfig(model).dim],
  conditions: (model) => conditionSpecs(mlpConfig(model)),
  evaluate: (model, x, times, condition) =>
    runProgram(mlpProgram(mlpConfig(model)), model, { x, times, condition })[0],
}

const conditionSpecs = ({
  num_classes,
  second_time = false,
  vector_dim = 0,
  extra_dim = 0,
}: MlpConfig): ConditionSpec[] => [
  ...labelSpec(num_classes),
  ...(second_time ? [{ kind: 'values' } as const] : []),
  ...(vector_dim > 0 ? [{ kind: 'vectors', width: vector_dim } as const] : []),
  ...(extra_dim > 0 ? [{ kind: 'channels', count: extra_dim } as const] : []),
]

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
    const active = b.add(activation, [b.add('add', [h, embedding])])
    h = b.add('add', [h, b.linear(active, `layers.${i}`, hidden)])
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

const mlpProgram = memoize((config: MlpConfig) => createProgram(mlpGraph(config), ['predict']))

/** The layers with weights. */
export const mlpLayers = (config: MlpConfig): LayerWeights[] => layersWithWeights(mlpGraph(config))
