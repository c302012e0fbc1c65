// Metrics of distributions, and their linear algebra.
import { describe, expect, test } from 'vitest'
import { evaluators, judge, realDigits } from '../../../scripts/digits-judge.ts'
import {
  leadingEigen,
  multiplyMatrices,
  symmetricEigen,
  transposeMatrix,
} from '../../../src/engine/base/linearAlgebra.ts'
import { fitGaussian, frechetDistance } from '../../../src/engine/metrics/frechet.ts'
import { binnedMeans } from '../../../src/engine/metrics/binnedMeans.ts'
import { wasserstein } from '../../../src/engine/metrics/distributions.ts'
import {
  interleavedPart,
  kernelDistance,
  kernelEstimate,
} from '../../../src/engine/metrics/kernel.ts'
import { manifoldScores } from '../../../src/engine/metrics/manifold.ts'
import { modeScores, estimateModes } from '../../../src/engine/metrics/modes.ts'
import { principalComponents, project } from '../../../src/engine/metrics/principalComponents.ts'
import { eightCenters, pointSet } from '../../../src/engine/datasets/points.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { golden } from '../../golden.ts'

const normal = (count: number, seed: number) => Float64Array.from(createRandom(seed).normal(count))

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from({ length: a.length }, (_, i) => Math.abs(a[i] - b[i])))

const identity = (n: number) =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) ? 0 : 1))

/** V^T diag(values) V. */
const composed = (values: Float64Array, vectors: Float64Array, n: number) =>
  multiplyMatrices(
    transposeMatrix(vectors, n),
    vectors.map((value, i) => value * values[Math.floor(i / n)]),
    values.length,
  )

describe('symmetric eigenproblem', () => {
  test.each([1, 2, 5, 24])(
    'eigenvalues and eigenvectors of a symmetric matrix of size %i reconstruct it',
    (n) => {
      const half = normal(n * n, n)
      const matrix = half.map((value, i) => value + transposeMatrix(half, n)[i])
      const { values, vectors } = symmetricEigen(matrix, n)
      expect(largestDifference(composed(values, vectors, n), matrix)).toBeLessThan(1e-12 * n)
      expect(
        largestDifference(multiplyMatrices(vectors, transposeMatrix(vectors, n), n), identity(n)),
      ).toBeLessThan(1e-12)
      expect(values).toEqual(values.toSorted().reverse())
    },
  )

  test('handles equal eigenvalues and the zero matrix', () => {
    expect([...symmetricEigen(identity(3), 3).values]).toEqual([1, 1, 1])
    expect([...symmetricEigen(new Float64Array(4), 2).values]).toEqual([0, 0])
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect(largestDifference(values, [3, 1])).toBeLessThan(1e-14)
    expect(Math.abs(vectors[0])).toBeCloseTo(Math.SQRT1_2, 14)
  })

  test('the leading eigenvectors of a large matrix equal those of the full decomposition', () => {
    const n = 150
    const rows = normal(40 * n, 3).map((value, i) => value * 0.9 ** Math.floor(i / n))
    const matrix = multiplyMatrices(transposeMatrix(rows, n), rows, 40)
    const few = leadingEigen(matrix, n, 6)
    const all = symmetricEigen(matrix, n)
    expect(largestDifference(few.values, all.values.slice(0, 6))).toBeLessThan(1e-9 * all.values[0])
    const overlap = multiplyMatrices(
      few.vectors,
      transposeMatrix(all.vectors.slice(0, 6 * n), n),
      n,
    ).map(Math.abs)
    expect(largestDifference(overlap, identity(6))).toBeLessThan(1e-7)
  })
})

describe('distances between sets of features', () => {
  interface Case {
    dim: number
    a: number[][]
    b: number[][]
    frechet_distance: number
    kid_unbiased_mmd2_poly3: number
  }

  test.each(golden<Case[]>('metrics'))(
    'match SciPy in $dim dimensions',
    ({ dim, a, b, ...expected }) => {
      const [first, second] = [a.flat(), b.flat()]
      const distance = frechetDistance(fitGaussian(first, dim), fitGaussian(second, dim))
      expect(distance / expected.frechet_distance).toBeCloseTo(1, 9)
      expect(kernelDistance(first, second, dim) / expected.kid_unbiased_mmd2_poly3).toBeCloseTo(
        1,
        9,
      )
    },
  )

  test('are 0 for equal sets, and the squared shift for shifted sets', () => {
    const [dim, features] = [3, normal(300, 1)]
    const shifted = features.map((value, i) => value + [1, 2, -2][i % dim])
    const [a, b] = [fitGaussian(features, dim), fitGaussian(shifted, dim)]
    expect(Math.abs(frechetDistance(a, a))).toBeLessThan(1e-12)
    expect(frechetDistance(a, b)).toBeCloseTo(9, 10)
    expect(frechetDistance(b, a)).toBeCloseTo(9, 10)
  })

  test('support covariances without full rank', () => {
    const flat = fitGaussian([0, 5, 1, 5, 2, 5], 2)
    const point = fitGaussian([1, 5, 1, 5], 2)
    expect(frechetDistance(flat, point)).toBeCloseTo(1, 12)
  })

  test('are NaN with too few items', () => {
    expect(frechetDistance(fitGaussian([1, 2], 2), fitGaussian([1, 2, 3, 4], 2))).toBeNaN()
    expect(kernelDistance([1, 2], [1, 2, 3, 4], 2)).toBeNaN()
    expect(() => frechetDistance(fitGaussian([1, 2], 1), fitGaussian([1, 2, 3, 4], 2))).toThrow(
      RangeError,
    )
  })
})

