// Memory of the wasm backend while workers are computing, and when it grows.
import { afterEach, expect, test } from 'vitest'
import { startBackend, startUntested, stopBackend } from '../../../src/engine/backends/backends.ts'
import { PostponedFrees } from '../../../src/engine/backends/wasm/runningJobs.ts'
import { convolve } from '../../../src/engine/backends/wasm/conv.ts'
import { sumChannels } from '../../../src/engine/backends/wasm/pixelSums.ts'
import { groupNormBackward, groupNormForward } from '../../../src/engine/backends/wasm/norm.ts'
import { l2Norm } from '../../../src/engine/backends/wasm/vectorOps.ts'
import { activeWasm, callRecord } from '../../../src/engine/backends/wasm/wasmFunctions.ts'
import type { Tensor, Tensor1D, Tensor4D } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { trainDigits } from '../../hashedTraining.ts'

afterEach(async () => {
  if (tf.getBackend() === 'wasm') await stopBackend()
  await tf.setBackend('cpu')
})

/** An allocator with room for two blocks. */
function createAllocator() {
  const free = new Set([100, 200])
  return {
    free,
    _malloc() {
      const [address] = free
      if (address === undefined) throw new Error('The heap is full.')
      free.delete(address)
      return address
    },
    _free: (address: number) => void free.add(address),
  }
}

test('memory is freed after the jobs that may use it', () => {
  const allocator = createAllocator()
  const frees = new PostponedFrees(allocator, () => {})
  const address = allocator._malloc()
  frees.begin()
  allocator._free(address)
  expect(allocator.free.has(address)).toBe(false)
  frees.end()
  expect(allocator.free.has(address)).toBe(true)
  allocator._malloc()
  allocator._free(address)
  expect(allocator.free.has(address)).toBe(true)
})

test('a full heap waits for the jobs, and takes what they used', () => {
  const allocator = createAllocator()
  const frees: PostponedFrees = new PostponedFrees(allocator, () => frees.end())
  const [first] = [allocator._malloc(), allocator._malloc()]
  expect(() => allocator._malloc()).toThrow('The heap is full.')
  frees.begin()
  allocator._free(first)
  expect(allocator._malloc()).toBe(first)
})

test('tensors are read, and used by kernels of tfjs, after the jobs that write them', async () => {
  await startBackend({ prefer: 'wasm', only: true, threads: 2 })
  const wasm = activeWasm()!
  const size = 2 ** 20
  const a = tf.range(0, size)
  const add = () => {
    const y = wasm.makeTensor<tf.Tensor1D>([size])
    const [from, to] = [wasm.address(a), wasm.address(y)]
    const jobs = Array.from({ length: 64 }, (_, i) => {
      const [begin, end] = [i, i + 1].map((each) => from + (each * 4 * size) / 64)
      return [callRecord('addition', begin, end, begin, to + begin - from)]
    })
    wasm.startJobs(jobs, 1e9)
    return y
  }
  for (let i = 0; i < 20; i++) {
    expect(add().dataSync()[size - 1]).toBe(2 * (size - 1))
    expect(wasm.values(add())[size - 1]).toBe(2 * (size - 1))
    expect(add().sub(a).sub(a).abs().max().dataSync()[0]).toBe(0)
  }
})

test('the memory of threads is moved after the jobs that use it', async () => {
  await startBackend({ prefer: 'wasm', only: true, threads: 2 })
  const wasm = activeWasm()!
  const [rows, row] = [64, 2 ** 16]
  const x = tf.ones([row])
  const [from, bytes] = [wasm.address(x), 4 * row]
  wasm.reserveThreadMemory(16)
  const y = wasm.makeTensor<Tensor1D>([rows * row])
  const jobs = Array.from({ length: rows }, (_, i) => {
    const to = wasm.address(y) + i * bytes
    return [callRecord('addition', from, from + bytes, from, to)]
  })
  wasm.startJobs(jobs, 1e9)
  wasm.reserveThreadMemory(32)
  expect(wasm.newValues(y).every((value) => value === 2)).toBe(true)
})

