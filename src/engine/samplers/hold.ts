// Holding the predicted clean data in the range that data has.
import { NodeError } from '../plan/fault.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'

/** To [-range, range], or by dynamic thresholding. */
export type Hold = { range: number } | Threshold

export interface Threshold {
  /** Which share of the sizes |x_0| of an item is to stay: 0.995. */
  quantile: number
  /** The largest threshold. */
  most: number
}

/** x_0 as it is to be taken; as it is where there is nothing to hold. */
export function held(x0: Tensor, hold: Hold | undefined): Tensor {
  if (!hold) return x0
  return 'range' in hold ? clipped(x0, hold.range) : thresholded(x0, hold)
}

/** NaN stays: `tf.clipByValue` makes -range of it on wasm, and what a broken model draws would look black. */
const clipped = (x: Tensor, range: number): Tensor => x.minimum(range).maximum(-range)

/**
 * Dynamic thresholding (Saharia et al. 2022, section 2.3): s is this quantile of |x_0| over each item, held in [1, most];
 * x_0 is clipped to [-s, s] and divided by s. Between two sizes the quantile is interpolated linearly.
 */
function thresholded(x0: Tensor, { quantile, most }: Threshold): Tensor {
  if (!(quantile > 0 && quantile <= 1)) {
    throw new NodeError({
      param: 'threshold_quantile',
      message: `Expected a share above 0 and at most 1, got ${quantile}.`,
      cure: 'Set it to 0.995.',
    })
  }
  const [b, ...item] = x0.shape as [number, ...number[]]
  const n = item.reduce((product, size) => product * size, 1)
  const place = quantile * (n - 1)
  const below = Math.floor(place)
  // The largest n - below sizes, downward: the last is the one at `below`, that before it the next larger.
  const { values } = tf.topk(x0.abs().reshape([b, n]), n - below)
  const at = (i: number) => values.slice([0, Math.max(0, n - 1 - i)], [b, 1])
  const s = at(below)
    .mul(1 - (place - below))
    .add(at(Math.min(below + 1, n - 1)).mul(place - below))
    .maximum(1)
    .minimum(most)
    .reshape([b, ...item.map(() => 1)])
  return x0.minimum(s).maximum(s.neg()).div(s)
}
