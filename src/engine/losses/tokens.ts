// Cross-entropy of predicted tokens.
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { perItem } from '../process/coefficients.ts'
import type { Schedule, Times } from '../process/schedule.ts'
import { keptShares, tokenVectors } from '../process/tokens.ts'

/** Places whose tokens are compared. */
export const comparedPlaces = ['masked', 'all'] as const

export interface TokenLosses {
  /** Mean over the compared places of the batch, in nats. */
  loss: Scalar
  /** Sum over the compared places of each item, divided by its number of places; `[b]`. */
  losses: Tensor1D
}

/**
 * -log p(x_0) of the true tokens `ids`, `[b, n]`, at the places that count, by the softmax of
 * logits `[b, n, classes]`. `weights`, one per item or one for all, multiply the losses of the
 * items, whose mean is then the loss.
 * @param places 1 for each place that counts, `[b, n]`; all by default
 */
export function tokenCrossEntropy(
  logits: Tensor3D,
  ids: Tensor2D,
  places: Tensor2D | undefined,
  weights: Float64Array | undefined,
): TokenLosses {
  const classes = logits.shape[2]
  const chosen = tokenVectors(ids, classes).slice([0, 0, 0], [-1, -1, classes])
  const each = tf.logSoftmax(logits).mul(chosen).sum(2).neg() as Tensor2D
  const counted = places ? each.mul(places) : each
  const sums = counted.mean(1) as Tensor1D
  if (weights) {
    const losses = sums.mul(perItem(weights, sums)) as Tensor1D
    return { loss: losses.mean(), losses }
  }
  return { loss: places ? overCounted(counted, places) : counted.mean(), losses: sums }
}

/** Sum over the number of places that count, at least 1. */
const overCounted = (counted: Tensor, places: Tensor2D): Scalar =>
  counted.sum().div(places.sum().maximum(1)) as Scalar

/** Step of the numerical derivative in continuous schedules, as a share of T. */
const STEP = 1e-3

/**
 * Weights w(t) = -T k'_t / (1 - k_t) of the losses of items in the absorbing chain: the mean of w
 * times the loss over uniform t is then an upper bound of -log p(x_0) per place, in nats (Sahoo et
 * al. 2024, eq. 10; Austin et al. 2021, appendix A.3). Throws EngineError for a time outside the
 * schedule.
 */
export function likelihoodWeights(
  schedule: Extract<Schedule, { T: number }>,
  times: Times,
): Float64Array {
  const { T, kind } = schedule
  const now = keptShares(schedule, times)
  const step = kind === 'table' ? 1 : STEP * T
  const earlier = keptShares(schedule, {
    t: times.t.map((t) => (t >= step ? t - step : kind === 'table' ? -1 : 0)),
  })
  return now.map((kept, i) => {
    const passed = kind === 'table' ? 1 : Math.min(step, times.t[i])
    return passed > 0 ? ((T / passed) * (earlier[i] - kept)) / (1 - kept) : 1
  })
}
