// Fréchet distance between Gaussians fitted to two sets of features; with Inception features, the
// FID.
import { multiplyMatrices, symmetricEigen, trace, transposeMatrix } from '../base/linearAlgebra.ts'

/** A Gaussian fitted to `count` items: mean `[dim]` and covariance `[dim, dim]`, float64. */
export interface GaussianFit {
  count: number
  mean: Float64Array
  covariance: Float64Array
}

/**
 * Fits mean and unbiased covariance of features `[count, dim]`, row-major; NaN with fewer than two
 * items.
 */
export function fitGaussian(features: ArrayLike<number>, dim: number): GaussianFit {
  const count = features.length / dim
  const mean = new Float64Array(dim)
  for (let i = 0; i < features.length; i++) mean[i % dim] += features[i] / count
  const covariance = new Float64Array(dim * dim)
  const row = new Float64Array(dim)
  for (let start = 0; start < features.length; start += dim) {
    for (let i = 0; i < dim; i++) row[i] = features[start + i] - mean[i]
    for (let i = 0; i < dim; i++) {
      const value = row[i]
      for (let j = i; j < dim; j++) covariance[i * dim + j] += value * row[j]
    }
  }
  const items = count < 2 ? NaN : count - 1
  for (let i = 0; i < dim; i++) {
    for (let j = i; j < dim; j++) covariance[j * dim + i] = covariance[i * dim + j] /= items
  }
  return { count, mean, covariance }
}

/**
 * |m_a - m_b|² + tr(A + B - 2 (A B)^(1/2)); the last trace is computed from the symmetric
 * (A^(1/2) B A^(1/2))^(1/2). Dowson & Landau 1982; Heusel et al. 2017 (FID). A squared distance.
 */
export function frechetDistance(a: GaussianFit, b: GaussianFit): number {
  const dim = a.mean.length
  if (dim !== b.mean.length)
    throw new RangeError(`Expected features of one dimension, got ${dim} and ${b.mean.length}.`)
  const apart = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0)
  const rootA = squareRoot(a.covariance, dim)
  const { values } = symmetricEigen(
    multiplyMatrices(multiplyMatrices(rootA, b.covariance, dim), rootA, dim),
    dim,
  )
  const common = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0)
  // Rounding may give a slightly negative value.
  return Math.max(0, apart + trace(a.covariance, dim) + trace(b.covariance, dim) - 2 * common)
}

/** Symmetric square root of a positive semidefinite matrix. */
function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const scaled = vectors.map(
    (value, i) => value * Math.sqrt(Math.max(0, values[Math.floor(i / n)])),
  )
  return multiplyMatrices(transposeMatrix(vectors, n), scaled, n)
}
