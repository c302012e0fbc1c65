// Closed-form denoiser of a mixture of Gaussians: the ground truth for learned models.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { perItem } from '../../../process/coefficients.ts'
import { convertPrediction } from '../../../process/prediction.ts'
import type { Levels } from '../../../process/schedule.ts'
import { levelsAt } from '../../../process/schedule.ts'
import type { Tensor, Tensor2D } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { PredictionType } from '../../../base/values.ts'
import type { ModelOf } from '../../model.ts'
import { labelsOrNone } from '../../condition.ts'
import type { Formula } from '../../formula.ts'
import { oneHot } from '../../../layers/embedding.ts'
import type { ExactConfig } from './config.ts'

/**
 * Creates the mixture of N(c_i, std² I) with equal weights around `centers`, `[n, dim]` row-major.
 */
export function exactModel(
  centers: Float32Array,
  { labels, ...config }: ExactConfig & { labels?: Int32Array },
  predicts: PredictionType,
): ModelOf<'exact'> {
  return {
    type: 'model',
    kind: 'exact',
    config,
    predicts,
    weights: {
      centers: tf.tensor2d(centers, [centers.length / config.dim, config.dim]),
      ...(labels && { membership: membership(labels, config.num_classes) }),
    },
    children: {},
  }
}

/** `[classes + 1, n]`: 1 if a centre belongs to a class; all belong to the last, the null label. */
const membership = (labels: Int32Array, classes: number): Tensor =>
  tf.tidy(() => tf.concat([oneHot(labels, classes).transpose(), tf.ones([1, labels.length])], 0))

export const exactFormula: Formula<ModelOf<'exact'>> = {
  evaluate(model, x, t, condition) {
    const levels = levelsAt(model.config.schedule, t)
    const mean = posteriorMean(model, x as Tensor2D, levels, labelsOrNone(condition))
    return convertPrediction(mean, x, levels, 'sample', model.predicts)
  },
  logDensity: (model, x, t) => logDensity(model, x as Tensor2D, levelsAt(model.config.schedule, t)),
}

/** α² std² + σ²: variance of x_t around α c. */
const varianceAt = ({ std }: ExactConfig, { alpha, sigma }: Levels): Float64Array =>
  alpha.map((a, i) => (a * std) ** 2 + sigma[i] ** 2)

/** -|x_t - α c|² / 2v per centre, `[b, n]`, without the common term |x_t|² / 2v. */
function logits(centers: Tensor2D, x: Tensor2D, { alpha }: Levels, variance: Float64Array): Tensor {
  const each = (value: (a: number, v: number) => number) =>
    perItem(
      alpha.map((a, i) => value(a, variance[i])),
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
 * E[x_0 | x_t] for x_t = α x_0 + σ ε: the mean of c + (α std² / v) (x_t - α c) over the posterior
 * probabilities of the centres, softmax of -|x_t - α c|² / 2v with v = α² std² + σ².
 */
function posteriorMean(
  model: ModelOf<'exact'>,
  x: Tensor2D,
  levels: Levels,
  labels: Int32Array | undefined,
): Tensor {
  const { std, num_classes: classes } = model.config
  const { alpha, sigma } = levels
  const centers = model.weights.centers as Tensor2D
  const variance = varianceAt(model.config, levels)
  let weights = logits(centers, x, levels, variance)
  if (labels && classes > 0) {
    const rows = labels.map((label) => (label < 0 ? classes : label))
    const belongs = tf.matMul(oneHot(rows, classes + 1), model.weights.membership as Tensor2D)
    weights = weights.add(belongs.sub(1).mul(1e9))
  }
  const center = tf.matMul(weights.softmax() as Tensor2D, centers)
  const each = (value: (a: number, v: number, s: number) => number) =>
    perItem(
      alpha.map((a, i) => value(a, variance[i], sigma[i])),
      x,
    )
  // c + (α std² / v) (x_t - α c), averaged over the centres; 1 - α² std² / v = σ² / v
  return x.mul(each((a, v) => (a * std ** 2) / v)).add(center.mul(each((_, v, s) => (s * s) / v)))
}

/** ln of the mean over the centres of N(x_t; α c, v I). */
function logDensity(model: ModelOf<'exact'>, x: Tensor2D, levels: Levels): Tensor {
  const centers = model.weights.centers as Tensor2D
  const variance = varianceAt(model.config, levels)
  if (variance.includes(0)) {
    throw new EngineError(modelMessages.densityOfPoints, { argument: 't' })
  }
  const constant = (v: number) =>
    -0.5 * model.config.dim * Math.log(2 * Math.PI * v) - Math.log(centers.shape[0])
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
