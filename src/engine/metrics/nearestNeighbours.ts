// Nearest items of a data set, to detect memorised samples.
import { countElements } from '../base/shapes.ts'
import { transposeTensor } from '../layers/transpose.ts'
import { runTidied } from '../base/memory.ts'
import { stopGradient } from '../gradients/stopGradient.ts'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Dataset } from '../datasets/dataset.ts'

/**
 * Elements of the data set on the device at once. All may not fit, and the upload is cheap beside
 * the products.
 */
const CHUNK = 2 ** 22
/** Limit on items at once, for backends that limit the rows of a matrix. */
const MOST_ITEMS = 2 ** 14

/** Best candidates so far. */
interface Nearest {
  items: Tensor2D
  /** |item|² - 2 item . x: the squared distance without |x|². */
  scores: Tensor1D
}

/**
 * For each item of `x` `[b, ...]`, finds the item of the data set with the smallest Euclidean
 * distance (the first of equals), these distances `[b]` in the units of x, and their mean. Not
 * differentiable. `chunk` limits the elements of the data set on the device at once.
 */
export function nearestNeighbours(
  x: Tensor,
  { data, shape, size }: Dataset,
  chunk = CHUNK,
): { neighbours: Tensor; distances: Tensor1D; distance: Scalar } {
  return runTidied(() => {
    const length = countElements(shape)
    const queries = stopGradient(x).reshape([-1, length]) as Tensor2D
    const columns = transposeTensor(queries)
    const most = Math.max(
      1,
      Math.min(MOST_ITEMS, Math.floor(chunk / Math.max(length, queries.shape[0]))),
    )
    let best: Nearest | undefined
    for (let start = 0; start < size; start += most) {
      const part = data.subarray(start * length, Math.min(size, start + most) * length)
      best = runTidied(() =>
        selectNearer(best, nearestIn(tf.tensor2d(part, [part.length / length, length]), columns)),
      )
    }
    const distances = best!.items.sub(queries).square().sum(1).sqrt() as Tensor1D
    return {
      neighbours: best!.items.reshape(x.shape),
      distances,
      distance: distances.mean() as Scalar,
    }
  })
}

function nearestIn(items: Tensor2D, columns: Tensor2D): Nearest {
  const count = items.shape[0]
  const products = transposeTensor(tf.matMul(items, columns))
  const scores = items.square().sum(1).sub(products.mul(2))
  const least = scores.min(1, true)
  // argMin does not specify which of equals it returns. Positions without a minimum sort last.
  const places = tf.range(0, count).add(scores.notEqual(least).toFloat().mul(count))
  const index = places
    .min(1)
    .minimum(count - 1)
    .toInt() as Tensor1D
  return { items: tf.gather(items, index), scores: least.as1D() }
}

/** Returns the strictly nearer candidates; the earlier of equals. */
function selectNearer(before: Nearest | undefined, next: Nearest): Nearest {
  if (!before) return next
  const better = next.scores.less(before.scores)
  return {
    items: tf.where(better.expandDims(1), next.items, before.items),
    scores: tf.where(better, next.scores, before.scores),
  }
}
