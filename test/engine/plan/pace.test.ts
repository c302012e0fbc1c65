// Rates of loops, from the times of their iterations.
import { expect, test } from 'vitest'
import { Pace } from '../../../src/engine/plan/pace.ts'

test('the rate of a loop is known after its first iteration', () => {
  expect(new Pace(0, 0, 0).rate(1, 500, 0)).toBe(2)
})

test('a loop that runs again starts over, without the time since its last run', () => {
  const pace = new Pace(0, 0, 0)
  for (let i = 1; i <= 5; i++) pace.rate(i, 200 * i, 0)
  const again = 600_000
  expect(pace.rate(1, again + 200, again)).toBeCloseTo(5)
  expect(pace.rate(5, again + 1000, again)).toBeCloseTo(5)
  // One iteration per run: the index never decreases.
  const single = new Pace(0, 0, 0)
  single.rate(1, 100, 0)
  expect(single.rate(1, again + 100, again)).toBeCloseTo(10)
})

test('a loop that continues counts the iterations of this run only', () => {
  const pace = new Pace(1000, 30, 0)
  expect(pace.rate(1001, 250, 0)).toBe(4)
  expect(pace.seconds(250)).toBe(30.25)
})
