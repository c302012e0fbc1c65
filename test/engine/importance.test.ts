// Importance sampling of timesteps, against guided-diffusion's.
import { expect, test } from 'vitest'
import { drawImportant, importance, noLosses, withLosses } from '../../src/engine/importance.ts'
import { randomOf } from '../../src/engine/random.ts'
import { golden } from '../golden.ts'

interface Recorded {
  T: number
  history_per_term: number
  uniform_prob: number
  updates: { ts: number[]; losses: number[]; weights_after: number[] }[]
}
const { T, history_per_term, uniform_prob, updates } = golden<{ second_moment: Recorded }>('densities').second_moment

test('the probabilities after each update are those of LossSecondMomentResampler', () => {
  let record = noLosses(history_per_term)
  for (const { ts, losses, weights_after } of updates) {
    record = withLosses(record, Float64Array.from(ts), losses)
    const total = weights_after.reduce((sum, weight) => sum + weight, 0)
    const probabilities = importance(record, T, uniform_prob)
    probabilities.forEach((p, t) => expect(p).toBeCloseTo(weights_after[t]! / total, 12))
  }
  // Once warm they differ, or the test would say nothing.
  expect(new Set(importance(record, T, uniform_prob)).size).toBe(T)
})

test('a record is a value: earlier ones stay, and only the last losses count', () => {
  const empty = noLosses(2)
  const one = withLosses(empty, Float64Array.of(1, 1), [3, 4])
  const two = withLosses(one, Float64Array.of(1, 0), [5, NaN])
  expect(empty.counts).toHaveLength(0)
  expect([...one.losses]).toEqual([0, 0, 3, 4])
  expect([...two.losses]).toEqual([0, 0, 4, 5])
  expect([...two.counts]).toEqual([0, 2])
  expect(() => withLosses(one, Float64Array.of(0.5), [1])).toThrow(
    'Losses are remembered by whole timesteps from 0, got t = 0.5.',
  )
})

test('uniform until each timestep has its history, and where nothing is lost', () => {
  const even = Float64Array.of(0.5, 0.5)
  const half = withLosses(noLosses(1), Float64Array.of(0), [9])
  expect(importance(half, 2, 0)).toEqual(even)
  expect(importance(withLosses(half, Float64Array.of(0, 1), [0, 0]), 2, 0)).toEqual(even)
  expect(importance(withLosses(half, Float64Array.of(1), [1]), 2, 0)).toEqual(Float64Array.of(0.9, 0.1))
})

test('weighted means of what is drawn are those of uniform timesteps', () => {
  const losses = [9, 1, 4, 0.5]
  const record = withLosses(noLosses(1), Float64Array.of(0, 1, 2, 3), losses)
  const { t, weights } = drawImportant(importance(record, 4, 0.1), Float64Array.from(randomOf(1).uniform(20_000)))
  const shares = [0, 1, 2, 3].map((time) => t.filter((own) => own === time).length / t.length)
  importance(record, 4, 0.1).forEach((p, time) => expect(Math.abs(shares[time]! - p)).toBeLessThan(0.01))
  const mean = t.reduce((sum, time, i) => sum + losses[time]! * weights[i]!, 0) / t.length
  expect(Math.abs(mean - 14.5 / 4)).toBeLessThan(0.02)
  expect([...drawImportant(Float64Array.of(0.25, 0.75), Float64Array.of(0, 0.2499, 0.25, 0.9999999)).t]).toEqual([0, 0, 1, 1])
})
