// The nearest items of a data set: does a model make something new, or what it has seen?
import { transposed } from '../layers/transpose.ts'
import { tidied } from '../plan/memory.ts'
import { stopGradient } from '../stopGradient.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Dataset } from '../values.ts'

/** Numbers of the data set that are on the device at once. All of it may be more than fits, and sending it costs little beside the products. */
const CHUNK = 2 ** 22
/** And items: matrices with more rows are too many for some backends. */
const MOST_ITEMS = 2 ** 14

/** The nearest found so far. */
interface Nearest {
  items: Tensor2D
  /** |item|^2 - 2 item . x, which is the squared distance but for |x|^2. */
  scores: Tensor1D
}

/**
 * For each item of `x` `[b, ...]` the item of the data set with the smallest Euclidean distance, the first of equals; and the
 * mean of these distances: the root of the sum of squared differences, in the units of x. No gradient goes through it.
 * `chunk` says how many numbers of the data set are on the device at once.
 */
export function nearestNeighbours(
  x: Tensor,
  { data, shape, size }: Dataset,
  chunk = CHUNK,
): { neighbours: Tensor; distance: Scalar } {
  return tidied(() => {
    const length = shape.reduce((product, side) => product * side, 1)
    const queries = stopGradient(x).reshape([-1, length]) as Tensor2D
    const columns = transposed(queries)
    const most = Math.max(1, Math.min(MOST_ITEMS, Math.floor(chunk / Math.max(length, queries.shape[0]))))
    let best: Nearest | undefined
    for (let start = 0; start < size; start += most) {
      const part = data.subarray(start * length, Math.min(size, start + most) * length)
      best = tidied(() => nearer(best, nearestIn(tf.tensor2d(part, [part.length / length, length]), columns)))
    }
    const distance = best!.items.sub(queries).square().sum(1).sqrt().mean() as Scalar
    return { neighbours: best!.items.reshape(x.shape), distance }
  })
}

function nearestIn(items: Tensor2D, columns: Tensor2D): Nearest {
  const count = items.shape[0]
  const products = transposed(tf.matMul(items, columns))
  const scores = items.square().sum(1).sub(products.mul(2))
  const least = scores.min(1, true)
  // argMin does not say which of equals it takes. Behind the last where a number is not one.
  const places = tf.range(0, count).add(scores.notEqual(least).toFloat().mul(count))
  const index = places
    .min(1)
    .minimum(count - 1)
    .toInt() as Tensor1D
  return { items: tf.gather(items, index), scores: least.as1D() }
}

/** Of two, the strictly nearer; the earlier of equals. */
function nearer(before: Nearest | undefined, next: Nearest): Nearest {
  if (!before) return next
  const better = next.scores.less(before.scores)
  return {
    items: tf.where(better.expandDims(1), next.items, before.items),
    scores: tf.where(better, next.scores, before.scores),
  }
}
