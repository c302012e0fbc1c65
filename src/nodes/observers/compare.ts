// Compares two values: statistics side by side, and distances.
import { viewText } from '../../engine/base/viewTexts.ts'
import { column, ksDistance, slicedWasserstein } from '../../engine/metrics/distributions.ts'
import { computeStatistics } from '../../engine/base/statistics.ts'
import { defineNode, slot } from '../define.ts'
import type { Inspection } from './inspect.ts'
import { inspectValue, statisticsView } from './inspect.ts'
import { shortNumber } from './read.ts'

export const compare = defineNode({
  type: 'diffusion/Compare',
  category: 'view',
  summary:
    'Compares two values: their statistics, and for points the distance between their distributions.',
  aliases: ['side by side', 'difference', 'ImageCompare'],
  source: 'Kolmogorov-Smirnov distance; sliced Wasserstein distance, Bonneel et al. 2015',
  inputs: { a: slot.any('First value'), b: slot.any('Second value') },
  outputs: {},
  params: {},
  view: async ({ a, b }) => {
    const [first, second] = await Promise.all([inspectValue(a), inspectValue(b)])
    return statisticsView(`${a.type} against ${b.type}`, first.shape, first.numbers, [
      ...sideBySide(first, second),
      ...distributionDistances(first, second),
    ])
  },
})

/** Each statistic of both values, as "0.01 | 0.02". */
function sideBySide(a: Inspection, b: Inspection): [string, string][] {
  const [first, second] = [computeStatistics(a.numbers), computeStatistics(b.numbers)]
  const rows = (['mean', 'std', 'min', 'max'] as const).map((name): [string, string] => [
    `${name}, a | b`,
    `${shortNumber(first[name])} | ${shortNumber(second[name])}`,
  ])
  const largest = largestDifference(a, b)
  return [
    ...rows,
    ...(second.nan ? [[viewText('nanInB'), String(second.nan)] as [string, string]] : []),
    ...(largest === undefined
      ? []
      : [[viewText('largestDifference'), shortNumber(largest)] as [string, string]]),
  ]
}

/** Largest absolute difference of corresponding elements; undefined for different shapes. */
function largestDifference(a: Inspection, b: Inspection): number | undefined {
  if (String(a.shape) !== String(b.shape)) return undefined
  let largest = 0
  for (let i = 0; i < a.numbers.length; i++) {
    const difference = Math.abs(a.numbers[i] - b.numbers[i])
    if (Number.isNaN(difference)) return NaN
    largest = Math.max(largest, difference)
  }
  return largest
}

/** Distances between the distributions: per coordinate for points, of all numbers otherwise. */
function distributionDistances(a: Inspection, b: Inspection): [string, string][] {
  if (a.numbers.length === 0 || b.numbers.length === 0) return []
  const [dim, other] = [pointDimensions(a), pointDimensions(b)]
  if (dim === undefined || dim !== other)
    return [
      [
        viewText('ksDistance'),
        shortNumber(ksDistance(finiteNumbers(a.numbers), finiteNumbers(b.numbers))),
      ],
    ]
  const [first, second] = [Float32Array.from(a.numbers), Float32Array.from(b.numbers)]
  const ks = Array.from({ length: dim }, (_, i): [string, string] => [
    `${viewText('ksDistance')}, ${dim === 2 ? 'xy'[i] : i}`,
    shortNumber(
      ksDistance(finiteNumbers(column(first, dim, i)), finiteNumbers(column(second, dim, i))),
    ),
  ])
  return dim === 2
    ? [...ks, ['sliced Wasserstein', shortNumber(slicedWasserstein(first, second))]]
    : ks
}

/** Number of coordinates of points, if few enough to list. */
const pointDimensions = ({ shape }: Inspection) =>
  shape.length === 2 && shape[1] <= 4 ? shape[1] : undefined

const finiteNumbers = (numbers: ArrayLike<number>) => Array.from(numbers).filter(Number.isFinite)
