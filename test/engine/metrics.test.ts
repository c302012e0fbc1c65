// Distances of distributions, and the linear algebra under them.
import { describe, expect, test } from 'vitest'
import { evaluators, judge, realDigits } from '../../scripts/digits-judge.ts'
import { leadingEigen, multiply, symmetricEigen, transposed } from '../../src/engine/linearAlgebra.ts'
import { fitGaussian, frechetDistance } from '../../src/engine/metrics/frechet.ts'
import { kernelDistance } from '../../src/engine/metrics/kernel.ts'
import { principalComponents, project } from '../../src/engine/metrics/principalComponents.ts'
import { randomOf } from '../../src/engine/random.ts'
import { golden } from '../golden.ts'

const normal = (count: number, seed: number) => Float64Array.from(randomOf(seed).normal(count))

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from({ length: a.length }, (_, i) => Math.abs(a[i]! - b[i]!)))

const identity = (n: number) => Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) ? 0 : 1))

/** V^T diag(values) V. */
const composed = (values: Float64Array, vectors: Float64Array, n: number) =>
  multiply(
    transposed(vectors, n),
    vectors.map((value, i) => value * values[Math.floor(i / n)]!),
    values.length,
  )

describe('eigenvectors', () => {
  test.each([1, 2, 5, 24])('of a symmetric matrix of %i put it together again', (n) => {
    const half = normal(n * n, n)
    const matrix = half.map((value, i) => value + transposed(half, n)[i]!)
    const { values, vectors } = symmetricEigen(matrix, n)
    expect(largestDifference(composed(values, vectors, n), matrix)).toBeLessThan(1e-12 * n)
    expect(largestDifference(multiply(vectors, transposed(vectors, n), n), identity(n))).toBeLessThan(1e-12)
    expect(values).toEqual(values.toSorted().reverse())
  })

  test('are known where all are equal, and of nothing', () => {
    expect([...symmetricEigen(identity(3), 3).values]).toEqual([1, 1, 1])
    expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0])
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect(largestDifference(values, [3, 1])).toBeLessThan(1e-14)
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 14)
  })

  test('of a large matrix, a few, are those of all', () => {
    const n = 150
    const rows = normal(40 * n, 3).map((value, i) => value * 0.9 ** Math.floor(i / n))
    const matrix = multiply(transposed(rows, n), rows, 40)
    const few = leadingEigen(matrix, n, 6)
    const all = symmetricEigen(matrix, n)
    expect(largestDifference(few.values, all.values.slice(0, 6))).toBeLessThan(1e-9 * all.values[0]!)
    const overlap = multiply(few.vectors, transposed(all.vectors.slice(0, 6 * n), n), n).map(Math.abs)
    expect(largestDifference(overlap, identity(6))).toBeLessThan(1e-7)
  })
})

describe('distances of features', () => {
  interface Case {
    dim: number
    a: number[][]
    b: number[][]
    frechet_distance: number
    kid_unbiased_mmd2_poly3: number
  }

  test.each(golden<Case[]>('metrics'))('are those of SciPy in $dim dimensions', ({ dim, a, b, ...expected }) => {
    const [first, second] = [a.flat(), b.flat()]
    const distance = frechetDistance(fitGaussian(first, dim), fitGaussian(second, dim))
    expect(distance / expected.frechet_distance).toBeCloseTo(1, 9)
    expect(kernelDistance(first, second, dim) / expected.kid_unbiased_mmd2_poly3).toBeCloseTo(1, 9)
  })

  test('of equal sets are 0; of shifted ones, the squared shift', () => {
    const [dim, features] = [3, normal(300, 1)]
    const shifted = features.map((value, i) => value + [1, 2, -2][i % dim]!)
    const [a, b] = [fitGaussian(features, dim), fitGaussian(shifted, dim)]
    expect(Math.abs(frechetDistance(a, a))).toBeLessThan(1e-12)
    expect(frechetDistance(a, b)).toBeCloseTo(9, 10)
    expect(frechetDistance(b, a)).toBeCloseTo(9, 10)
  })

  test('hold where a covariance has no full rank', () => {
    const flat = fitGaussian([0, 5, 1, 5, 2, 5], 2)
    const point = fitGaussian([1, 5, 1, 5], 2)
    expect(frechetDistance(flat, point)).toBeCloseTo(1, 12)
  })

  test('are not a number where there is nothing to fit', () => {
    expect(frechetDistance(fitGaussian([1, 2], 2), fitGaussian([1, 2, 3, 4], 2))).toBeNaN()
    expect(kernelDistance([1, 2], [1, 2, 3, 4], 2)).toBeNaN()
    expect(() => frechetDistance(fitGaussian([1, 2], 1), fitGaussian([1, 2, 3, 4], 2))).toThrow(RangeError)
  })
})

describe('the judges of digits', async () => {
  const { train, test: others } = await realDigits()

  test('find in real ones what was recorded', () => {
    const { frechet, accuracy, nearest } = judge(others, train)
    expect(accuracy).toBeCloseTo(evaluators.real_test.accuracy, 10)
    expect(frechet).toBeCloseTo(evaluators.real_test.frechet, 5)
    expect(nearest).toBeGreaterThan(1)
  })

  test('find in noise about what was recorded', () => {
    const noise = Float32Array.from(randomOf(1).normal(1000 * 64))
    const labels = Array.from({ length: 1000 }, (_, i) => i % 10)
    const { frechet, accuracy } = judge({ images: noise, labels }, train)
    // From other noise: draws differ by 0.15.
    expect(Math.abs(frechet - evaluators.noise.frechet)).toBeLessThan(0.6)
    expect(Math.abs(accuracy - 0.1)).toBeLessThan(0.05)
  })

  test('know copies', () => {
    expect(judge(train, train).nearest).toBe(0)
  })

  test('use the principal components that are found here', () => {
    const found = principalComponents(train.images, 64, 16)
    expect(largestDifference(found.mean, evaluators.pca_mean)).toBeLessThan(1e-6)
    // scikit-learn finds them at random: the last ones only nearly.
    const first = (rows: ArrayLike<number>) => Float64Array.from(rows).slice(0, 12 * 64)
    const overlap = multiply(first(found.components), transposed(first(evaluators.pca_components), 64), 64).map(Math.abs)
    expect(largestDifference(overlap, identity(12))).toBeLessThan(1e-3)
    const projected = project(train.images, found)
    const { covariance } = fitGaussian(projected, 16)
    expect(
      largestDifference(
        covariance,
        identity(16).map((value, i) => value * found.variances[i % 16]!),
      ),
    ).toBeLessThan(1e-6)
  })
})
