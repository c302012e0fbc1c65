// When the wasm backend stops using its worker pool.
import { expect, test } from 'vitest'
import { PoolBenefit } from '../../../src/engine/backends/wasm/workerPool.ts'

/**
 * Makes `count` runs of 8 chunks, half of which the main thread computes in 1 ms; counts those
 * without workers.
 */
function runsWithoutWorkers(benefit: PoolBenefit, count: number, waitedMs: number): number {
  let withoutWorkers = 0
  for (let i = 0; i < count; i++) {
    if (benefit.shouldSkip()) withoutWorkers++
    else benefit.record(8, 4, 1, waitedMs)
  }
  return withoutWorkers
}

test('the pool is used while the wait for it is shorter than the time it saves', () => {
  expect(runsWithoutWorkers(new PoolBenefit(), 10_000, 0.9)).toBe(0)
})

test('a pool with longer waits is skipped for increasing periods, and used again once it helps', () => {
  const worth = new PoolBenefit()
  expect(runsWithoutWorkers(worth, 10_000, 1.1)).toBeGreaterThan(9_000)
  expect(runsWithoutWorkers(worth, 10_000, 0.1)).toBeLessThan(4_096 + 64)
  expect(runsWithoutWorkers(worth, 1_000, 0.1)).toBe(0)
})
