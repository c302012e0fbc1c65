// Symmetric matrices in float64 on the CPU, for measures: square, row after row.
import { randomOf } from './random.ts'

/** `values` from the largest; row i of `vectors` is the unit vector of `values[i]`. */
export interface Eigen {
  values: Float64Array
  vectors: Float64Array
}

/** The product of two matrices, `[rows, inner]` and `[inner, columns]`. */
export function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = [a.length / inner, b.length / inner]
  const product = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[i * inner + k]!
      for (let j = 0; j < columns; j++) product[i * columns + j]! += factor * b[k * columns + j]!
    }
  }
  return product
}

/** The matrix `[rows, columns]` turned to `[columns, rows]`. */
export function transposed(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!)
}

export function trace(matrix: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]!
  return sum
}

/** Rounds of rotations; they converge quadratically, in about ten. */
const MOST_SWEEPS = 60

/** All eigenvalues and vectors of a symmetric `[n, n]` matrix, by cyclic Jacobi rotations. Golub & Van Loan 2013, section 8.5. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const size = a.reduce((sum, value) => sum + value ** 2, 0)
  for (let sweep = 0; sweep < MOST_SWEEPS && offDiagonal(a, n) > 1e-30 * size; sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q)
  }
  return sorted(
    Float64Array.from({ length: n }, (_, i) => a[i * n + i]!),
    vectors,
  )
}

/** The sum of squares above the diagonal. */
function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) sum += a[p * n + q]! ** 2
  return sum
}

/** Turns the plane of p and q so that a[p, q] becomes 0; rows of `vectors` turn along. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number) {
  const apq = a[p * n + q]!
  if (apq === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  const tan = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cos = 1 / Math.hypot(tan, 1)
  const sin = tan * cos
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, cos, sin)
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, cos, sin)
  for (let k = 0; k < n; k++) turn(vectors, p * n + k, q * n + k, cos, sin)
}

function turn(numbers: Float64Array, i: number, j: number, cos: number, sin: number) {
  const [x, y] = [numbers[i]!, numbers[j]!]
  numbers[i] = cos * x - sin * y
  numbers[j] = sin * x + cos * y
}

function sorted(values: Float64Array, vectors: Float64Array): Eigen {
  const length = vectors.length / values.length
  const order = [...values.keys()].sort((i, j) => values[j]! - values[i]!)
  const rows = new Float64Array(vectors.length)
  order.forEach((from, to) => rows.set(vectors.subarray(from * length, (from + 1) * length), to * length))
  return { values: Float64Array.from(order, (i) => values[i]!), vectors: rows }
}

/** Up to this size all eigenvectors are as quickly had as a few. */
const SMALL = 128
/** Vectors beyond those wanted make the iteration converge sooner. */
const SPARE = 8
const MOST_ITERATIONS = 200

/**
 * The `count` largest eigenvalues of a symmetric positive `[n, n]` matrix and their vectors; of large matrices by subspace
 * iteration with Rayleigh-Ritz. Golub & Van Loan 2013, section 8.2. Where eigenvalues are nearly equal, any basis of their space.
 */
export function leadingEigen(matrix: Float64Array, n: number, count: number): Eigen {
  const { values, vectors } = n <= SMALL ? symmetricEigen(matrix, n) : iterated(matrix, n, count)
  return { values: values.slice(0, count), vectors: vectors.slice(0, count * n) }
}

function iterated(matrix: Float64Array, n: number, count: number): Eigen {
  const kept = Math.min(n, count + SPARE)
  let basis = orthonormal(Float64Array.from(randomOf(0).normal(kept * n)), n)
  for (let iteration = 0; ; iteration++) {
    const image = multiply(basis, matrix, n)
    const { values, vectors } = symmetricEigen(multiply(image, transposed(basis, n), n), kept)
    // Rows of `vectors` combine those of the basis, and their images likewise.
    const [ritz, images] = [multiply(vectors, basis, kept), multiply(vectors, image, kept)]
    if (iteration === MOST_ITERATIONS || residual(images, ritz, values, n, count) < 1e-9 * values[0]!) {
      return { values, vectors: ritz }
    }
    basis = orthonormal(images, n)
  }
}

/** The largest |A v - lambda v| of the first `count`. */
function residual(images: Float64Array, vectors: Float64Array, values: Float64Array, n: number, count: number): number {
  let largest = 0
  for (let i = 0; i < count; i++) {
    let squares = 0
    for (let k = i * n; k < (i + 1) * n; k++) squares += (images[k]! - values[i]! * vectors[k]!) ** 2
    largest = Math.max(largest, Math.sqrt(squares))
  }
  return largest
}

/** Rows of length n made orthonormal, by Gram-Schmidt; done twice, it is exact. Rows that depend on others become 0. */
function orthonormal(rows: Float64Array, n: number): Float64Array {
  const out = rows.slice()
  for (let i = 0; i < out.length; i += n) {
    const row = out.subarray(i, i + n)
    const before = norm(row)
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j += n) {
        const along = dot(row, out.subarray(j, j + n))
        for (let k = 0; k < n; k++) row[k]! -= along * out[j + k]!
      }
    }
    const length = norm(row)
    for (let k = 0; k < n; k++) row[k] = length > 1e-14 * before ? row[k]! / length : 0
  }
  return out
}

const norm = (row: Float64Array) => Math.sqrt(dot(row, row))

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
