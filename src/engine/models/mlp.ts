// MLP for points: residual layers conditioned on the timestep and an optional class.
import type { Random } from '../base/random.ts'
import type { Tensor, Tensor1D, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Model, PredictionType, VarianceKind, Weights } from '../base/values.ts'
import { distinct, labelsOrNone, labelSpec, timeRows } from './condition.ts'
import type { Times } from '../process/schedule.ts'
import type { ModelKind } from './kind.ts'
import type { Activation } from '../layers/activations.ts'
import { activations, silu } from '../layers/activations.ts'
import { oneHot, timestepEmbedding } from '../layers/embedding.ts'
import { captureOrReplay } from '../layers/captureOrReplay.ts'
import { embeddingWeights, linearWeights } from '../layers/init.ts'
import { linear } from '../layers/linear.ts'

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
  const {
    dim,
    out_dim = dim,
    hidden,
    layers,
    time_embedding_dim,
    num_classes,
    fourier_features,
  } = config
  const weights: Weights = {
    ...linearWeights('time_embedding.linear_1', time_embedding_dim, hidden, random),
    ...linearWeights('time_embedding.linear_2', hidden, hidden, random),
    ...(num_classes > 0 && embeddingWeights('class_embedding', num_classes + 1, hidden, random)),
    ...linearWeights('linear_in', dim * (1 + 2 * fourier_features), hidden, random),
  }
  for (let i = 0; i < layers; i++)
    Object.assign(weights, linearWeights(`layers.${i}`, hidden, hidden, random))
  Object.assign(weights, linearWeights('linear_out', hidden, out_dim, random))
  return {
    type: 'model',
    kind: 'mlp',
    config: { ...config },
    predicts,
    ...(variance && { variance }),
    weights,
    children: {},
  }
}

const mlpConfig = (model: Model) => model.config as unknown as MlpConfig

export const mlpKind: ModelKind = {
  trainable: true,
  differentiableTime: true,
  itemShape: (model) => [mlpConfig(model).dim],
  condition: (model) => labelSpec(mlpConfig(model).num_classes),
  evaluate(model, x, times, condition) {
    const { weights } = model
    const { layers, activation, fourier_features } = mlpConfig(model)
    const act = activations[activation]
    const layer = (name: string, input: Tensor) =>
      linear(
        input as Tensor2D,
        weights[`${name}.weight`] as Tensor2D,
        weights[`${name}.bias`] as Tensor1D,
      )

    const run = ([x, embedding]: readonly Tensor[]) => {
      let h: Tensor = layer('linear_in', fourierFeatures(x as Tensor2D, fourier_features))
      for (let i = 0; i < layers; i++) h = h.add(layer(`layers.${i}`, act(h.add(embedding))))
      return layer('linear_out', act(h))
    }
    const inputs = [x, embed(model, times, labelsOrNone(condition), layer)]
    return captureOrReplay({ key: model.config, weights, inputs, run })
  },
}

/** Embeds timestep and label: one row per item, or a single row if all are equal. */
function embed(
  model: Model,
  times: Times,
  labels: Int32Array | undefined,
  layer: (name: string, x: Tensor) => Tensor,
): Tensor {
  const { time_embedding_dim, num_classes } = mlpConfig(model)
  const time = timestepEmbedding(timeRows(times), time_embedding_dim, {}, times.tensor)
  const embedding = layer('time_embedding.linear_2', silu(layer('time_embedding.linear_1', time)))
  if (num_classes === 0) return embedding
  const rows = (labels ?? Int32Array.of(-1)).map((label) => (label < 0 ? num_classes : label))
  const classes = oneHot(distinct(rows), num_classes + 1)
  return embedding.add(tf.matMul(classes, model.weights['class_embedding.weight'] as Tensor2D))
}

/**
 * Appends sines and cosines of x, 2x, 4x, ..., which make fine structure easier to learn (Tancik et
 * al. 2020).
 */
function fourierFeatures(x: Tensor2D, count: number): Tensor2D {
  if (count === 0) return x
  const angles = tf.concat(
    Array.from({ length: count }, (_, k) => x.mul(2 ** k)),
    1,
  )
  return tf.concat([x, angles.sin(), angles.cos()], 1) as Tensor2D
}
