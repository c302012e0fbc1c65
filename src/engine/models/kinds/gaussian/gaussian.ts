// A trainable Gaussian as the smallest model of data.
import { EngineError } from '../../../base/errors.ts'
import { modelMessages } from '../../../messages/models.ts'
import { perItem } from '../../../process/coefficients.ts'
import { gaussianLogDensity } from '../../../losses/gaussians.ts'
import { convertPrediction } from '../../../process/prediction.ts'
import type { Levels } from '../../../process/schedule.ts'
import { levelsAt } from '../../../process/schedule.ts'
import type { Tensor } from '../../../base/tf.ts'
import { tf } from '../../../base/tf.ts'
import type { PredictionType } from '../../../base/values.ts'
import type { Model, ModelOf } from '../../model.ts'
import type { Formula } from '../../formula.ts'
import type { GaussianConfig } from './config.ts'

/**
 * Creates a model of clean data N(mean, std² I); mean and log deviation are trained per coordinate.
 */
export function gaussianModel(
  { mean, std, ...config }: GaussianConfig & { mean: number; std: number },
  predicts: PredictionType,
): ModelOf<'gaussian'> {
  return {
    type: 'model',
    kind: 'gaussian',
    config,
    predicts,
    weights: { mean: repeatRows(mean, config.dim), log_std: repeatRows(Math.log(std), config.dim) },
    children: {},
  }
}

const repeatRows = (value: number, count: number): Tensor =>
  tf.tensor1d(Array.from({ length: count }, () => value))

/** Mean and variance of clean data, `[dim]` each. Throws EngineError for other kinds of models. */
export function gaussianMoments(model: Model): { mean: Tensor; variance: Tensor } {
  if (model.kind !== 'gaussian') {
    throw new EngineError(modelMessages.notAGaussian, { argument: 'model', kind: model.kind })
  }
  return { mean: model.weights.mean, variance: model.weights.log_std.mul(2).exp() }
}

/** N(α μ, α² s² + σ²), the distribution of noised data; broadcasts to `[b, dim]`. */
function marginal(model: Model, x: Tensor, { alpha, sigma }: Levels) {
  const { mean, variance } = gaussianMoments(model)
  const [a, noise] = [perItem(alpha, x), perItem(sigma, x)]
  return {
    mean: mean.mul(a),
    signal: variance.mul(a),
    variance: variance.mul(a.square()).add(noise.square()),
  }
}

export const gaussianFormula: Formula<ModelOf<'gaussian'>> = {
  /** E[x_0 | x_t] = μ + α s² / (α² s² + σ²) (x_t - α μ), by Bayes. */
  evaluate(model, x, t) {
    const levels = levelsAt(model.config.schedule, t)
    const { mean, signal, variance } = marginal(model, x, levels)
    const clean = signal.div(variance).mul(x.sub(mean)).add(model.weights.mean)
    return convertPrediction(clean, x, levels, 'sample', model.predicts)
  },
  logDensity(model, x, t) {
    const { mean, variance } = marginal(model, x, levelsAt(model.config.schedule, t))
    return gaussianLogDensity(x, { mean, logVariance: variance.log() }).sum(1)
  },
}