test('trainings with threads do not grow the heap', async () => {
  await startBackend({ prefer: 'wasm', only: true, threads: 4 })
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }
  const train = () => {
    tf.engine().startScope()
    return trainDigits(1).finally(() => tf.engine().endScope())
  }
  for (let i = 0; i < 2; i++) await train()
  const bytes = wasm.HEAPU8.length
  for (let i = 0; i < 3; i++) await train()
  expect(wasm.HEAPU8.length).toBe(bytes)
})

test('a layer reads what several tensors were joined to after the jobs that write it', async () => {
  await startBackend({ prefer: 'wasm', only: true, threads: 3 })
  const [items, channels] = [256, 1024]
  const [ones, twos] = [1, 2].map((value) => tf.ones([items, channels]).mul(value))
  const x = tf.zeros([items, 1, 1, 1]) as Tensor4D
  const weight = tf.zeros([1, 1, 1, 2 * channels]) as Tensor4D
  for (let i = 0; i < 10; i++) {
    const wrong = tf.tidy(() => {
      // Its memory is used again.
      tf.dispose(tf.ones([items, 2 * channels]).neg())
      const perItem = tf.concat2d([ones, twos] as tf.Tensor2D[], 1)
      const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
      const y = convolve(activeWasm()!, x, weight, { perItem }, [1, 1], geometry).dataSync()
      return y.filter((value, at) => value !== (at % (2 * channels) < channels ? 1 : 2)).length
    })
    expect(wrong).toBe(0)
  }
})

/** Runs work in which the heap grows whenever memory is allocated, which ends all views of it. */
function whileGrowing<Result>(work: () => Result): Result {
  const { wasm } = tf.backend() as unknown as {
    wasm: { HEAPU8: Uint8Array; _malloc(bytes: number): number; _free(address: number): void }
  }
  const { _malloc: malloc } = wasm
  wasm._malloc = (bytes) => {
    const { buffer } = wasm.HEAPU8
    const filling: number[] = []
    while (wasm.HEAPU8.buffer === buffer) filling.push(malloc(2 ** 22))
    filling.forEach((address) => wasm._free(address))
    return malloc(bytes)
  }
  try {
    return work()
  } finally {
    wasm._malloc = malloc
  }
}

test.each<[string, () => ReturnType<Tensor['dataSync']>]>([
  [
    'the sums of channels',
    () => sumChannels(activeWasm()!, tf.range(0, 512).reshape([2, 32, 8])).dataSync(),
  ],
  [
    'the gradients of a norm',
    () => {
      const x = tf.range(0, 512).reshape([2, 32, 8])
      const [one, zero] = [tf.ones([8]), tf.zeros([8])] as [Tensor1D, Tensor1D]
      const options = { groups: 2, eps: 1e-5, silu: false }
      const [, moments] = groupNormForward(activeWasm()!, x, one, zero, options)
      const gradients = groupNormBackward(activeWasm()!, x, [x, one, zero, moments], options)
      return tf.concat(gradients.map((gradient) => gradient.flatten())).dataSync()
    },
  ],
  ['the length of a vector', () => Float32Array.of(l2Norm(activeWasm()!, tf.range(0, 10)))],
  [
    'a concatenation of rows',
    () =>
      tf
        .concat(
          [tf.range(0, 16), tf.range(16, 32)].map((x) => x.reshape([2, 8])),
          1,
        )
        .dataSync(),
  ],
])('%s can be computed while the heap grows', async (_, compute) => {
  // Without scratch memory, which the self-test would reserve.
  await startUntested('wasm', { threads: 1 })
  const computed = tf.tidy(() => whileGrowing(compute))
  expect(computed).toEqual(tf.tidy(compute))
})