describe('evaluators of digits', async () => {
  const { train, test: others } = await realDigits()

  test('give the recorded scores for real digits', () => {
    const { frechet, accuracy, nearest } = judge(others, train)
    expect(accuracy).toBeCloseTo(evaluators.real_test.accuracy, 10)
    expect(frechet).toBeCloseTo(evaluators.real_test.frechet, 5)
    expect(nearest).toBeGreaterThan(1)
  })

  test('give approximately the recorded scores for noise', () => {
    const noise = Float32Array.from(createRandom(1).normal(1000 * 64))
    const labels = Array.from({ length: 1000 }, (_, i) => i % 10)
    const { frechet, accuracy } = judge({ images: noise, labels }, train)
    // From other noise: draws differ by 0.15.
    expect(Math.abs(frechet - evaluators.noise.frechet)).toBeLessThan(0.6)
    expect(Math.abs(accuracy - 0.1)).toBeLessThan(0.05)
  })

  test('recognise copies', () => {
    expect(judge(train, train).nearest).toBe(0)
  })

  test('use principal components computed by the engine', () => {
    const found = principalComponents(train.images, 64, 16)
    expect(largestDifference(found.mean, evaluators.pca_mean)).toBeLessThan(1e-6)
    // scikit-learn uses a randomised method: the last components are approximate.
    const first = (rows: ArrayLike<number>) => Float64Array.from(rows).slice(0, 12 * 64)
    const overlap = multiplyMatrices(
      first(found.components),
      transposeMatrix(first(evaluators.pca_components), 64),
      64,
    ).map(Math.abs)
    expect(largestDifference(overlap, identity(12))).toBeLessThan(1e-3)
    const projected = project(train.images, found)
    const { covariance } = fitGaussian(projected, 16)
    expect(
      largestDifference(
        covariance,
        identity(16).map((value, i) => value * found.variances[i % 16]),
      ),
    ).toBeLessThan(1e-6)
  })
})

test('computes means over bins with equal counts, in the order of x', () => {
  const x = Float64Array.of(5, 1, 2, 10, 4)
  const y = Float64Array.of(50, 10, 20, 100, 40)
  expect(binnedMeans(x, y, 2)).toEqual({
    x: Float64Array.of(1.5, 19 / 3),
    y: Float64Array.of(15, 190 / 3),
  })
  expect(binnedMeans(x, y, 9).x).toEqual(Float64Array.of(1, 2, 4, 5, 10))
  expect(binnedMeans(new Float64Array(), new Float64Array(), 3).x).toHaveLength(0)
})

describe('one-dimensional Wasserstein-1 distance', () => {
  /** The area between the two distribution functions, an equivalent definition. */
  function between(a: number[], b: number[]): number {
    const places = [...a, ...b].sort((x, y) => x - y)
    const below = (set: number[], x: number) =>
      set.filter((value) => value <= x).length / set.length
    return places.reduce((sum, x, i) => (i ? sum + gap(places[i - 1]) * (x - places[i - 1]) : 0), 0)

    function gap(x: number) {
      return Math.abs(below(a, x) - below(b, x))
    }
  }

  test.each(golden<{ dim: number; a: number[][]; b: number[][] }[]>('metrics'))(
    'of sets of unequal size is exact: axes of $dim dimensions',
    ({ dim, a, b }) => {
      for (let axis = 0; axis < dim; axis++) {
        const [x, y] = [a, b].map((rows) => rows.map((row) => row[axis]))
        expect(wasserstein(Float64Array.from(x), Float64Array.from(y)) / between(x, y)).toBeCloseTo(
          1,
          12,
        )
      }
    },
  )
})

