// Drifting field: samples are attracted by data and repelled by each other.
import { tf, type Tensor2D } from '../base/tf.ts'

/** Added to squared distances, so that their root is smooth where items coincide. */
const TINY = 1e-12
/** Weight exponent of an item on itself: none. */
const NEVER = -1e9

/**
 * Drift of rows `x` `[n, d]`, n at least 2, towards rows `y` `[m, d]` and away from other rows of
 * x, with the kernel exp(-|a - b| / τ). The weights are the geometric means of two softmaxes, over
 * the neighbours of a row and over the rows of a neighbour. The field is antisymmetric: it vanishes
 * where both sets have the same distribution. Deng et al. 2026 (drifting models), section 3 and
 * algorithm 2.
 */
export function driftField(x: Tensor2D, y: Tensor2D, temperature: number): Tensor2D {
  const [n] = x.shape
  const own = tf.eye(n).mul<Tensor2D>(NEVER)
  const exponents = tf.concat2d(
    [
      pairDistances(x, y).div<Tensor2D>(-temperature),
      pairDistances(x, x).div(-temperature).add<Tensor2D>(own),
    ],
    1,
  )
  const rows = tf.softmax(exponents, 1)
  const columns = tf.softmax(exponents.transpose<Tensor2D>(), 1).transpose<Tensor2D>()
  const weights = rows.mul<Tensor2D>(columns).sqrt<Tensor2D>()
  const [attraction, repulsion] = tf.split(weights, [y.shape[0], n], 1)
  const towards = tf.matMul<Tensor2D>(attraction.mul(repulsion.sum(1, true)), y)
  const away = tf.matMul<Tensor2D>(repulsion.mul(attraction.sum(1, true)), x)
  return towards.sub(away)
}

/** Distances `[n, m]` between all rows. */
function pairDistances(a: Tensor2D, b: Tensor2D): Tensor2D {
  const squares = (rows: Tensor2D) => rows.mul(rows).sum<Tensor2D>(1, true)
  const products = tf.matMul<Tensor2D>(a, b, false, true)
  return squares(a)
    .add<Tensor2D>(squares(b).transpose<Tensor2D>())
    .sub<Tensor2D>(products.mul(2))
    .maximum<Tensor2D>(0)
    .add<Tensor2D>(TINY)
    .sqrt()
}
