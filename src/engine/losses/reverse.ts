// The reverse process of a model: the Gaussian p(x_s | x_t).
import { broadcastLevels, checkShape, perItem } from '../process/coefficients.ts'
import type { PosteriorCoefficients } from '../process/posterior.ts'
import {
  learnedLogVariance,
  requireVariance,
  posterior,
  posteriorCoefficients,
} from '../process/posterior.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Variance } from '../samplers/ddpm.ts'
import type { Clipping } from '../samplers/clipping.ts'
import { clipX0 } from '../samplers/clipping.ts'
import type { Levels, TableSchedule } from '../process/schedule.ts'
import { levelsAt } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { Prediction } from '../base/values.ts'
import type { Gaussian, DataLevels } from './gaussians.ts'

/** A reverse step from t to an earlier time, per item or for all. */
export interface StepBack {
  from: Levels
  to: Levels
  /** Replaces the posterior variance in a step to clean data, where it is 0. */
  leastVariance: number
}

/**
 * Describes the steps from `t` to `tPrev`, by default t - 1. A step to clean data uses the
 * posterior variance of the previous step, as in OpenAI's code ("clipped"; Nichol & Dhariwal 2021).
 * For `continuous` data and for tables of one timestep it uses the variance of the noise. Throws
 * EngineError for invalid timesteps.
 */
export function stepBack(
  schedule: TableSchedule,
  t: Float64Array,
  tPrev: Float64Array = t.map((step) => step - 1),
  levels: DataLevels = 256,
): StepBack {
  const at = (times: Float64Array) => levelsAt(schedule, { t: times })
  const [from, to] = [at(t), at(tPrev)]
  const last = tPrev.indexOf(-1)
  if (last < 0) return { from, to, leastVariance: 0 }
  const end = t.length === 1 ? t[0] : t[last]
  const before = Math.min(2 * end + 1, schedule.T - 1)
  const leastVariance =
    before > end && levels !== 'continuous'
      ? posteriorCoefficients(at(Float64Array.of(before)), at(Float64Array.of(end))).variance[0]
      : at(Float64Array.of(end)).sigma[0] ** 2
  return { from, to, leastVariance }
}

/**
 * Posterior coefficients with a positive variance for the last step, and a mask of the last steps.
 */
export function stepCoefficients({
  from,
  to,
  leastVariance,
}: StepBack): PosteriorCoefficients & { last: boolean[] } {
  const coefficients = posteriorCoefficients(from, to)
  const [, s] = broadcastLevels(from, to)
  const last = Array.from(s.sigma, (sigma) => sigma === 0)
  return {
    ...coefficients,
    variance: coefficients.variance.map((value, i) => (last[i] ? leastVariance : value)),
    last,
  }
}

export interface ReverseOptions {
  /** Kind of variance. In the last step `fixed_large` equals `fixed_small`, as in OpenAI's code. */
  variance: Variance
  /** Clipping of the predicted x_0; none if undefined. */
  clipping?: Clipping | undefined
}

type Said = Pick<Prediction, 'tensor' | 'predicts' | 'variance'>

/**
 * p(x_s | x_t) for a prediction at `xt`, `[b, ...]`: the posterior with the predicted x_0, and a
 * variance. Throws EngineError if `learned` is requested of a model without a learned variance.
 */
export function reverseGaussian(
  xt: Tensor,
  prediction: Said,
  step: StepBack,
  { variance, clipping }: ReverseOptions,
): Gaussian {
  const predicted = convertPrediction(
    prediction.tensor,
    xt,
    step.from,
    prediction.predicts,
    'sample',
  )
  const { mean } = posterior(clipX0(predicted, clipping), xt, step.from, step.to)
  return { mean, logVariance: reverseLogVariance(xt, prediction.variance, step, variance) }
}

/** Log variance of p(x_s | x_t); its shape broadcasts to that of `xt`. */
export function reverseLogVariance(
  xt: Tensor,
  said: Said['variance'],
  step: StepBack,
  variance: Variance,
): Tensor {
  const coefficients = stepCoefficients(step)
  const { variance: small, added, last } = coefficients
  if (variance === 'learned') {
    const learned = requireVariance(said)
    checkShape(learned.tensor, xt, 'prediction', 'x_t')
    return learnedLogVariance(learned, coefficients)
  }
  const chosen =
    variance === 'fixed_small' ? small : added.map((value, i) => (last[i] ? small[i] : value))
  return perItem(chosen.map(Math.log), xt)
}
