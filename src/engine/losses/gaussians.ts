// How far two Gaussians are from each other, and how likely data is under one.
import { checkShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

/** Independent Gaussians, one a number; both `[b, ...]`, or what broadcasts to it. */
export interface Gaussian {
  mean: Tensor
  /** The natural logarithm of the variance. */
  logVariance: Tensor
}

/** What a number of the data can be: one of so many evenly spaced values from -1 to 1, or anything; then densities are meant. */
export type Levelled = number | 'continuous'

/** KL(q || p) of each number, in nats; of one shape, or broadcast. */
export function gaussianKl(q: Gaussian, p: Gaussian): Tensor {
  const narrower = q.logVariance.sub(p.logVariance)
  const apart = tf.sub(q.mean, p.mean).square().mul(p.logVariance.neg().exp())
  return narrower.exp().sub(narrower).sub(1).add(apart).mul(0.5)
}

/** log p(x) of each number under a density, in nats. */
export const gaussianLogDensity = (x: Tensor, { mean, logVariance }: Gaussian): Tensor =>
  tf
    .sub(x, mean)
    .square()
    .mul(logVariance.neg().exp())
    .add(logVariance)
    .add(Math.log(2 * Math.PI))
    .mul(-0.5)

/** Probabilities below it count as it: their logarithm stays finite. */
const LEAST = 1e-12

/** The distribution function of the standard normal, by the approximation with tanh that OpenAI's code takes too (Page 1977). */
const normalCdf = (x: Tensor): Tensor =>
  x
    .add(x.square().mul(x).mul(0.044715))
    .mul(Math.sqrt(2 / Math.PI))
    .tanh()
    .add(1)
    .mul(0.5)

/**
 * log P(x) of each number of `x` in [-1, 1] that stands for one of `levels` evenly spaced values: the mass of the Gaussian from half a
 * step below to half a step above, and all that is beyond for the two outermost (Ho et al. 2020, eq. 13, where levels is 256).
 * In nats. Throws NodeError for fewer than 2 levels, or if shapes differ.
 */
export function discretizedLogLikelihood(x: Tensor, { mean, logVariance }: Gaussian, levels = 256): Tensor {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new NodeError({
      param: 'levels',
      message: `Expected a whole number of levels above 1, got ${levels}.`,
      cure: 'Set it to 256 for pictures of 8 bits, or to 17 for digits.',
    })
  }
  checkShape(mean, x, 'mean', 'x_0')
  const half = 1 / (levels - 1)
  const precision = logVariance.mul(-0.5).exp()
  const centered = tf.sub(x, mean)
  const below = normalCdf(centered.sub(half).mul(precision))
  const above = normalCdf(centered.add(half).mul(precision))
  // What is rounded to ±1; the next level is two halves away.
  const [least, most] = [x.less(half / 4 - 1), x.greater(1 - half / 4)]
  const mass = tf.where(least, above, tf.where(most, tf.sub(1, below), above.sub(below)))
  return mass.maximum(LEAST).log()
}
