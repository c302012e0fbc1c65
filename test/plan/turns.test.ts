// A GPU has enough to do, and not too much.
import { expect, test } from 'vitest'
import { Ahead } from '../../src/engine/plan/turns.ts'
import { tf } from '../../src/engine/tf.ts'

test('a GPU has at most four iterations before it, and nobody waits while it has fewer', async () => {
  await tf.setBackend('cpu')
  const done: (() => void)[] = []
  let submits = 0
  const gpu = {
    flush: () => void submits++,
    queue: { onSubmittedWorkDone: () => new Promise<void>((resolve) => done.push(resolve)) },
  }
  Object.assign(tf.backend(), gpu)
  try {
    const ahead = new Ahead()
    for (let i = 0; i < 3; i++) await ahead.handOver()
    let fourth = false
    const waiting = ahead.handOver().then(() => (fourth = true))
    await new Promise((resolve) => setTimeout(resolve))
    expect([submits, fourth]).toEqual([4, false])
    done[0]!()
    await waiting
    expect(fourth).toBe(true)
  } finally {
    for (const name of Object.keys(gpu)) delete (tf.backend() as unknown as Record<string, unknown>)[name]
  }
  await new Ahead().handOver() // where there is no GPU
})
