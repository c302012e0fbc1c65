// The work in flight on a GPU is limited, in iterations and in time: what was submitted cannot be
// stopped.
import { expect, test } from 'vitest'
import { DeviceBacklog } from '../../../src/engine/plan/yielding.ts'
import { registerOperations } from '../../../src/engine/base/backend.ts'
import { tf } from '../../../src/engine/base/tf.ts'

/** A device that completes an iteration only when `complete` is called. */
function createDevice() {
  const work: (() => void)[] = []
  let submits = 0
  return {
    queue: {
      flush: () => void submits++,
      done: () => new Promise<void>((resolve) => work.push(resolve)),
    },
    complete: () => work.shift()!(),
    submits: () => submits,
    pending: () => work.length,
  }
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve))

test('a GPU has at most four pending iterations, and the loop does not wait with fewer', async () => {
  await tf.setBackend('cpu')
  const { queue, complete, submits } = createDevice()
  registerOperations(tf.backend(), { queue })
  try {
    const ahead = new DeviceBacklog()
    // Only the first one is awaited, as its time is not known.
    const first = ahead.submit()
    complete()
    await first
    for (let i = 0; i < 3; i++) await ahead.submit()
    let fourth = false
    const waiting = ahead.submit().then(() => (fourth = true))
    await nextTurn()
    expect([submits(), fourth]).toEqual([5, false])
    complete()
    await waiting
    expect(fourth).toBe(true)
  } finally {
    registerOperations(tf.backend(), {})
  }
  await new DeviceBacklog().submit() // without a GPU
})

/** Returns the most iterations in the queue of a device that takes `milliseconds` for each. */
async function longestQueue(milliseconds: number): Promise<number> {
  const { queue, complete, pending } = createDevice()
  let [time, longest] = [0, 0]
  const ahead = new DeviceBacklog(queue, () => time)
  for (let i = 0; i < 12; i++) {
    const state = { isFree: false }
    void ahead.submit().then(() => (state.isFree = true))
    longest = Math.max(longest, pending())
    for (await nextTurn(); !state.isFree; await nextTurn()) {
      time += milliseconds
      complete()
    }
  }
  return longest
}

test.each([
  [5, 4],
  [100, 4],
  [120, 3],
  [200, 2],
  [400, 1],
  [4000, 1],
])('of iterations of %i ms, at most %i are in the queue', async (milliseconds, most) => {
  expect(await longestQueue(milliseconds)).toBe(most)
})
