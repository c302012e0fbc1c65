// Emissions of a training: those that take too much of the time are skipped, if they may be.
import { expect, test } from 'vitest'
import { EMISSION_SHARE, EmissionSchedule } from '../../../src/engine/plan/emissionSchedule.ts'

/** Steps that emit, of 1,000 steps of 1 ms with emissions of 40 ms, every 100 steps. */
function emitted(share: number): { steps: number[]; thinned: number } {
  let [now, thinned] = [0, 0]
  const schedule = new EmissionSchedule(
    100,
    0,
    () => now,
    share,
    () => thinned++,
  )
  const steps: number[] = []
  for (let step = 1; step <= 1000; step++) {
    now++
    if (!schedule.isDue(step)) continue
    now += 40
    schedule.end()
    steps.push(step)
  }
  return { steps, thinned }
}

test('emissions take at most their share of the time', () => {
  const { steps, thinned } = emitted(EMISSION_SHARE)
  const spent = 40 * steps.length
  expect(spent / (1000 + spent)).toBeLessThan(EMISSION_SHARE)
  expect(steps.length).toBeGreaterThan(2)
  expect(thinned).toBeGreaterThan(0)
})

test('an infinite share skips none', () => {
  const { steps, thinned } = emitted(Infinity)
  expect(steps).toEqual([25, 50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
  expect(thinned).toBe(0)
})
