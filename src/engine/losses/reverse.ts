// The reverse process of a model: the Gaussian from which it draws a step back, p(x_s | x_t).
import { broadcastLevels, checkShape, perItem } from '../coefficients.ts'
import type { PosteriorCoefficients } from '../posterior.ts'
import { learnedLogVariance, learnedVariance, posterior, posteriorCoefficients } from '../posterior.ts'
import { convertPrediction } from '../prediction.ts'
import type { Variance } from '../samplers/ddpm.ts'
import type { Hold } from '../samplers/hold.ts'
import { held } from '../samplers/hold.ts'
import type { Levels, TableSchedule } from '../schedule.ts'
import { levelsAt } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import type { Gaussian, Levelled } from './gaussians.ts'

/** A step back: from t to an earlier time, for each item or for all. */
export interface StepBack {
  from: Levels
  to: Levels
  /** Stands in for the variance of the posterior where the step leads to clean data: there that is 0, and has no logarithm. */
  leastVariance: number
}

/**
 * The steps from `t` to `tPrev`, t - 1 unless given. For a step to clean data the variance is that of the step before, from a time as
 * far above, as in OpenAI's code, which calls it clipped (Nichol & Dhariwal 2021). That is for data with levels; for `continuous` data, and
 * in a table of one timestep, it is that of the noise. Throws NodeError for what is no timestep.
 */
export function stepBack(
  schedule: TableSchedule,
  t: Float64Array,
  tPrev: Float64Array = t.map((step) => step - 1),
  levels: Levelled = 256,
): StepBack {
  const at = (times: Float64Array) => levelsAt(schedule, { t: times })
  const [from, to] = [at(t), at(tPrev)]
  const last = tPrev.indexOf(-1)
  if (last < 0) return { from, to, leastVariance: 0 }
  const end = t.length === 1 ? t[0]! : t[last]!
  const before = Math.min(2 * end + 1, schedule.T - 1)
  const leastVariance =
    before > end && levels !== 'continuous'
      ? posteriorCoefficients(at(Float64Array.of(before)), at(Float64Array.of(end))).variance[0]!
      : at(Float64Array.of(end)).sigma[0]! ** 2
  return { from, to, leastVariance }
}

/** Those of the posterior, with a variance above 0 for the last step too; and which steps are the last. */
export function stepCoefficients({ from, to, leastVariance }: StepBack): PosteriorCoefficients & { last: boolean[] } {
  const coefficients = posteriorCoefficients(from, to)
  const [, s] = broadcastLevels(from, to)
  const last = Array.from(s.sigma, (sigma) => sigma === 0)
  return { ...coefficients, variance: coefficients.variance.map((value, i) => (last[i] ? leastVariance : value)), last }
}

export interface ReverseOptions {
  /** Whose variance. For the last step `fixed_large` is the same as `fixed_small`, as in OpenAI's code. */
  variance: Variance
  /** How the predicted x_0 is held in the range of the data; undefined: it is left as it is. */
  hold?: Hold | undefined
}

type Said = Pick<Prediction, 'tensor' | 'predicts' | 'variance'>

/**
 * p(x_s | x_t) for what a model said of `xt`, `[b, ...]`: the posterior with the predicted x_0 in the place of the true one, and a
 * variance. Throws NodeError if `learned` is asked of a model that has not learned it.
 */
export function reverseGaussian(xt: Tensor, prediction: Said, step: StepBack, { variance, hold }: ReverseOptions): Gaussian {
  const predicted = convertPrediction(prediction.tensor, xt, step.from, prediction.predicts, 'sample')
  const { mean } = posterior(held(predicted, hold), xt, step.from, step.to)
  return { mean, logVariance: reverseLogVariance(xt, prediction.variance, step, variance) }
}

/** The logarithm of the variance of p(x_s | x_t), of the shape of `xt` or what broadcasts to it. */
export function reverseLogVariance(xt: Tensor, said: Said['variance'], step: StepBack, variance: Variance): Tensor {
  const coefficients = stepCoefficients(step)
  const { variance: small, added, last } = coefficients
  if (variance === 'learned') {
    const learned = learnedVariance(said)
    checkShape(learned.tensor, xt, 'prediction', 'x_t')
    return learnedLogVariance(learned, coefficients)
  }
  const chosen = variance === 'fixed_small' ? small : added.map((value, i) => (last[i] ? small[i]! : value))
  return perItem(chosen.map(Math.log), xt)
}
