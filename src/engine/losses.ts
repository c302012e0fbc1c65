// How wrong a prediction is: the squared or Huber error, weighted by the signal-to-noise ratio of its timestep or not.
import { perItem } from './coefficients.ts'
import type { Levels } from './schedule.ts'
import type { Scalar, Tensor } from './tf.ts'
import { tf } from './tf.ts'
import type { PredictionType } from './values.ts'

export type LossKind = 'mse' | 'huber'

/** d² / 2 up to |d| = delta and a line beyond, as `torch.nn.functional.huber_loss`. */
function huber(difference: Tensor, delta: number): Tensor {
  const size = difference.abs()
  const near = size.minimum(delta)
  return near.mul(size.sub(near.mul(0.5)))
}

const errors: { [K in LossKind]: (difference: Tensor, delta: number) => Tensor } = {
  mse: (difference) => difference.square(),
  huber,
}

/** The mean error over all elements; `weights`, one per item or one for all, multiply the errors of each item. */
export function meanError(
  prediction: Tensor,
  target: Tensor,
  { kind, delta = 1, weights }: { kind: LossKind; delta?: number; weights?: Float64Array },
): Scalar {
  const error = errors[kind](tf.sub(prediction, target), delta)
  return (weights ? error.mul(perItem(weights, error)) : error).mean()
}

/**
 * How an error in what is predicted shows in x_0: (d x_0 / d prediction)², for x_t = alpha x_0 + sigma ε. The relations are
 * those of `prediction.ts`; with them one weight on the error of x_0 is a weight for each kind of prediction.
 */
const errorInX0: { [K in PredictionType]: (alpha: number, sigma: number) => number } = {
  epsilon: (alpha, sigma) => (sigma / alpha) ** 2,
  sample: () => 1,
  v_prediction: (alpha, sigma) => (sigma / (alpha ** 2 + sigma ** 2)) ** 2,
  flow_prediction: (alpha, sigma) => (sigma / (alpha + sigma)) ** 2,
}

/**
 * Min-SNR weights: min(SNR, gamma) on the error of x_0, whatever is predicted, so min(SNR, gamma) / SNR for epsilon and
 * min(SNR, gamma) / (SNR + 1) for v. Hang et al. 2023, section 3.4.
 */
export function minSnrWeights(predicts: PredictionType, { alpha, sigma }: Levels, gamma: number): Float64Array {
  return alpha.map((a, i) => {
    const s = sigma[i]!
    // a = 0 makes the factor of epsilon infinite, and s = 0 the SNR: the products below have their limits.
    if (predicts === 'epsilon') return Math.min(1, gamma * (s / a) ** 2)
    return Math.min((a / s) ** 2, gamma) * errorInX0[predicts](a, s)
  })
}
