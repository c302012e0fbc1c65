// The forward process looked at backwards, with the clean data known: q(x_s | x_t, x_0) for an earlier time s.
import { broadcastLevels, checkShape, perItem } from './coefficients.ts'
import { NodeError } from './plan/fault.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from './tf.ts'
import type { LearnedVariance } from './values.ts'
import { weightedSum } from './weightedSum.ts'

export interface PosteriorCoefficients {
  /** The mean is fromX0 x_0 + fromXt x_t. */
  fromX0: Float64Array
  fromXt: Float64Array
  variance: Float64Array
  /** The variance that the way from s to t adds, σ_t² - (α_t σ_s / α_s)²; β_t if s = t - 1 in a table of betas. */
  added: Float64Array
}

/**
 * Ho et al. 2020, eq. 7, for any s before t (Kingma et al. 2021, appendix A.2): from the levels at t and at s; where s is
 * clean it is x_0 itself, variance 0. Lengths: one per item or one for all. Throws NodeError if some s is not before its t.
 */
export function posteriorCoefficients(from: Levels, to: Levels): PosteriorCoefficients {
  const [t, s] = broadcastLevels(from, to)
  const later = t.t.findIndex((_, i) => !(s.sigma[i]! * t.alpha[i]! < t.sigma[i]! * s.alpha[i]!))
  if (later >= 0) {
    throw new NodeError({
      slot: 't_prev',
      message: `Expected a timestep before t = ${t.t[later]}, got ${s.t[later]}.`,
      cure: 'This goes from noise to data. Upward, for inversion, DDIMStep with eta = 0 can go.',
    })
  }
  const square = (x: number) => x * x
  const share = t.alpha.map((alpha, i) => alpha / s.alpha[i]!)
  const noise = t.sigma.map(square)
  const added = noise.map((variance, i) => variance - square(share[i]! * s.sigma[i]!))
  return {
    fromX0: added.map((variance, i) => (s.alpha[i]! * variance) / noise[i]!),
    fromXt: share.map((alpha, i) => (alpha * square(s.sigma[i]!)) / noise[i]!),
    variance: added.map((variance, i) => (square(s.sigma[i]!) / noise[i]!) * variance),
    added,
  }
}

/**
 * Mean and variance of q(x_s | x_t, x_0), both of the shape of `xt`, `[b, ...]`, from the levels at t to those at s. Throws
 * NodeError if shapes differ or some s is not before its t.
 */
export function posterior(x0: Tensor, xt: Tensor, from: Levels, to: Levels): { mean: Tensor; variance: Tensor } {
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

/** The least variance there is taken to be, so that its logarithm is a number; as diffusers. */
const LEAST = 1e-20

/**
 * The logarithm of the variance of the step back that a model says, of the shape of its prediction. Where it says a place in a
 * range it is v log β + (1 - v) log of the posterior's variance, with v from 0 to 1 (Nichol & Dhariwal 2021, eq. 15).
 */
export function learnedLogVariance(
  { tensor, kind }: LearnedVariance,
  { variance, added }: Pick<PosteriorCoefficients, 'variance' | 'added'>,
): Tensor {
  if (kind === 'learned') return tensor
  const log = (value: number) => Math.log(Math.max(value, LEAST))
  const [low, high] = [variance.map(log), added.map(log)]
  const middle = high.map((most, i) => (most + low[i]!) / 2)
  const half = high.map((most, i) => (most - low[i]!) / 2)
  return tensor.mul(perItem(half, tensor)).add(perItem(middle, tensor))
}

/** What a model said of its variance. Throws NodeError if it said nothing. */
export function learnedVariance(said: LearnedVariance | undefined): LearnedVariance {
  if (said) return said
  throw noVariance()
}

/** What is wrong with a model that is to say a variance and does not. */
export const noVariance = () =>
  new NodeError({
    slot: 'prediction',
    message: 'The model says no variance: it has one output for each number, and not two.',
    cure: 'Set `learned_variance` of UNet or MLP to learned_range and train it, or take a fixed variance.',
  })