describe('kernel distance estimate', () => {
  const [a, b] = [normal(600, 5), normal(600, 6)]

  test('is the mean over interleaved parts, with a standard error', () => {
    const { value, error, parts } = kernelEstimate(a, b, { dim: 2, size: 100 })
    expect(parts).toBe(3)
    const own = [0, 1, 2].map((part) =>
      kernelDistance(interleavedPart(a, 2, part, 3), interleavedPart(b, 2, part, 3), 2),
    )
    const mean = own.reduce((sum, each) => sum + each, 0) / 3
    expect(value).toBeCloseTo(mean, 12)
    expect(error).toBeCloseTo(
      Math.sqrt(own.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 6),
      12,
    )
  })

  test('uses all items without an error estimate if there is one part', () => {
    const whole = kernelEstimate(a, b, { dim: 2, size: 5000 })
    expect(whole).toEqual({
      value: expect.closeTo(kernelDistance(a, b, 2), 12),
      error: NaN,
      parts: 1,
    })
  })

  test('interleaves parts: items 1 and 4 of five', () => {
    expect([...interleavedPart([0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 2, 1, 3)]).toEqual([1, 1, 4, 4])
  })
})

describe('precision, recall, density and coverage', () => {
  // One dimension: real items at 0, 1, 2, 3, whose balls have radius 1.
  const real = [0, 1, 2, 3]

  test('scores one sample within the data and two far away', () => {
    // 1.5 is in the balls of 1 and 2; those of 0 and 3 end at 1 and 2. The balls of the samples
    // have radius 8.5 (1.5) and 1 (10 and 11).
    expect(manifoldScores([1.5, 10, 11], real, { dim: 1, k: 1 })).toEqual({
      precision: 1 / 3,
      recall: 1,
      density: 2 / 3,
      coverage: 0.5,
    })
  })

  test('scores samples that are all at one place', () => {
    // The balls of the samples have radius 0. The balls of real items 0, 1 and 2 contain them.
    expect(manifoldScores([1, 1, 1], real, { dim: 1, k: 1 })).toEqual({
      precision: 1,
      recall: 0.25,
      density: 3,
      coverage: 0.75,
    })
  })

  test('are maximal for identical sets', () => {
    const data = normal(400, 7)
    const scores = manifoldScores(data, data, { dim: 2, k: 3 })
    expect(scores).toMatchObject({ precision: 1, recall: 1, coverage: 1 })
    // Each ball contains its own item and k others: (k + 1) / k.
    expect(scores.density).toBeCloseTo(4 / 3, 12)
  })

  test('distinguish low fidelity from low diversity', () => {
    const data = normal(600, 7)
    const wide = normal(600, 8).map((value) => 3 * value)
    const narrow = normal(600, 8).map((value) => 0.2 * value)
    const [scattered, few] = [wide, narrow].map((samples) =>
      manifoldScores(samples, data, { dim: 2, k: 3 }),
    )
    expect(scattered.precision).toBeLessThan(0.5)
    expect(scattered.recall).toBeGreaterThan(0.8)
    expect(few.precision).toBeGreaterThan(0.9)
    expect(few.recall).toBeLessThan(0.4)
    expect(few.coverage).toBeLessThan(0.5)
  })

  test('are NaN with too few items', () => {
    expect(manifoldScores([1, 2], real, { dim: 1, k: 2 })).toEqual({
      precision: NaN,
      recall: NaN,
      density: NaN,
      coverage: NaN,
    })
  })
})

describe('modes', () => {
  const line = {
    centers: Float64Array.of(0, 10),
    deviations: Float64Array.of(1, 0.5),
    shares: Float64Array.of(0.5, 0.5),
  }

  test('are means and standard deviations of the classes, without unlabelled items', () => {
    expect(estimateModes([0, 0, 2, 0, 7, 7, 5, 5, 99, 99], [0, 0, 1, 1, -1], 2)).toEqual({
      centers: Float64Array.of(1, 0, 6, 6),
      // Squared deviations 1 + 1 over 2 items and 2 axes; 1 along each axis.
      deviations: Float64Array.of(Math.SQRT1_2, 1),
      shares: Float64Array.of(0.5, 0.5),
    })
  })

  test('scores three samples near one mode and one far from the other', () => {
    const scores = modeScores([0, 3, -2.9, 8.4], line, 1)
    expect(scores).toEqual({
      hit: 1,
      close: 0.75,
      shares: Float64Array.of(1, 0),
      divergence: Math.log(2),
    })
  })

  test('samples far from all modes hit none', () => {
    expect(modeScores([5, 5.1], line, 1)).toMatchObject({ hit: 0, close: 0, divergence: Infinity })
  })

  test('of eight Gaussians: 98.9 % of the data lie within three deviations', () => {
    const { data, labels } = pointSet(
      'eight_gaussians',
      { count: 8000, noise: 0.05, points: [] },
      createRandom(4),
    )
    const modes = estimateModes(data, labels!, 2)
    expect(largestDifference(modes.centers, eightCenters())).toBeLessThan(0.01)
    const scores = modeScores(data, modes, 2)
    expect(scores.hit).toBe(8)
    expect(Math.abs(scores.close - (1 - Math.exp(-4.5)))).toBeLessThan(0.004)
    expect(scores.divergence).toBeLessThan(1e-4)
  })
})
