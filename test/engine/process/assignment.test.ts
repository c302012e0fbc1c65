// Optimal assignment: against all permutations, sorted numbers, and the prices of linear duality.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { assignOptimally, squaredDistances } from '../../../src/engine/process/assignment.ts'

const isPermutation = (columns: Int32Array) =>
  [...columns].sort((a, b) => a - b).every((column, i) => column === i)

function* permutations(items: number[]): Generator<number[]> {
  if (items.length === 0) yield []
  for (const [i, item] of items.entries())
    for (const rest of permutations(items.toSpliced(i, 1))) yield [item, ...rest]
}

const totalCost = (costs: Float64Array, columns: ArrayLike<number>) =>
  Array.from(columns).reduce((sum, column, row) => sum + costs[row * columns.length + column], 0)

/** Costs from few integers, so that many are equal, or from any numbers. */
const squareCosts = fc.integer({ min: 1, max: 6 }).chain((count) =>
  fc
    .array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -9, max: 9, noNaN: true })), {
      minLength: count * count,
      maxLength: count * count,
    })
    .map((costs) => ({ count, costs: Float64Array.from(costs) })),
)

test('no permutation costs less', () => {
  fc.assert(
    fc.property(squareCosts, ({ count, costs }) => {
      const { columns, cost } = assignOptimally(costs, count)
      expect(isPermutation(columns)).toBe(true)
      expect(cost).toBeCloseTo(totalCost(costs, columns), 10)
      const all = [...permutations(Array.from({ length: count }, (_, i) => i))]
      expect(cost).toBeCloseTo(Math.min(...all.map((order) => totalCost(costs, order))), 9)
    }),
    { numRuns: 200 },
  )
})

test('pairs numbers on the line in their order', () => {
  const count = 300
  const [a, b] = [1, 2].map((seed) => createRandom(seed).normal(count))
  const { columns } = assignOptimally(squaredDistances(a, b, count), count)
  const order = (values: Float32Array) =>
    Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j])
  expect(order(a).map((row) => columns[row])).toEqual(order(b))
})

test('no cycle of pairs in the plane can be improved', () => {
  const count = 128
  const [a, b] = [3, 4].map((seed) => createRandom(seed).normal(2 * count))
  const costs = squaredDistances(a, b, count)
  const { columns, cost } = assignOptimally(costs, count)
  expect(isPermutation(columns)).toBe(true)
  // Bellman-Ford over the rows: an assignment is optimal if and only if no cycle has a negative sum.
  const gain = (from: number, to: number) =>
    costs[from * count + columns[to]] - costs[from * count + columns[from]]
  const lengths = new Float64Array(count)
  for (let round = 0; round < count; round++)
    for (let from = 0; from < count; from++)
      for (let to = 0; to < count; to++)
        lengths[to] = Math.min(lengths[to], lengths[from] + gain(from, to))
  for (let from = 0; from < count; from++)
    for (let to = 0; to < count; to++)
      expect(lengths[from] + gain(from, to) - lengths[to]).toBeGreaterThan(-1e-9)
  expect(cost).toBeLessThan(
    totalCost(
      costs,
      Int32Array.from({ length: count }, (_, i) => i),
    ) / 3,
  )
})
