// The best possible denoiser of a mixture of Gaussians, in closed form: the truth to compare learned models with.
import { perItem } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsAt } from '../schedule.ts'
import type { Tensor, Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Model, PredictionType } from '../values.ts'
import { labelsOf, labelsUpTo } from './condition.ts'
import type { ModelKind } from './kind.ts'
import { oneHot } from '../layers/embedding.ts'

export interface ExactConfig {
  dim: number
  /** Standard deviation of each Gaussian; 0 for a finite set of points. */
  std: number
  /** 0 if the centres have no labels. */
  num_classes: number
  schedule: Schedule
}

/** The mixture of the Gaussians N(c_i, std² I), equally likely, around `centers`, `[n, dim]` one after the other. */
export function exactModel(
  centers: Float32Array,
  { labels, ...config }: ExactConfig & { labels?: Int32Array },
  predicts: PredictionType,
): Model {
  return {
    type: 'model',
    kind: 'exact',
    config: { ...config },
    predicts,
    weights: {
      centers: tf.tensor2d(centers, [centers.length / config.dim, config.dim]),
      ...(labels && { membership: membership(labels, config.num_classes) }),
    },
    children: {},
  }
}

/** `[classes + 1, n]`: 1 where a centre belongs to a class; to the last, "no label", all do. */
const membership = (labels: Int32Array, classes: number): Tensor =>
  tf.tidy(() => tf.concat([oneHot(labels, classes).transpose(), tf.ones([1, labels.length])], 0))

const configOf = (model: Model) => model.config as unknown as ExactConfig

export const exactKind: ModelKind = {
  trainable: false,
  itemShape: (model) => [configOf(model).dim],
  condition: (model) => labelsUpTo(configOf(model).num_classes),
  evaluate(model, x, t, condition) {
    const levels = levelsAt(configOf(model).schedule, t)
    const mean = posteriorMean(model, x as Tensor2D, levels, labelsOf(condition))
    return convertPrediction(mean, x, levels, 'sample', model.predicts)
  },
  logDensity: (model, x, t) => logDensity(model, x as Tensor2D, levelsAt(configOf(model).schedule, t)),
}

/** α² std² + σ²: the variance of x_t around what is left of its centre. */
const varianceAt = ({ std }: ExactConfig, { alpha, sigma }: Levels): Float64Array =>
  alpha.map((a, i) => (a * std) ** 2 + sigma[i]! ** 2)

/** -|x_t - α c|² / 2v of each centre, `[b, n]`, but for |x_t|² / 2v, which is the same for all. */
function logits(centers: Tensor2D, x: Tensor2D, { alpha }: Levels, variance: Float64Array): Tensor {
  const each = (value: (a: number, v: number) => number) =>
    perItem(
      alpha.map((a, i) => value(a, variance[i]!)),
      x,
    )
  const products = tf.matMul(x, centers.transpose()).mul(each((a, v) => a / v))
  return products.sub(
    centers
      .square()
      .sum(1)
      .expandDims(0)
      .mul(each((a, v) => (a * a) / (2 * v))),
  )
}

/**
 * E[x_0 | x_t] for x_t = α x_0 + σ ε: each centre counts by its posterior probability, softmax of -|x_t - α c|² / 2v with
 * v = α² std² + σ², and pulls x_t to c + (α std² / v) (x_t - α c).
 */
function posteriorMean(model: Model, x: Tensor2D, levels: Levels, labels: Int32Array | undefined): Tensor {
  const { std, num_classes: classes } = configOf(model)
  const { alpha, sigma } = levels
  const centers = model.weights.centers as Tensor2D
  const variance = varianceAt(configOf(model), levels)
  let weights = logits(centers, x, levels, variance)
  if (labels && classes > 0) {
    const rows = labels.map((label) => (label < 0 ? classes : label))
    const belongs = tf.matMul(oneHot(rows, classes + 1), model.weights.membership as Tensor2D)
    weights = weights.add(belongs.sub(1).mul(1e9))
  }
  const center = tf.matMul(weights.softmax() as Tensor2D, centers)
  const each = (value: (a: number, v: number, s: number) => number) =>
    perItem(
      alpha.map((a, i) => value(a, variance[i]!, sigma[i]!)),
      x,
    )
  // c + (α std² / v) (x_t - α c), averaged over the centres; 1 - α² std² / v = σ² / v
  return x.mul(each((a, v) => (a * std ** 2) / v)).add(center.mul(each((_, v, s) => (s * s) / v)))
}

/** ln of the mean over the centres of N(x_t; α c, v I). */
function logDensity(model: Model, x: Tensor2D, levels: Levels): Tensor {
  const centers = model.weights.centers as Tensor2D
  const variance = varianceAt(configOf(model), levels)
  if (variance.includes(0)) {
    throw new NodeError({
      slot: 't',
      message: 'Points without any width have no density: at clean data the exact model is these points alone.',
      cure: 'Set `std` of ExactModel above 0, or take a t of 0 or more.',
    })
  }
  const constant = (v: number) => -0.5 * configOf(model).dim * Math.log(2 * Math.PI * v) - Math.log(centers.shape[0])
  const own = x
    .square()
    .sum(1, true)
    .mul(
      perItem(
        variance.map((v) => -0.5 / v),
        x,
      ),
    )
    .add(perItem(variance.map(constant), x))
  return logits(centers, x, levels, variance).logSumExp(1, true).add(own).squeeze([1])
}
