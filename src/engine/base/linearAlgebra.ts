// Linear algebra in float64 on the CPU. Matrices are stored row by row.
import { createRandom } from './random.ts'

/** Eigenvalues in descending order; row i of `vectors` is the unit eigenvector of `values[i]`. */
export interface Eigen {
  values: Float64Array
  vectors: Float64Array
}

/** The product of two matrices, `[rows, inner]` and `[inner, columns]`. */
export function multiplyMatrices(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner]
  const product = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]
      for (let j = 0; j < columns; j++) product[i * columns + j] += factor * b[k * columns + j]
    }
  }
  return product
}

/** The transpose of a matrix `[rows, columns]`. */
export function transposeMatrix(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)])
}

export function trace(matrix: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]
  return sum
}

/** Limit of the Jacobi sweeps. They converge quadratically, in about ten. */
const MOST_SWEEPS = 60

/**
 * All eigenvalues and eigenvectors of a symmetric `[n, n]` matrix, by cyclic Jacobi rotations.
 * Golub & Van Loan 2013, section 8.5.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const size = a.reduce((sum, value) => sum + value ** 2, 0)
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, n) > 1e-30 * size; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q)
  }
  return sortEigen(
    Float64Array.from({ length: n }, (_, i) => a[i * n + i]),
    vectors,
  )
}

/** The sum of squares above the diagonal. */
function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) sum += a[p * n + q] ** 2
  return sum
}

/** Rotates the plane of p and q so that a[p, q] becomes 0. Rotates the rows of `vectors` too. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number) {
  const apq = a[p * n + q]
  if (apq === 0) return
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq)
  const tan = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cos = 1 / Math.hypot(tan, 1)
  const sin = tan * cos
  for (let k = 0; k < n; k++) rotatePair(a, k * n + p, k * n + q, cos, sin)
  for (let k = 0; k < n; k++) rotatePair(a, p * n + k, q * n + k, cos, sin)
  for (let k = 0; k < n; k++) rotatePair(vectors, p * n + k, q * n + k, cos, sin)
}

function rotatePair(numbers: Float64Array, i: number, j: number, cos: number, sin: number) {
  const [x, y] = [numbers[i], numbers[j]]
  numbers[i] = cos * x - sin * y
  numbers[j] = sin * x + cos * y
}

function sortEigen(values: Float64Array, vectors: Float64Array): Eigen {
  const length = vectors.length / values.length
  const order = [...values.keys()].sort((i, j) => values[j] - values[i])
  const rows = new Float64Array(vectors.length)
  order.forEach((from, to) =>
    rows.set(vectors.subarray(from * length, (from + 1) * length), to * length),
  )
  return { values: Float64Array.from(order, (i) => values[i]), vectors: rows }
}

/** Up to this size, computing all eigenvectors is as fast as computing a few. */
const SMALL = 128
/** Additional vectors, with which the iteration converges sooner. */
const SPARE = 8
const MOST_ITERATIONS = 200

/**
 * The `count` largest eigenvalues of a symmetric positive semidefinite `[n, n]` matrix and their
 * eigenvectors. Uses subspace iteration with Rayleigh-Ritz for large matrices (Golub & Van Loan
 * 2013, section 8.2). For nearly equal eigenvalues the vectors are any basis of their space.
 */
export function leadingEigen(matrix: Float64Array, n: number, count: number): Eigen {
  const { values, vectors } =
    n <= SMALL ? symmetricEigen(matrix, n) : iterateSubspace(matrix, n, count)
  return { values: values.slice(0, count), vectors: vectors.slice(0, count * n) }
}

function iterateSubspace(matrix: Float64Array, n: number, count: number): Eigen {
  const kept = Math.min(n, count + SPARE)
  let basis = orthonormalise(Float64Array.from(createRandom(0).normal(kept * n)), n)
  for (let iteration = 0; ; iteration++) {
    const image = multiplyMatrices(basis, matrix, n)
    const { values, vectors } = symmetricEigen(
      multiplyMatrices(image, transposeMatrix(basis, n), n),
      kept,
    )
    // The rows of `vectors` are coefficients of the basis, and so of its image.
    const [ritz, images] = [
      multiplyMatrices(vectors, basis, kept),
      multiplyMatrices(vectors, image, kept),
    ]
    if (
      iteration === MOST_ITERATIONS ||
      computeResidual(images, ritz, values, n, count) < 1e-9 * values[0]
    ) {
      return { values, vectors: ritz }
    }
    basis = orthonormalise(images, n)
  }
}

/** The largest |A v - lambda v| of the first `count` vectors. */
function computeResidual(
  images: Float64Array,
  vectors: Float64Array,
  values: Float64Array,
  n: number,
  count: number,
): number {
  let largest = 0
  for (let i = 0; i < count; i++) {
    let squares = 0
    for (let k = i * n; k < (i + 1) * n; k++) squares += (images[k] - values[i] * vectors[k]) ** 2
    largest = Math.max(largest, Math.sqrt(squares))
  }
  return largest
}

/**
 * Orthonormalises rows of length n by Gram-Schmidt, with a second pass for accuracy. Rows that
 * depend linearly on others become 0.
 */
function orthonormalise(rows: Float64Array, n: number): Float64Array {
  const out = rows.slice()
  for (let i = 0; i < out.length; i += n) {
    const row = out.subarray(i, i + n)
    const before = norm(row)
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j += n) {
        const along = dot(row, out.subarray(j, j + n))
        for (let k = 0; k < n; k++) row[k] -= along * out[j + k]
      }
    }
    const length = norm(row)
    for (let k = 0; k < n; k++) row[k] = length > 1e-14 * before ? row[k] / length : 0
  }
  return out
}

const norm = (row: Float64Array) => Math.sqrt(dot(row, row))

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}
