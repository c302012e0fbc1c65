/** Squared Euclidean distance between row i of `a` and row j of `b`, rows of length `dim`. */
export function squaredDistance(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  dim: number,
): number {
  let sum = 0
  for (let c = 0; c < dim; c++) {
    const difference = a[i * dim + c] - b[j * dim + c]
    sum += difference * difference
  }
  return sum
}
