// Kernel distance of two sets of features; with Inception features, the KID.

/**
 * Unbiased squared maximum mean discrepancy of features `[count, dim]` with the kernel
 * (a b / dim + 1)³ (Binkowski et al. 2018). Unbiased estimates may be negative. NaN with fewer than
 * two items per side.
 */
export function kernelDistance(a: ArrayLike<number>, b: ArrayLike<number>, dim: number): number {
  return (
    meanKernel(a, a, dim, true) + meanKernel(b, b, dim, true) - 2 * meanKernel(a, b, dim, false)
  )
}

/** Mean over disjoint parts of both sets, with its standard error. */
export interface Estimate {
  value: number
  /** Standard deviation of `value`; NaN with one part. */
  error: number
  parts: number
}

/**
 * {@link kernelDistance} as the mean over disjoint interleaved parts of `size` items per side: also
 * unbiased, with an error estimate (Binkowski et al. 2018, section 4). Uses a single part if there
 * are not enough items for two.
 */
export function kernelEstimate(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { dim, size }: { dim: number; size: number },
): Estimate {
  const parts = Math.max(1, Math.floor(Math.min(a.length, b.length) / (dim * size)))
  const values = Array.from({ length: parts }, (_, part) =>
    kernelDistance(interleavedPart(a, dim, part, parts), interleavedPart(b, dim, part, parts), dim),
  )
  const value = values.reduce((sum, own) => sum + own, 0) / parts
  const squares = values.reduce((sum, own) => sum + (own - value) ** 2, 0)
  return { value, error: parts > 1 ? Math.sqrt(squares / (parts - 1) / parts) : NaN, parts }
}

/** Returns the items `part`, `part + parts`, ... of rows of length `dim`. */
export function interleavedPart(
  rows: ArrayLike<number>,
  dim: number,
  part: number,
  parts: number,
): Float64Array {
  const count = Math.ceil((rows.length / dim - part) / parts)
  const chosen = new Float64Array(count * dim)
  for (let i = 0; i < chosen.length; i++)
    chosen[i] = rows[(part + Math.floor(i / dim) * parts) * dim + (i % dim)]
  return chosen
}

/** Mean of the kernel over all pairs; within one set, over pairs of different items. */
function meanKernel(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  dim: number,
  within: boolean,
): number {
  const [rows, columns] = [a.length / dim, b.length / dim]
  let sum = 0
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (within && i === j) continue
      let product = 0
      for (let k = 0; k < dim; k++) product += a[i * dim + k] * b[j * dim + k]
      sum += (product / dim + 1) ** 3
    }
  }
  return sum / (rows * (within ? columns - 1 : columns))
}
