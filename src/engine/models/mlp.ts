// A small network for points: a stack of residual layers that knows the timestep and, if there are any, the class.
import type { Random } from '../random.ts'
import type { Tensor, Tensor1D, Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Model, PredictionType, VarianceKind, Weights } from '../values.ts'
import { distinct, labelsOf, labelsUpTo } from './condition.ts'
import type { ModelKind } from './kind.ts'
import type { Activation } from '../layers/activations.ts'
import { activations, silu } from '../layers/activations.ts'
import { oneHot, timestepEmbedding } from '../layers/embedding.ts'
import { embeddingWeights, linearWeights } from '../layers/init.ts'
import { linear } from '../layers/linear.ts'
import { replayed } from '../webgpu/replay.ts'

export interface MlpConfig {
  /** Coordinates of a point. */
  dim: number
  /** Twice as many if it says a variance too, in the second half; otherwise left out. */
  out_dim?: number
  /** Width. */
  hidden: number
  /** Residual layers between the first and the last linear layer. */
  layers: number
  /** Even: sines and cosines of t. */
  time_embedding_dim: number
  /** 0 for a model that takes no labels. */
  num_classes: number
  activation: Activation
  /** Sines and cosines of the coordinates, at frequencies 1, 2, 4, ...: as many of each. 0 for none. */
  fourier_features: number
}

/**
 * A new MLP. Its weights have the names and shapes that a PyTorch module with the same parts would have, but `[in, out]`
 * in memory; the last row of `class_embedding.weight` stands for "no label". `variance`: how it says one, if `out_dim` has room for it.
 */
export function mlp(config: MlpConfig, predicts: PredictionType, random: Random, variance?: VarianceKind): Model {
  const { dim, out_dim = dim, hidden, layers, time_embedding_dim, num_classes, fourier_features } = config
  const weights: Weights = {
    ...linearWeights('time_embedding.linear_1', time_embedding_dim, hidden, random),
    ...linearWeights('time_embedding.linear_2', hidden, hidden, random),
    ...(num_classes > 0 && embeddingWeights('class_embedding', num_classes + 1, hidden, random)),
    ...linearWeights('linear_in', dim * (1 + 2 * fourier_features), hidden, random),
  }
  for (let i = 0; i < layers; i++) Object.assign(weights, linearWeights(`layers.${i}`, hidden, hidden, random))
  Object.assign(weights, linearWeights('linear_out', hidden, out_dim, random))
  return { type: 'model', kind: 'mlp', config: { ...config }, predicts, ...(variance && { variance }), weights, children: {} }
}

const configOf = (model: Model) => model.config as unknown as MlpConfig

export const mlpKind: ModelKind = {
  trainable: true,
  itemShape: (model) => [configOf(model).dim],
  condition: (model) => labelsUpTo(configOf(model).num_classes),
  evaluate(model, x, { t }, condition) {
    const { weights } = model
    const { layers, activation, fourier_features } = configOf(model)
    const act = activations[activation]
    const layer = (name: string, input: Tensor) =>
      linear(input as Tensor2D, weights[`${name}.weight`] as Tensor2D, weights[`${name}.bias`] as Tensor1D)

    const run = ([x, embedding]: readonly Tensor[]) => {
      let h: Tensor = layer('linear_in', fourierFeatures(x as Tensor2D, fourier_features))
      for (let i = 0; i < layers; i++) h = h.add(layer(`layers.${i}`, act(h.add(embedding!))))
      return layer('linear_out', act(h))
    }
    const inputs = [x, embed(model, t, labelsOf(condition), layer)]
    return replayed({ key: model.config, weights, inputs, run })
  },
}

/** The embedding of the timestep, plus that of the label: one row an item, or a single one where all are alike. */
function embed(
  model: Model,
  t: Float64Array,
  labels: Int32Array | undefined,
  layer: (name: string, x: Tensor) => Tensor,
): Tensor {
  const { time_embedding_dim, num_classes } = configOf(model)
  const time = timestepEmbedding(distinct(t), time_embedding_dim)
  const embedding = layer('time_embedding.linear_2', silu(layer('time_embedding.linear_1', time)))
  if (num_classes === 0) return embedding
  const rows = (labels ?? Int32Array.of(-1)).map((label) => (label < 0 ? num_classes : label))
  const classes = oneHot(distinct(rows), num_classes + 1)
  return embedding.add(tf.matMul(classes, model.weights['class_embedding.weight'] as Tensor2D))
}

/** x and the sines and cosines of x, 2x, 4x, ...: fine structure becomes easy to learn. Tancik et al. 2020. */
function fourierFeatures(x: Tensor2D, count: number): Tensor2D {
  if (count === 0) return x
  const angles = tf.concat(
    Array.from({ length: count }, (_, k) => x.mul(2 ** k)),
    1,
  )
  return tf.concat([x, angles.sin(), angles.cos()], 1) as Tensor2D
}
