// Data sets of points, distances, statistics and spectra.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  column,
  ksDistance,
  slicedWasserstein,
  wasserstein,
} from '../../../src/engine/metrics/distributions.ts'
import type { Distribution } from '../../../src/engine/datasets/points.ts'
import { distributions, eightCenters, pointSet } from '../../../src/engine/datasets/points.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { pointHistogram, fft, radialSpectrum } from '../../../src/engine/images/spectrum.ts'
import { computeHistogram, computeStatistics } from '../../../src/engine/base/statistics.ts'

const shapes = distributions.filter((name) => name !== 'drawn')
const draw = (name: Distribution, count: number, seed = 1, noise = 0) =>
  pointSet(name, { count, noise, points: [] }, createRandom(seed))

describe.each(shapes)('%s', (name) => {
  test('is centred with standard deviation 1 over all axes', () => {
    const { data, dim } = draw(name, 20_000)
    expect(dim).toBe(Number(/_(\d)d$/.exec(name)?.[1] ?? 2))
    expect(data).toHaveLength(dim * 20_000)
    for (let axis = 0; axis < dim; axis++)
      expect(Math.abs(computeStatistics(column(data, dim, axis)).mean)).toBeLessThan(0.03)
    expect(computeStatistics(data).std).toBeCloseTo(1, 1)
  })

  test('a small set is a prefix of a large one', () => {
    const [few, many] = [draw(name, 50, 4, 0.1), draw(name, 400, 4, 0.1)]
    expect(many.data.slice(0, 50 * few.dim)).toEqual(few.data)
    expect(many.labels?.slice(0, 50)).toEqual(few.labels)
  })
})

test('classes are equally frequent', () => {
  const classes = shapes
    .map((name) => [name, draw(name, 8000)] as const)
    .filter(([, { labels }]) => labels)
  expect(classes.map(([name, { classes }]) => [name, classes])).toEqual([
    ['moons', 2],
    ['eight_gaussians', 8],
    ['spiral', 2],
    ['circles', 2],
    ['pinwheel', 5],
    ['bimodal_1d', 2],
    ['helix_3d', 2],
  ])
  for (const [, { labels, classes: count }] of classes) {
    const shares = Array.from(
      { length: count! },
      (_, label) => labels!.filter((own) => own === label).length / 8000,
    )
    for (const share of shares) expect(share * count!).toBeCloseTo(1, 0)
  }
})

test('points of eight Gaussians are at the centre of their class', () => {
  const { data, labels } = draw('eight_gaussians', 100)
  const centers = eightCenters()
  labels!.forEach((label, i) =>
    expect(data.slice(2 * i, 2 * i + 2)).toEqual(centers.slice(2 * label, 2 * label + 2)),
  )
})

test('draws points from a drawing, and rejects an empty one', () => {
  const points = [
    [0, 1],
    [2, -1],
  ] as const
  const { data, labels } = pointSet('drawn', { count: 200, noise: 0, points }, createRandom(2))
  const seen = new Set(Array.from({ length: 200 }, (_, i) => `${data[2 * i]},${data[2 * i + 1]}`))
  expect([...seen].sort()).toEqual(['0,1', '2,-1'])
  expect(labels).toBeUndefined()
  expect(() => draw('drawn', 3)).toThrowErrorMatchingInlineSnapshot(
    `[EngineError: Expected drawn points for the distribution "drawn", got none.]`,
  )
})

describe('distances', () => {
  const sets = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), {
    minLength: 1,
    maxLength: 40,
  })

  test('Wasserstein: zero to itself, the length of a shift, symmetric', () => {
    fc.assert(
      fc.property(sets, sets, fc.double({ min: 0, max: 5, noNaN: true }), (a, b, shift) => {
        const [x, y] = [Float64Array.from(a), Float64Array.from(b)]
        expect(wasserstein(x, x)).toBe(0)
        expect(
          wasserstein(
            x,
            x.map((value) => value + shift),
          ),
        ).toBeCloseTo(shift, 8)
        expect(wasserstein(x, y)).toBeCloseTo(wasserstein(y, x), 8)
      }),
    )
  })

  test('Wasserstein of sets of different size, by hand', () => {
    // Half of the mass at 0.5 moves to 0 and half to 1: each moves 0.5.
    expect(wasserstein(Float64Array.of(0, 1), Float64Array.of(0.5))).toBeCloseTo(0.5, 12)
    expect(wasserstein(Float64Array.of(0, 0, 3), Float64Array.of(0, 3))).toBeCloseTo(0.5, 12)
  })

  test('sliced Wasserstein of a shift by d is d times the mean of |cos|', () => {
    const { data } = draw('moons', 500)
    const moved = data.map((value, i) => (i % 2 ? value : value + 1))
    expect(slicedWasserstein(data, moved)).toBeCloseTo(2 / Math.PI, 2)
    expect(slicedWasserstein(data, data)).toBe(0)
    // In three dimensions the mean of |cos| is 1/2; on the line there is no projection.
    const solid = draw('sphere_3d', 500).data
    const raised = solid.map((value, i) => value + (i % 3 === 2 ? 1 : 0))
    expect(slicedWasserstein(solid, raised, 2000, 0, 3)).toBeCloseTo(0.5, 1)
    const line = draw('laplace_1d', 500).data
    expect(
      slicedWasserstein(
        line,
        line.map((x) => x + 2),
        64,
        0,
        1,
      ),
    ).toBeCloseTo(2, 5)
  })

  test('Kolmogorov-Smirnov: the largest gap of the empirical distribution functions', () => {
    const brute = (a: number[], b: number[]) =>
      Math.max(
        ...[...a, ...b].map((v) =>
          Math.abs(
            a.filter((x) => x <= v).length / a.length - b.filter((x) => x <= v).length / b.length,
          ),
        ),
      )
    const coarse = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(coarse, coarse, (a, b) => Math.abs(ksDistance(a, b) - brute(a, b)) < 1e-12),
    )
  })

  test('the distance of an empty set is NaN', () => {
    expect(ksDistance([], [1])).toBeNaN()
    expect(wasserstein(Float64Array.of(), Float64Array.of(1))).toBeNaN()
  })
})

