// Losses of steps, read in batches where the backend can, and the states that are good.
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { registerOperations } from '../../../src/engine/base/backend.ts'
import { Memory } from '../../../src/engine/base/memory.ts'
import type { Scalar, Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { LossReader, MAX_UNKNOWN } from '../../../src/engine/plan/lossReader.ts'

/** Reads that the test has not answered yet. */
let reads: { size: number; answer: () => void }[] = []
/** All reads so far, by their numbers of losses. */
let sizes: number[] = []

const readScalars = (scalars: readonly Tensor[]) =>
  new Promise<Float32Array>((resolve) => {
    const values = Float32Array.from(scalars, (scalar) => scalar.dataSync()[0])
    sizes.push(scalars.length)
    reads.push({ size: scalars.length, answer: () => resolve(values) })
  })

beforeAll(async () => void (await tf.setBackend('cpu')))

let tensors = 0
beforeEach(() => {
  registerOperations(tf.backend(), { readScalars })
  ;[reads, sizes] = [[], []]
  tensors = tf.memory().numTensors
})
afterEach(() => {
  registerOperations(tf.backend(), {})
  expect(tf.memory().numTensors).toBe(tensors)
})

const step = { end: 'end' }
const memory = new Memory()

/** Answers all reads, and lets their results arrive. */
async function answer() {
  for (const { answer } of reads.splice(0)) answer()
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

/** Reads the loss of a step, of which the training itself keeps no reference. */
function readLoss(reader: LossReader, index: number, value: number, isAwaited = false) {
  const tensor = tf.scalar(value) as Scalar
  const loss = memory.retain({ type: 'loss' as const, tensor })
  reader.read({ loss, index, step }, isAwaited)
  memory.release(loss)
}

test('the losses of fast steps are read sixteen at a time, and the rest at the end', async () => {
  const reader = new LossReader(memory, () => 0)
  for (let i = 1; i <= 40; i++) {
    readLoss(reader, i, i)
    await answer()
  }
  // The first one is read at once.
  expect(sizes).toEqual([1, 16, 16])
  expect(reader.latest(step)).toBe(33)
  const settled = reader.settle()
  await answer()
  await settled
  expect(sizes).toEqual([1, 16, 16, 7])
  expect(reader.latest(step)).toBe(40)
})

test('the losses of slow steps are read one by one, also without a clock where they are awaited', async () => {
  let now = 0
  const reader = new LossReader(memory, () => now)
  for (let i = 1; i <= 5; i++) {
    now += 100
    readLoss(reader, i, i)
  }
  readLoss(reader, 6, 6)
  readLoss(reader, 7, 7, true)
  expect(sizes).toEqual([1, 1, 1, 1, 1, 2])
  await answer()
  expect(reader.latest(step)).toBe(7)
})

test('a loss that is not sound is found at most as many steps later as are unknown', async () => {
  const reader = new LossReader(memory, () => 0)
  let ran = 0
  for (let i = 1; i <= 200 && !reader.failure; i++) {
    readLoss(reader, i, i === 60 ? NaN : 1)
    ran = i
    const thread = { waits: true }
    const free = reader.limitBacklog().then(() => (thread.waits = false))
    await Promise.resolve()
    await Promise.resolve()
    // The device answers only when the thread waits for it.
    while (thread.waits) {
      await answer()
      await Promise.resolve()
    }
    await free
  }
  expect(reader.failure).toMatchObject({ fault: { node: 'end', slot: 'loss' } })
  expect(ran - 60).toBeLessThanOrEqual(MAX_UNKNOWN)
  const settled = reader.settle()
  await answer()
  await settled
})

test('the first state of a batch is the good one once its loss is known to be sound', async () => {
  const reader = new LossReader(memory, () => 0)
  const states: Tensor[] = []
  const follow = (index: number) => {
    const weights = memory.retain(tf.tensor1d([index]))
    reader.follow(step, { index, state: { own: weights, solvers: {} }, seconds: index })
    states.push(weights)
  }
  for (let i = 1; i <= 35; i++) {
    readLoss(reader, i, i === 20 ? NaN : 1)
    follow(i)
    // The states that no one retains are disposed, as in a loop.
    memory.release(states[i - 1])
    if (i === 17) await answer()
  }
  expect(reader.lastGood('end')?.index).toBe(1)
  // Also the first of the batch that is on its way and of the next one.
  expect(states.flatMap(({ isDisposed }, i) => (isDisposed ? [] : [i + 1]))).toEqual([1, 17, 33])
  const settled = reader.settle()
  await answer()
  await settled
  expect(reader.failure).toBeDefined()
  expect(reader.lastGood('end')?.index).toBe(17)
  reader.release()
})
