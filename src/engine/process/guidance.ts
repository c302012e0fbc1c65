// Guidance: combines two predictions at the same x_t, or modifies one by the gradient of a
// classifier.
import { perItem } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * u + w (c - u). Ho & Salimans 2022, eq. 6, where w = 1 means no guidance, as in Imagen and
 * diffusers. With the prediction of a worse model as u it is autoguidance (Karras et al. 2024a, eq.
 * 3).
 */
export const guide = (conditional: Tensor, unconditional: Tensor, scale: number | Tensor): Tensor =>
  unconditional.add(conditional.sub(unconditional).mul(scale))

/** All axes except that of the batch. */
const itemAxes = (x: Tensor): number[] => x.shape.map((_, axis) => axis).slice(1)

/** Standard deviation of each item, with n - 1 as in PyTorch. */
function itemDeviation(x: Tensor): Tensor {
  const axes = itemAxes(x)
  const count = x.size / x.shape[0]
  return x
    .sub(x.mean(axes, true))
    .square()
    .sum(axes, true)
    .div(Math.max(1, count - 1))
    .sqrt()
}

/**
 * Rescales guided predictions to the standard deviation of the conditional ones, blended with the
 * guided ones by phi from 0 (no change) to 1. Lin et al. 2023, eq. 15 and 16; `guidance_rescale` of
 * diffusers.
 */
export function rescaleGuidance(guided: Tensor, conditional: Tensor, phi: number): Tensor {
  if (phi === 0) return guided
  const factor = itemDeviation(conditional).div(itemDeviation(guided))
  return guided.mul(factor.mul(phi).add(1 - phi))
}

export interface ProjectionOptions {
  /** w: 1 for no guidance. */
  scale: number
  /**
   * Factor from 0 to 1 of the part along the conditional prediction, which increases saturation.
   */
  eta: number
  /** Maximum norm of the difference of an item; 0 for no limit. */
  normThreshold: number
  /** Factor of the running difference of earlier steps; negative values push away from it. */
  momentum: number
}

/**
 * Adaptive projected guidance (Sadat et al. 2025, algorithm 1): the difference c - u with momentum
 * and limited norm, decomposed into parts parallel and orthogonal to c. `conditional` and
 * `unconditional` are predictions of x_0, `[b, ...]`; `before` is the running difference of the
 * previous step. Returns the guided x_0 and the running difference.
 */
export function projectedGuidance(
  conditional: Tensor,
  unconditional: Tensor,
  before: Tensor | undefined,
  { scale, eta, normThreshold, momentum }: ProjectionOptions,
): { x0: Tensor; difference: Tensor } {
  const axes = itemAxes(conditional)
  const difference = conditional.sub(unconditional).add(before ? before.mul(momentum) : 0)
  const length = difference.square().sum(axes, true).sqrt()
  const short =
    normThreshold > 0
      ? difference.mul(tf.minimum(1, tf.scalar(normThreshold).div(length.maximum(1e-12))))
      : difference
  const along = short
    .mul(conditional)
    .sum(axes, true)
    .div(conditional.square().sum(axes, true).maximum(1e-12))
    .mul(conditional)
  const update = short.sub(along).add(along.mul(eta))
  return { x0: conditional.add(update.mul(scale - 1)), difference }
}

/**
 * Classifier guidance of ε: ε - w σ ∇ log p(y | x_t), Dhariwal & Nichol 2021, algorithm 2.
 * `gradient` is that of the log-probability with respect to x_t, of the shape of ε.
 */
export const guideEpsilon = (
  epsilon: Tensor,
  gradient: Tensor,
  { sigma }: Levels,
  scale: number,
): Tensor => epsilon.sub(gradient.mul(perItem(sigma, epsilon).mul(scale)))

/**
 * Classifier guidance of the mean of a reverse step with variance σ²: μ + w σ² ∇ log p(y | x_t),
 * Dhariwal & Nichol 2021, algorithm 1.
 */
export const guideMean = (
  mean: Tensor,
  variance: Tensor,
  gradient: Tensor,
  scale: number,
): Tensor => mean.add(variance.mul(gradient).mul(scale))

/** Timesteps with guidance, inclusive (Kynkäänniemi et al. 2024). At all others the scale is 1. */
export interface Interval {
  low: number
  high: number
}

/** The guidance scale w at each timestep. */
export const guidanceScales = (
  { low, high }: Interval,
  t: Float64Array,
  scale: number,
): Float64Array => t.map((step) => (step >= low && step <= high ? scale : 1))