describe('statistics', () => {
  test('count NaN and infinite values, and describe the rest', () => {
    expect(computeStatistics([1, NaN, 3, Infinity, -Infinity, 2])).toEqual({
      mean: 2,
      std: Math.sqrt(2 / 3),
      min: 1,
      max: 3,
      nan: 1,
      infinite: 2,
    })
    expect(computeStatistics([NaN])).toEqual({
      mean: NaN,
      std: NaN,
      min: NaN,
      max: NaN,
      nan: 1,
      infinite: 0,
    })
  })

  test('the histogram counts every finite number once', () => {
    fc.assert(
      fc.property(fc.array(fc.float(), { minLength: 1 }), (values) => {
        const { min, max, nan, infinite } = computeStatistics(values)
        const inside = computeHistogram(values, min, max, 7).reduce((sum, count) => sum + count, 0)
        expect(inside).toBe(Number.isNaN(min) ? 0 : values.length - nan - infinite)
      }),
    )
    expect([...computeHistogram([5, 5], 5, 5, 3)]).toEqual([2, 0, 0])
  })
})

describe('spectrum', () => {
  test('the FFT equals its defining sum', () => {
    const [re, im] = [
      Float64Array.from(createRandom(1).normal(16)),
      Float64Array.from(createRandom(2).normal(16)),
    ]
    const expected = Array.from({ length: 16 }, (_, k) =>
      Array.from({ length: 16 }, (_, n) => n).reduce(
        ([x, y], n) => {
          const [cos, sin] = [
            Math.cos((-2 * Math.PI * k * n) / 16),
            Math.sin((-2 * Math.PI * k * n) / 16),
          ]
          return [x + re[n] * cos - im[n] * sin, y + re[n] * sin + im[n] * cos] as [number, number]
        },
        [0, 0] as [number, number],
      ),
    )
    const [fastRe, fastIm] = [re.slice(), im.slice()]
    fft(fastRe, fastIm)
    expected.forEach(([x, y], k) => {
      expect(fastRe[k]).toBeCloseTo(x, 10)
      expect(fastIm[k]).toBeCloseTo(y, 10)
    })
    expect(() => fft(new Float64Array(6), new Float64Array(6))).toThrow(RangeError)
  })

  test('a wave has its power at its frequency, white noise at all frequencies', () => {
    const wave = Float64Array.from({ length: 32 * 32 }, (_, i) =>
      Math.cos((2 * Math.PI * 5 * (i % 32)) / 32),
    )
    const { radius, power } = radialSpectrum(wave, 32, 32)
    expect(radius[power.indexOf(Math.max(...power))]).toBe(5)
    const white = radialSpectrum(createRandom(3).normal(64 * 64), 64, 64).power
    for (const value of white.slice(4)) expect(Math.abs(Math.log(value))).toBeLessThan(0.5)
  })

  test('a point histogram has mean 1 and ignores points outside', () => {
    const density = pointHistogram(draw('moons', 1000).data, 16, 4)
    expect(density.reduce((sum, value) => sum + value, 0) / 256).toBeCloseTo(1, 10)
    expect(pointHistogram(Float32Array.of(9, 9), 4, 1).every((value) => value === 0)).toBe(true)
  })
})

/** Undoes the normalisation of points: the ratio of distances is that of the shape. */
const norms = ({ data, dim }: ReturnType<typeof draw>) =>
  Array.from({ length: data.length / dim }, (_, i) =>
    Math.hypot(...data.subarray(dim * i, dim * i + dim)),
  )

test('points lie on the shapes that they are named after', () => {
  const circles = draw('circles', 200)
  norms(circles).forEach((norm, i) =>
    expect(norm).toBeCloseTo(circles.labels?.[i] ? Math.sqrt(0.8) : Math.sqrt(3.2), 2),
  )
  for (const norm of norms(draw('sphere_3d', 200))) expect(norm).toBeCloseTo(Math.sqrt(3), 3)
  const grid = draw('grid', 500)
  expect(new Set(grid.data.map((value) => Math.round(1000 * value))).size).toBe(5)
  const helix = draw('helix_3d', 200)
  const radius = Array.from({ length: 200 }, (_, i) =>
    Math.hypot(helix.data[3 * i], helix.data[3 * i + 1]),
  )
  expect(Math.max(...radius) - Math.min(...radius)).toBeLessThan(1e-3)
})

test('one-dimensional distributions have their densities', () => {
  const share = (name: Distribution, fits: (x: number) => boolean) =>
    draw(name, 20_000).data.filter(fits).length / 20_000
  // The Laplace distribution has variance 2, so P(|x| < 1 deviation) = 1 - exp(-sqrt 2).
  expect(share('laplace_1d', (x) => Math.abs(x) < 1)).toBeCloseTo(1 - Math.exp(-Math.SQRT2), 1)
  // P(|x| < 1) of a uniform distribution of variance 1 is 1 / sqrt 3.
  expect(share('uniform_1d', (x) => Math.abs(x) < 1)).toBeCloseTo(1 / Math.sqrt(3), 1)
  expect(share('bimodal_1d', (x) => Math.abs(x) < 0.3)).toBeLessThan(0.01)
  // Gaps between the three Gaussians, at their mean -0.35: half of the points lie below it.
  expect(share('mixture_1d', (x) => x < -0.3)).toBeCloseTo(0.5, 1)
})
