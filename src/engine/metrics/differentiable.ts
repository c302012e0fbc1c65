// Distances between two sets on the device, as losses: differentiable with respect to both.
import type { Scalar, Tensor1D, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Unbiased squared maximum mean discrepancy of rows `[n, d]` and `[m, d]` with the kernel
 * (a b / d + 1)³, as `kernelDistance` (Binkowski et al. 2018).
 */
export function kernelLoss(a: Tensor2D, b: Tensor2D): Scalar {
  const dim = a.shape[1]
  const cube = (products: Tensor2D): Tensor2D => {
    const base = products.div<Tensor2D>(dim).add<Tensor2D>(1)
    return base.mul<Tensor2D>(base).mul(base)
  }
  const within = (rows: Tensor2D): Scalar => {
    const count = rows.shape[0]
    const own = cube(rows.mul(rows).sum<Tensor2D>(1, true))
    return cube(tf.matMul<Tensor2D>(rows, rows, false, true))
      .sum<Scalar>()
      .sub(own.sum())
      .div(count * (count - 1))
  }
  const between = cube(tf.matMul<Tensor2D>(a, b, false, true)).mean<Scalar>()
  return within(a).add(within(b)).sub(between.mul(2))
}

/**
 * Chamfer distance of rows `[n, d]` and `[m, d]`: the mean squared distance to the nearest row of
 * the other set, in both directions (Fan et al. 2017, eq. 1, with means in place of sums).
 */
export const chamferDistance = (a: Tensor2D, b: Tensor2D): Scalar => {
  const near = nearestRows(a, b)
  return meanSquare(a, tf.matMul(near.inB, b)).add(meanSquare(b, tf.matMul(near.inA, a)))
}

/** Selects the nearest row of the other set for each row, as matrices of zeros and ones. */
function nearestRows(a: Tensor2D, b: Tensor2D): { inA: Tensor2D; inB: Tensor2D } {
  // |a - b|² up to a constant per row of a; the choice itself has no gradient.
  const squares = (rows: Tensor2D) => rows.mul(rows).sum(1)
  const products = a.matMul(b, false, true).mul(2)
  const select = (distances: Tensor2D): Tensor2D =>
    // Converts to integers first: tfjs's oneHot of floats has other bits on wasm.
    tf.oneHot(distances.argMin<Tensor1D>(1), distances.shape[1]).toFloat() as Tensor2D
  return {
    inB: select(squares(b).expandDims<Tensor2D>(0).sub(products)),
    inA: select(squares(a).expandDims<Tensor2D>(0).sub(products.transpose())),
  }
}

const meanSquare = (a: Tensor2D, b: Tensor2D): Scalar => {
  const difference = a.sub(b)
  return difference.mul(difference).sum(1).mean()
}
