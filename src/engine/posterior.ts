// The forward process looked at backwards, with the clean data known: q(x_s | x_t, x_0) for an earlier timestep s.
import { broadcastTimesteps, checkShape, perItem } from './coefficients.ts'
import { NodeError } from './plan/fault.ts'
import type { Schedule } from './schedule.ts'
import { alphaBarAt } from './schedule.ts'
import type { Tensor } from './tf.ts'

export interface PosteriorCoefficients {
  /** The mean is fromX0 x_0 + fromXt x_t. */
  fromX0: Float64Array
  fromXt: Float64Array
  variance: Float64Array
  /** 1 - ᾱ_t / ᾱ_s: the variance that the steps from s to t add; β_t if s = t - 1. */
  beta: Float64Array
}

/**
 * Ho et al. 2020, eq. 7, for any s = `tPrev` before `t` (β_t becomes 1 - ᾱ_t / ᾱ_s); s = -1 is x_0 itself, variance 0.
 * Lengths: one per item or one for all. Throws NodeError if some s is not before its t.
 */
export function posteriorCoefficients(t: Float64Array, tPrev: Float64Array, schedule: Schedule): PosteriorCoefficients {
  const [from, to] = broadcastTimesteps(t, tPrev)
  const later = from.findIndex((step, i) => to[i]! >= step)
  if (later >= 0) {
    throw new NodeError({
      slot: 't_prev',
      message: `Expected a timestep before t = ${from[later]}, got ${to[later]}.`,
      cure: 'This goes from noise to data. Upward, for inversion, DDIMStep with eta = 0 can go.',
    })
  }
  const a = from.map((step) => alphaBarAt(schedule, step))
  const aPrev = to.map((step) => alphaBarAt(schedule, step))
  const beta = a.map((value, i) => 1 - value / aPrev[i]!)
  return {
    fromX0: a.map((value, i) => (Math.sqrt(aPrev[i]!) * beta[i]!) / (1 - value)),
    fromXt: a.map((value, i) => (Math.sqrt(value / aPrev[i]!) * (1 - aPrev[i]!)) / (1 - value)),
    variance: a.map((value, i) => ((1 - aPrev[i]!) / (1 - value)) * beta[i]!),
    beta,
  }
}

/**
 * Mean and variance of q(x_s | x_t, x_0), both of the shape of `xt`, `[b, ...]`. Throws NodeError if shapes differ or some
 * s = `tPrev` is not before its `t`.
 */
export function posterior(
  x0: Tensor,
  xt: Tensor,
  t: Float64Array,
  tPrev: Float64Array,
  schedule: Schedule,
): { mean: Tensor; variance: Tensor } {
  checkShape(x0, xt, 'x_0', 'x_t')
  const { fromX0, fromXt, variance } = posteriorCoefficients(t, tPrev, schedule)
  return {
    mean: x0.mul(perItem(fromX0, xt)).add(xt.mul(perItem(fromXt, xt))),
    variance: perItem(variance, xt).broadcastTo(xt.shape),
  }
}
