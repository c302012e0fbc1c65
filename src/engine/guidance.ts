// Guidance: two statements of models about one x_t joined into a third, or one bent towards what a classifier wants.
import { perItem } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/**
 * u + w (c - u). Ho & Salimans 2022, eq. 6, with w = 1 for no guidance as in Imagen and diffusers. With a worse model's
 * prediction in the place of u it is autoguidance (Karras et al. 2024a, eq. 3).
 */
export const guide = (conditional: Tensor, unconditional: Tensor, scale: number | Tensor): Tensor =>
  unconditional.add(conditional.sub(unconditional).mul(scale))

/** Numbers `[b, ...]`, and what is said of each item of it: the axes but the first. */
const itemAxes = (x: Tensor): number[] => x.shape.map((_, axis) => axis).slice(1)

/** The deviation over each item, with n - 1, as PyTorch has it. */
function deviation(x: Tensor): Tensor {
  const axes = itemAxes(x)
  const count = x.size / x.shape[0]!
  return x
    .sub(x.mean(axes, true))
    .square()
    .sum(axes, true)
    .div(Math.max(1, count - 1))
    .sqrt()
}

/**
 * Guided predictions brought back to the spread of the conditional one, as far as phi says: Lin et al. 2023, eq. 15 and 16
 * (`guidance_rescale` of diffusers). phi from 0, nothing, to 1.
 */
export function rescaled(guided: Tensor, conditional: Tensor, phi: number): Tensor {
  if (phi === 0) return guided
  const factor = deviation(conditional).div(deviation(guided))
  return guided.mul(factor.mul(phi).add(1 - phi))
}

export interface ProjectionOptions {
  /** w: 1 for no guidance. */
  scale: number
  /** How much of the part along the conditional prediction is kept, which only makes pictures more saturated: 0 to 1. */
  eta: number
  /** The longest that the difference of an item may be; 0 for no bound. */
  normThreshold: number
  /** Of the differences of earlier steps: below 0 it pushes off from them. */
  momentum: number
}

/**
 * Adaptive projected guidance: the difference c - u with momentum, held short, and taken apart into what lies along c and
 * what is orthogonal to it (Sadat et al. 2025, algorithm 1). `conditional` and `unconditional` are predictions of x_0,
 * `[b, ...]`; `before` is the running difference of the step before. Gives the guided x_0 and the running difference.
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
    normThreshold > 0 ? difference.mul(tf.minimum(1, tf.scalar(normThreshold).div(length.maximum(1e-12)))) : difference
  const along = short.mul(conditional).sum(axes, true).div(conditional.square().sum(axes, true).maximum(1e-12)).mul(conditional)
  const update = short.sub(along).add(along.mul(eta))
  return { x0: conditional.add(update.mul(scale - 1)), difference }
}

/**
 * The noise that a classifier wants seen in x_t: ε - w σ ∇ log p(y | x_t), Dhariwal & Nichol 2021, algorithm 2. `gradient` is
 * that of the log-probability with respect to x_t, of the shape of ε.
 */
export const towardsClass = (epsilon: Tensor, gradient: Tensor, { sigma }: Levels, scale: number): Tensor =>
  epsilon.sub(gradient.mul(perItem(sigma, epsilon).mul(scale)))

/** The mean of a reverse step with variance σ² moved likewise: μ + w σ² ∇ log p(y | x_t), Dhariwal & Nichol 2021, algorithm 1. */
export const meanTowardsClass = (mean: Tensor, variance: Tensor, gradient: Tensor, scale: number): Tensor =>
  mean.add(variance.mul(gradient).mul(scale))

/** Where guidance acts: at timesteps from `low` to `high` (Kynkäänniemi et al. 2024); elsewhere the scale is 1. */
export interface Interval {
  low: number
  high: number
}

/** w for each of the timesteps. */
export const scalesIn = ({ low, high }: Interval, t: Float64Array, scale: number): Float64Array =>
  t.map((step) => (step >= low && step <= high ? scale : 1))
