// MLP for points: residual layers conditioned on the timestep and optionally on a class, a number, a
// vector and further coordinates.
import type { Random } from '../base/random.ts'
import type { Tensor, Tensor1D, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Conditioning, Model, PredictionType, VarianceKind, Weights } from '../base/values.ts'
import type { ConditionSpec } from './condition.ts'
import {
  concatChannels,
  distinct,
  findNumbers,
  findPart,
  labelsOrNone,
  labelSpec,
  timeRows,
} from './condition.ts'
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
  const {
    dim,
    out_dim = dim,
    hidden,
    layers,
    time_embedding_dim,
    num_classes,
    fourier_features,
    second_time = false,
    vector_dim = 0,
    extra_dim = 0,
  } = config
  const weights: Weights = {
    ...linearWeights('time_embedding.linear_1', time_embedding_dim, hidden, random),
    ...linearWeights('time_embedding.linear_2', hidden, hidden, random),
    ...(num_classes > 0 && embeddingWeights('class_embedding', num_classes + 1, hidden, random)),
    ...(second_time && {
      ...linearWeights('second_time_embedding.linear_1', time_embedding_dim, hidden, random),
      ...linearWeights('second_time_embedding.linear_2', hidden, hidden, random),
    }),
    ...(vector_dim > 0 && linearWeights('vector_embedding', vector_dim, hidden, random)),
    ...linearWeights('linear_in', (dim + extra_dim) * (1 + 2 * fourier_features), hidden, random),
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
  conditions: (model) => conditionSpecs(mlpConfig(model)),
  evaluate(model, x, times, condition) {
    const { weights } = model
    const { layers, activation, fourier_features, extra_dim = 0 } = mlpConfig(model)
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
    const input = concatChannels(x, condition, extra_dim)
    const inputs = [input, embed(model, times, condition, layer)]
    return captureOrReplay({ key: model.config, weights, inputs, run })
  },
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

/** Embeds timestep and condition: one row per item, or a single row if all are equal. */
function embed(
  model: Model,
  times: Times,
  condition: Conditioning | undefined,
  layer: (name: string, x: Tensor) => Tensor,
): Tensor {
  const { time_embedding_dim, num_classes } = mlpConfig(model)
  const embedTime = (name: string, at: Pick<Times, 't' | 'tensor'>) => {
    const waves = timestepEmbedding(timeRows(at), time_embedding_dim, {}, at.tensor)
    return layer(`${name}.linear_2`, silu(layer(`${name}.linear_1`, waves)))
  }
  const parts = [embedTime('time_embedding', times)]
  if (num_classes > 0) {
    const labels = labelsOrNone(condition) ?? Int32Array.of(-1)
    const rows = labels.map((label) => (label < 0 ? num_classes : label))
    const classes = oneHot(distinct(rows), num_classes + 1)
    parts.push(tf.matMul(classes, model.weights['class_embedding.weight'] as Tensor2D))
  }
  const numbers = findNumbers(condition)
  if (numbers) parts.push(embedTime('second_time_embedding', numbers))
  const vector = findPart(condition, 'vectors')
  if (vector) parts.push(layer('vector_embedding', vector.vectors))
  return parts.reduce((sum, part) => sum.add(part))
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
