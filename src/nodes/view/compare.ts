// Two values side by side, and how far apart they are.
import { column, ksDistance, slicedWasserstein } from '../../engine/metrics/distributions.ts'
import { statistics } from '../../engine/statistics.ts'
import { any, defineNode } from '../define.ts'
import type { Inspected } from './inspect.ts'
import { inspected, statisticsView } from './inspect.ts'
import { shown } from './read.ts'

export const compare = defineNode({
  type: 'diffusion/Compare',
  category: 'view',
  summary: 'Holds two values against each other: their statistics, and for points how far apart the two distributions are.',
  source: 'Kolmogorov-Smirnov distance; sliced Wasserstein distance, Bonneel et al. 2015',
  inputs: { a: any('one'), b: any('the other') },
  outputs: {},
  params: {},
  view: async ({ a, b }) => {
    const [first, second] = await Promise.all([inspected(a), inspected(b)])
    return statisticsView(`${a.type} against ${b.type}`, first.shape, first.numbers, [
      ...sideBySide(first, second),
      ...distances(first, second),
    ])
  },
})

/** "0.01 | 0.02" for each statistic, a first. */
function sideBySide(a: Inspected, b: Inspected): [string, string][] {
  const [first, second] = [statistics(a.numbers), statistics(b.numbers)]
  const rows = (['mean', 'std', 'min', 'max'] as const).map((name): [string, string] => [
    `${name}, a | b`,
    `${shown(first[name])} | ${shown(second[name])}`,
  ])
  const largest = largestDifference(a, b)
  return [
    ...rows,
    ...(second.nan ? [['NaN in b', String(second.nan)] as [string, string]] : []),
    ...(largest === undefined ? [] : [['largest |a - b|', shown(largest)] as [string, string]]),
  ]
}

/** Number by number, where both have the same shape. */
function largestDifference(a: Inspected, b: Inspected): number | undefined {
  if (String(a.shape) !== String(b.shape)) return undefined
  let largest = 0
  for (let i = 0; i < a.numbers.length; i++) {
    const difference = Math.abs(a.numbers[i]! - b.numbers[i]!)
    if (Number.isNaN(difference)) return NaN
    largest = Math.max(largest, difference)
  }
  return largest
}

/** Distances of the distributions: of each coordinate of points, and of all numbers of anything else. */
function distances(a: Inspected, b: Inspected): [string, string][] {
  if (a.numbers.length === 0 || b.numbers.length === 0) return []
  const [dim, other] = [widthOf(a), widthOf(b)]
  if (dim === undefined || dim !== other) return [['KS distance', shown(ksDistance(finite(a.numbers), finite(b.numbers)))]]
  const [first, second] = [Float32Array.from(a.numbers), Float32Array.from(b.numbers)]
  const ks = Array.from({ length: dim }, (_, i): [string, string] => [
    `KS distance, ${dim === 2 ? 'xy'[i] : i}`,
    shown(ksDistance(finite(column(first, dim, i)), finite(column(second, dim, i)))),
  ])
  return dim === 2 ? [...ks, ['sliced Wasserstein', shown(slicedWasserstein(first, second))]] : ks
}

/** The number of coordinates of points, few enough to be listed. */
const widthOf = ({ shape }: Inspected) => (shape.length === 2 && shape[1]! <= 4 ? shape[1] : undefined)

const finite = (numbers: ArrayLike<number>) => Array.from(numbers).filter(Number.isFinite)
