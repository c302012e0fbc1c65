// Clips the predicted clean data to the range of the data.
import { countElements } from '../base/shapes.ts'
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Clips to [-range, range], or by dynamic thresholding. */
export type Clipping = { range: number } | Threshold

export interface Threshold {
  /** The quantile of |x_0| over an item that becomes the threshold, as 0.995. */
  quantile: number
  /** The largest threshold. */
  most: number
}

/** Clips x_0; unchanged without a `clipping`. */
export function clipX0(x0: Tensor, clipping: Clipping | undefined): Tensor {
  if (!clipping) return x0
  return 'range' in clipping ? clipToRange(x0, clipping.range) : clipDynamically(x0, clipping)
}

/**
 * Keeps NaN. `tf.clipByValue`, one kernel instead of two, does so on webgpu, but turns it into -range
 * on wasm, so that the output of a broken model would look black.
 */
const clipToRange = (x: Tensor, range: number): Tensor =>
  tf.getBackend() === 'webgpu' ? x.clipByValue(-range, range) : x.minimum(range).maximum(-range)

/**
 * Dynamic thresholding (Saharia et al. 2022, section 2.3): s is this quantile of |x_0| over each
 * item, clamped to [1, most]. x_0 is clipped to [-s, s] and divided by s. Between two values the
 * quantile is interpolated linearly.
 */
function clipDynamically(x0: Tensor, { quantile, most }: Threshold): Tensor {
  if (!(quantile > 0 && quantile <= 1)) {
    throw new EngineError(processMessages.quantile, { argument: 'quantile', quantile })
  }
  const [b, ...item] = x0.shape as [number, ...number[]]
  const n = countElements(item)
  const place = quantile * (n - 1)
  const below = Math.floor(place)
  // The largest n - below values, descending: the last is the one at `below`, and the one before it
  // the next larger.
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
