// Importance sampling of timesteps, compared with guided-diffusion.
import { expect, test } from 'vitest'
import {
  drawByImportance,
  importanceProbabilities,
  createLossRecord,
  recordLosses,
} from '../../../src/engine/process/importance.ts'
import { createRandom } from '../../../src/engine/base/random.ts'
import { golden } from '../../golden.ts'

interface Recorded {
  T: number
  history_per_term: number
  uniform_prob: number
  updates: { ts: number[]; losses: number[]; weights_after: number[] }[]
}
const { T, history_per_term, uniform_prob, updates } = golden<{ second_moment: Recorded }>(
  'densities',
).second_moment

test('probabilities match LossSecondMomentResampler after each update', () => {
  let record = createLossRecord(history_per_term)
  for (const { ts, losses, weights_after } of updates) {
    record = recordLosses(record, Float64Array.from(ts), losses)
    const total = weights_after.reduce((sum, weight) => sum + weight, 0)
    const probabilities = importanceProbabilities(record, T, uniform_prob)
    probabilities.forEach((p, t) => expect(p).toBeCloseTo(weights_after[t] / total, 12))
  }
  // The probabilities must differ after the warm-up, otherwise the test is trivial.
  expect(new Set(importanceProbabilities(record, T, uniform_prob)).size).toBe(T)
})

test('updates leave earlier records unchanged and keep only the last losses', () => {
  const empty = createLossRecord(2)
  const one = recordLosses(empty, Float64Array.of(1, 1), [3, 4])
  const two = recordLosses(one, Float64Array.of(1, 0), [5, NaN])
  expect(empty.counts).toHaveLength(0)
  expect([...one.losses]).toEqual([0, 0, 3, 4])
  expect([...two.losses]).toEqual([0, 0, 4, 5])
  expect([...two.counts]).toEqual([0, 2])
  expect(() => recordLosses(one, Float64Array.of(0.5), [1])).toThrow(
    'Expected integer timesteps of at least 0 to record losses, got t = 0.5.',
  )
})

test('is uniform until each timestep has a complete history, and if all losses are 0', () => {
  const even = Float64Array.of(0.5, 0.5)
  const half = recordLosses(createLossRecord(1), Float64Array.of(0), [9])
  expect(importanceProbabilities(half, 2, 0)).toEqual(even)
  expect(importanceProbabilities(recordLosses(half, Float64Array.of(0, 1), [0, 0]), 2, 0)).toEqual(
    even,
  )
  expect(importanceProbabilities(recordLosses(half, Float64Array.of(1), [1]), 2, 0)).toEqual(
    Float64Array.of(0.9, 0.1),
  )
})

test('weighted means equal those of uniform timesteps', () => {
  const losses = [9, 1, 4, 0.5]
  const record = recordLosses(createLossRecord(1), Float64Array.of(0, 1, 2, 3), losses)
  const { t, weights } = drawByImportance(
    importanceProbabilities(record, 4, 0.1),
    Float64Array.from(createRandom(1).uniform(20_000)),
  )
  const shares = [0, 1, 2, 3].map((time) => t.filter((own) => own === time).length / t.length)
  importanceProbabilities(record, 4, 0.1).forEach((p, time) =>
    expect(Math.abs(shares[time] - p)).toBeLessThan(0.01),
  )
  const mean = t.reduce((sum, time, i) => sum + losses[time] * weights[i], 0) / t.length
  expect(Math.abs(mean - 14.5 / 4)).toBeLessThan(0.02)
  expect([
    ...drawByImportance(Float64Array.of(0.25, 0.75), Float64Array.of(0, 0.2499, 0.25, 0.9999999)).t,
  ]).toEqual([0, 0, 1, 1])
})
