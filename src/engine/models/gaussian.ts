// The smallest model of data there is: one Gaussian, whose mean and width are learned.
import { perItem } from '../coefficients.ts'
import { gaussianLogDensity } from '../losses/gaussians.ts'
import { NodeError } from '../plan/fault.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsAt } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Model, PredictionType } from '../values.ts'
import type { ModelKind } from './kind.ts'

export interface GaussianConfig {
  dim: number
  schedule: Schedule
}

/** Clean data are N(mean, std² I), to begin with; each coordinate learns a mean and the logarithm of its deviation. */
export function gaussianModel(
  { mean, std, ...config }: GaussianConfig & { mean: number; std: number },
  predicts: PredictionType,
): Model {
  return {
    type: 'model',
    kind: 'gaussian',
    config: { ...config },
    predicts,
    weights: { mean: repeated(mean, config.dim), log_std: repeated(Math.log(std), config.dim) },
    children: {},
  }
}

const repeated = (value: number, count: number): Tensor => tf.tensor1d(Array.from({ length: count }, () => value))

const configOf = (model: Model) => model.config as unknown as GaussianConfig

/** Mean and variance of clean data, `[dim]` each. Throws NodeError for a model that is no Gaussian. */
export function gaussianMoments(model: Model): { mean: Tensor; variance: Tensor } {
  if (model.kind !== 'gaussian') {
    throw new NodeError({
      slot: 'model',
      message: `Expected a Gaussian, got a model of kind "${model.kind}".`,
      cure: 'Wire Gaussian, or what a training made of one.',
    })
  }
  return { mean: model.weights.mean!, variance: model.weights.log_std!.mul(2).exp() }
}

/** N(α μ, α² s² + σ²), of noised data; broadcast to `[b, dim]`. */
function marginal(model: Model, x: Tensor, { alpha, sigma }: Levels) {
  const { mean, variance } = gaussianMoments(model)
  const [a, noise] = [perItem(alpha, x), perItem(sigma, x)]
  return { mean: mean.mul(a), signal: variance.mul(a), variance: variance.mul(a.square()).add(noise.square()) }
}

export const gaussianKind: ModelKind = {
  trainable: true,
  itemShape: (model) => [configOf(model).dim],
  condition: () => undefined,
  /** E[x_0 | x_t] = μ + α s² / (α² s² + σ²) (x_t - α μ), by Bayes. */
  evaluate(model, x, t) {
    const levels = levelsAt(configOf(model).schedule, t)
    const { mean, signal, variance } = marginal(model, x, levels)
    const clean = signal.div(variance).mul(x.sub(mean)).add(model.weights.mean!)
    return convertPrediction(clean, x, levels, 'sample', model.predicts)
  },
  logDensity(model, x, t) {
    const { mean, variance } = marginal(model, x, levelsAt(configOf(model).schedule, t))
    return gaussianLogDensity(x, { mean, logVariance: variance.log() }).sum(1)
  },
}
