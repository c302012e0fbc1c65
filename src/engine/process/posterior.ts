// The posterior of the forward process, q(x_s | x_t, x_0) for s before t.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { broadcastLevels, checkShape, perItem } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { LearnedVariance } from '../base/values.ts'
import { weightedSum } from './weightedSum.ts'

export interface PosteriorCoefficients {
  /** The mean is fromX0 x_0 + fromXt x_t. */
  fromX0: Float64Array
  fromXt: Float64Array
  variance: Float64Array
  /**
   * The variance added from s to t, σ_t² - (α_t σ_s / α_s)²; β_t if s = t - 1 in a table of betas.
   */
  added: Float64Array
}

/**
 * Coefficients of the posterior from the levels at t and at s: Ho et al. 2020, eq. 7, for any s
 * before t (Kingma et al. 2021, appendix A.2). If s is clean data, the posterior is x_0 with
 * variance 0. One level per item or one for all. Throws EngineError if some s is not before its t.
 */
export function posteriorCoefficients(from: Levels, to: Levels): PosteriorCoefficients {
  const [t, s] = broadcastLevels(from, to)
  const later = t.t.findIndex((_, i) => !(s.sigma[i] * t.alpha[i] < t.sigma[i] * s.alpha[i]))
  if (later >= 0) {
    throw new EngineError(processMessages.notEarlier, {
      argument: 't_prev',
      t: t.t[later],
      tPrev: s.t[later],
    })
  }
  const square = (x: number) => x * x
  const share = t.alpha.map((alpha, i) => alpha / s.alpha[i])
  const noise = t.sigma.map(square)
  const added = noise.map((variance, i) => variance - square(share[i] * s.sigma[i]))
  return {
    fromX0: added.map((variance, i) => (s.alpha[i] * variance) / noise[i]),
    fromXt: share.map((alpha, i) => (alpha * square(s.sigma[i])) / noise[i]),
    variance: added.map((variance, i) => (square(s.sigma[i]) / noise[i]) * variance),
    added,
  }
}

/**
 * Mean and variance of q(x_s | x_t, x_0), both of the shape of `xt`, `[b, ...]`, with the levels
 * `from` at t and `to` at s. Throws EngineError if shapes differ or some s is not before its t.
 */
export function posterior(
  x0: Tensor,
  xt: Tensor,
  from: Levels,
  to: Levels,
): { mean: Tensor; variance: Tensor } {
  checkShape(x0, xt, 'x_0', 'x_t')
  const { fromX0, fromXt, variance } = posteriorCoefficients(from, to)
  return {
    mean: weightedSum([
      [x0, fromX0],
      [xt, fromXt],
    ]),
    variance: perItem(variance, xt).broadcastTo(xt.shape),
  }
}

/** Lower bound of the variance, so that its logarithm is finite; as in diffusers. */
const LEAST = 1e-20

/**
 * The log-variance of the reverse step that a model predicts, of the shape of its prediction. For
 * `learned_range` it is v log β + (1 - v) log(posterior variance) with v from 0 to 1 (Nichol &
 * Dhariwal 2021, eq. 15).
 */
export function learnedLogVariance(
  { tensor, kind }: LearnedVariance,
  { variance, added }: Pick<PosteriorCoefficients, 'variance' | 'added'>,
): Tensor {
  if (kind === 'learned') return tensor
  const log = (value: number) => Math.log(Math.max(value, LEAST))
  const [low, high] = [variance.map(log), added.map(log)]
  const middle = high.map((most, i) => (most + low[i]) / 2)
  const half = high.map((most, i) => (most - low[i]) / 2)
  return tensor.mul(perItem(half, tensor)).add(perItem(middle, tensor))
}

/** The variance of a prediction. Throws EngineError if it has none. */
export function requireVariance(variance: LearnedVariance | undefined): LearnedVariance {
  if (variance) return variance
  throw missingVarianceError()
}

/** Error of a prediction that lacks the required variance. */
export const missingVarianceError = () =>
  new EngineError(processMessages.noVariance, { argument: 'prediction' })
