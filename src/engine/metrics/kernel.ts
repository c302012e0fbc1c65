// The kernel distance of two sets of features: with an Inception network's features it is the KID.

/**
 * The squared maximum mean discrepancy of features `[count, dim]` under the kernel (a b / dim + 1)³, without bias: its mean
 * over draws is 0 for equal distributions, so a single one may be below. Binkowski et al. 2018. NaN without two items each.
 */
export function kernelDistance(a: ArrayLike<number>, b: ArrayLike<number>, dim: number): number {
  return meanKernel(a, a, dim, true) + meanKernel(b, b, dim, true) - 2 * meanKernel(a, b, dim, false)
}

/** The mean of the kernel over all pairs; within one set, over those of different items. */
function meanKernel(a: ArrayLike<number>, b: ArrayLike<number>, dim: number, within: boolean): number {
  const [rows, columns] = [a.length / dim, b.length / dim]
  let sum = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (within && i === j) continue
      let product = 0
      for (let k = 0; k < dim; k++) product += a[i * dim + k]! * b[j * dim + k]!
      sum += (product / dim + 1) ** 3
    }
  }
  return sum / (rows * (within ? columns - 1 : columns))
}
