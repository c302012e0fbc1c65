// When the threads of functions of our own are left out.
import { expect, test } from 'vitest'
import { Worth } from '../../src/engine/wasm/team.ts'

/** So many runs of 8 strands, of which half are done here in 1 ms; how many were done without workers. */
function runs(worth: Worth, count: number, waited: number): number {
  let alone = 0
  for (let i = 0; i < count; i++) {
    if (worth.leavesOut()) alone++
    else worth.note(8, 4, 1, waited)
  }
  return alone
}

test('workers that are waited for less than they save are kept', () => {
  expect(runs(new Worth(), 10_000, 0.9)).toBe(0)
})

test('workers that are waited for longer are left out, longer and longer, and come back once they help', () => {
  const worth = new Worth()
  expect(runs(worth, 10_000, 1.1)).toBeGreaterThan(9_000)
  expect(runs(worth, 10_000, 0.1)).toBeLessThan(4_096 + 64)
  expect(runs(worth, 1_000, 0.1)).toBe(0)
})
