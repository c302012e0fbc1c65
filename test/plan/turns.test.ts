// The number of iterations in flight on a GPU is limited.
import { expect, test } from 'vitest'
import { DeviceBacklog } from '../../src/engine/plan/yielding.ts'
import { registerOperations } from '../../src/engine/base/backend.ts'
import { tf } from '../../src/engine/base/tf.ts'

test('a GPU has at most four pending iterations, and the loop does not wait with fewer', async () => {
  await tf.setBackend('cpu')
  const done: (() => void)[] = []
  let submits = 0
  const queue = {
    flush: () => void submits++,
    done: () => new Promise<void>((resolve) => done.push(resolve)),
  }
  registerOperations(tf.backend(), { queue })
  try {
    const ahead = new DeviceBacklog()
    for (let i = 0; i < 3; i++) await ahead.submit()
    let fourth = false
    const waiting = ahead.submit().then(() => (fourth = true))
    await new Promise((resolve) => setTimeout(resolve))
    expect([submits, fourth]).toEqual([4, false])
    done[0]()
    await waiting
    expect(fourth).toBe(true)
  } finally {
    registerOperations(tf.backend(), {})
  }
  await new DeviceBacklog().submit() // without a GPU
})
