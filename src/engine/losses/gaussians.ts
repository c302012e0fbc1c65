// KL divergence of Gaussians, and the likelihood of data under a Gaussian.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { checkShape } from '../process/coefficients.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Independent Gaussians, one per element; both tensors are `[b, ...]` or broadcast to it. */
export interface Gaussian {
  mean: Tensor
  /** The natural logarithm of the variance. */
  logVariance: Tensor
}

/** Number of evenly spaced data values from -1 to 1, or continuous data, where densities replace
 * probabilities. */
export type DataLevels = number | 'continuous'

/** KL(q || p) per element, in nats; shapes equal or broadcast. */
export function gaussianKl(q: Gaussian, p: Gaussian): Tensor {
  const narrower = q.logVariance.sub(p.logVariance)
  const apart = tf.sub(q.mean, p.mean).square().mul(p.logVariance.neg().exp())
  return narrower.exp().sub(narrower).sub(1).add(apart).mul(0.5)
}

/** log p(x) per element, in nats. */
export const gaussianLogDensity = (x: Tensor, { mean, logVariance }: Gaussian): Tensor =>
  tf
    .sub(x, mean)
    .square()
    .mul(logVariance.neg().exp())
    .add(logVariance)
    .add(Math.log(2 * Math.PI))
    .mul(-0.5)

/** Lower limit on probabilities, to keep their logarithm finite. */
const LEAST = 1e-12

/** Standard normal distribution function by the tanh approximation of OpenAI's code (Page 1977). */
const normalCdf = (x: Tensor): Tensor =>
  x
    .add(x.square().mul(x).mul(0.044715))
    .mul(Math.sqrt(2 / Math.PI))
    .tanh()
    .add(1)
    .mul(0.5)

/**
 * log P(x) per element of `x` in [-1, 1], quantized to `levels` evenly spaced values: the mass of
 * the Gaussian within half a step, extended to infinity for the two outermost values (Ho et al.
 * 2020, eq. 13, with 256 levels). In nats. Throws EngineError for fewer than 2 levels, or if shapes
 * differ.
 */
export function discretizedLogLikelihood(
  x: Tensor,
  { mean, logVariance }: Gaussian,
  levels = 256,
): Tensor {
  if (!Number.isInteger(levels) || levels < 2) {
    throw new EngineError(processMessages.levels, { argument: 'levels', levels })
  }
  checkShape(mean, x, 'mean', 'x_0')
  const half = 1 / (levels - 1)
  const precision = logVariance.mul(-0.5).exp()
  const centered = tf.sub(x, mean)
  const below = normalCdf(centered.sub(half).mul(precision))
  const above = normalCdf(centered.add(half).mul(precision))
  // Values that round to ±1; the next level is two halves away.
  const [least, most] = [x.less(half / 4 - 1), x.greater(1 - half / 4)]
  const mass = tf.where(least, above, tf.where(most, tf.sub(1, below), above.sub(below)))
  return mass.maximum(LEAST).log()
}
