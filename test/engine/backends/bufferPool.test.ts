// Pool of GPU buffers: which free buffer is used for a size, and which are destroyed for another.
import { expect, test } from 'vitest'
import { BufferPool } from '../../../src/engine/backends/webgpu/bufferPool.ts'

const MB = 2 ** 20
const STORAGE = 0x80

interface FakeBuffer extends GPUBuffer {
  destroyed: boolean
}

function createPool(maxBytes = 100 * MB) {
  const created: FakeBuffer[] = []
  const device = {
    createBuffer({ size }: GPUBufferDescriptor) {
      const buffer = { size, destroyed: false, destroy: () => void (buffer.destroyed = true) }
      created.push(buffer as unknown as FakeBuffer)
      return buffer
    },
  } as unknown as GPUDevice
  const pool = new BufferPool(device, maxBytes, (bytes) => new Error(`${bytes}`))
  return {
    pool,
    created,
    acquire: (size: number) => pool.acquireAtLeast(size, STORAGE),
    alive: () => created.filter(({ destroyed }) => !destroyed).map(({ size }) => size / MB),
  }
}

test('a free buffer of the size comes first, then the smallest one that is at most twice as large', () => {
  const { pool, acquire } = createPool()
  const [three, four, five] = [3, 4, 5].map((size) => acquire(size * MB))
  for (const buffer of [five, four, three]) pool.releaseBuffer(buffer)
  expect(acquire(3 * MB)).toBe(three)
  expect(acquire(3 * MB)).toBe(four)
  expect(acquire(2 * MB).size).toBe(2 * MB)
  expect(acquire(3 * MB)).toBe(five)
  expect(pool.numBytesAllocated).toBe(14 * MB)
})

test('small buffers, and those that are acquired by their size, have that size', () => {
  const { pool, acquire } = createPool()
  const [small, large] = [acquire(300), acquire(3 * MB)]
  pool.releaseBuffer(small)
  pool.releaseBuffer(large)
  expect(acquire(200).size).toBe(200)
  expect(pool.acquireBuffer(2 * MB, STORAGE).size).toBe(2 * MB)
  expect(pool.acquireIdle(2 * MB, STORAGE).size).toBe(2 * MB)
  expect(pool.acquireAtLeast(2 * MB, 0x40).size).toBe(2 * MB)
})

test('a larger buffer returns to its own size', () => {
  const { pool, acquire } = createPool()
  const four = acquire(4 * MB)
  pool.releaseBuffer(four)
  const borrowed = acquire(3 * MB)
  expect(borrowed).toBe(four)
  pool.releaseBuffer(borrowed)
  expect(acquire(4 * MB)).toBe(four)
})

test('idle buffers are destroyed rather than that the pool grows, but not those in unsubmitted commands', () => {
  const { pool, acquire, alive } = createPool()
  const [ten, three] = [acquire(10 * MB), acquire(3 * MB)]
  pool.releaseBuffer(ten)
  acquire(4 * MB)
  expect(alive()).toEqual([10, 3, 4])
  pool.afterSubmit()
  acquire(30 * MB)
  expect(alive()).toEqual([3, 4, 30])
  pool.releaseBuffer(three)
  pool.afterSubmit()
  acquire(2 * MB) // is the freed buffer of three
  expect(alive()).toEqual([3, 4, 30])
  expect(pool.numBytesAllocated).toBe(37 * MB)
  expect(pool.peakBytes).toBe(37 * MB)
})

test('a size that was missed after its buffers were destroyed keeps them', () => {
  const { pool, acquire, created } = createPool()
  /** Two phases that need 8 + 8 and 20 MB. */
  const step = () => {
    const pair = [acquire(8 * MB), acquire(8 * MB)]
    pair.forEach((buffer) => pool.releaseBuffer(buffer))
    pool.afterSubmit()
    pool.releaseBuffer(acquire(20 * MB))
    pool.afterSubmit()
  }
  for (let i = 0; i < 4; i++) step()
  const before = created.length
  for (let i = 0; i < 8; i++) step()
  expect(created.length).toBe(before)
  expect(pool.peakBytes).toBeLessThanOrEqual(36 * MB)
})
