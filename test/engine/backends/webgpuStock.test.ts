// Kernels that replace those of tfjs on webgpu, called through tfjs: they match plain loops, write
// every element, and have the same bits in each run. Gradients of softmax and of lookups on every
// backend.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { softmaxGradient as layer } from '../../../src/engine/layers/softmax.ts'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import {
  splitByKernel,
  concatByKernel,
} from '../../../src/engine/backends/webgpu/kernels/elementwise/concatSplit.ts'
import { segmentSum } from '../../../src/engine/backends/webgpu/kernels/elementwise/segmentSum.ts'
import {
  softmax,
  softmaxBackward,
} from '../../../src/engine/backends/webgpu/kernels/attention/softmax.ts'
import { onEachBackend, onEachArithmetic } from '../../backends.ts'
import {
  expectNear,
  numbers,
  withPoisonedMemory,
  readAndDispose,
  uploadTensor,
} from '../../kernels.ts'

const count = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

/** Pieces of `[outer, size, inner]`, concatenated along the middle axis. */
interface Pieces {
  outer: number
  sizes: number[]
  inner: number
}

const pieces: fc.Arbitrary<Pieces> = fc.record({
  outer: fc.integer({ min: 1, max: 5 }),
  // Each number of pieces has a program of its own, which takes a software device a while to
  // compile.
  sizes: (process.env.FULL ? fc.integer({ min: 2, max: 17 }) : fc.constantFrom(2, 9)).chain(
    (length) => fc.array(fc.integer({ min: 1, max: 9 }), { minLength: length, maxLength: length }),
  ),
  inner: fc.constantFrom(1, 3, 4, 12),
})

/** The elements of each piece if the whole is 0, 1, 2, ... */
function partsOf({ outer, sizes, inner }: Pieces): number[][] {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return sizes.map((size, i) => {
    const before = sizes.slice(0, i).reduce((sum, size) => sum + size, 0)
    return Array.from({ length: outer * size * inner }, (_, at) => {
      const [row, c] = [Math.floor(at / (size * inner)), at % (size * inner)]
      return row * all * inner + before * inner + c
    })
  })
}

const expectPieces = async (one: Pieces) => {
  const { outer, sizes, inner } = one
  const parts = partsOf(one)
  const tensors = parts.map((part, i) =>
    uploadTensor(Float32Array.from(part), [outer, sizes[i], inner]),
  )
  const whole = withPoisonedMemory((backend) => concatByKernel(backend, tensors, 1))
  const all = sizes.reduce((sum, size) => sum + size, 0)
  expect(whole.shape).toEqual([outer, all, inner])
  const back = withPoisonedMemory((backend) => splitByKernel(backend, whole, sizes, 1))
  const found = await Promise.all(back.map(readAndDispose))
  expect(found.map((part) => [...part])).toEqual(parts)
  expect([...(await readAndDispose(whole))]).toEqual(
    Array.from({ length: count(whole.shape) }, (_, i) => i),
  )
  tf.dispose(tensors as never)
}

interface Segments {
  rows: number
  segments: number
  width: number
}

function segmentsOf({ rows, segments, width }: Segments) {
  const x = numbers(rows * width, 1)
  // Some ids are out of range, below and above.
  const ids = Int32Array.from({ length: rows }, (_, i) => ((i * 7919) % (segments + 2)) - 1)
  const sums = new Float64Array(segments * width)
  x.forEach((value, at) => {
    const id = ids[Math.floor(at / width)]
    if (id >= 0 && id < segments) sums[id * width + (at % width)] += value
  })
  return { x, ids, sums }
}

async function expectSegments(one: Segments) {
  const { x, ids, sums } = segmentsOf(one)
  const [tensor, numbersOfRows] = [uploadTensor(x, [one.rows, one.width]), tf.tensor1d(ids)]
  const found = withPoisonedMemory((backend) =>
    segmentSum(backend, tensor, numbersOfRows, one.segments),
  )
  expect(found.shape).toEqual([one.segments, one.width])
  expectNear(await readAndDispose(found), sums, 'sums')
  tf.dispose([tensor as never, numbersOfRows])
}

function softmaxOf(rows: number, n: number) {
  const [x, dy] = [numbers(rows * n, 1, 4), numbers(rows * n, 2)]
  const [y, dx] = [new Float64Array(rows * n), new Float64Array(rows * n)]
  for (let row = 0; row < rows; row++) {
    const places = Array.from({ length: n }, (_, c) => row * n + c)
    const top = Math.max(...places.map((at) => x[at]))
    const sum = places.reduce((sum, at) => sum + Math.exp(x[at] - top), 0)
    for (const at of places) y[at] = Math.exp(x[at] - top) / sum
    const mean = places.reduce((sum, at) => sum + y[at] * dy[at], 0)
    for (const at of places) dx[at] = y[at] * (dy[at] - mean)
  }
  return { x, dy, y, dx }
}

async function expectSoftmax({ rows, n }: { rows: number; n: number }) {
  const { x, dy, y, dx } = softmaxOf(rows, n)
  const logits = uploadTensor(x, [rows, n])
  expectNear(
    await readAndDispose(withPoisonedMemory((backend) => softmax(backend, logits))),
    y,
    'y',
  )
  const [output, upstream] = [
    uploadTensor(Float32Array.from(y), [rows, n]),
    uploadTensor(dy, [rows, n]),
  ]
  const found = withPoisonedMemory((backend) => softmaxBackward(backend, output, upstream, 0.5))
  expectNear(
    await readAndDispose(found),
    dx.map((value) => value / 2),
    'dx',
  )
  tf.dispose([logits, output, upstream] as never)
}

/** The bits of a tensor. */
const bitsOf = async (tensor: Tensor) => [...new Uint32Array((await tensor.data()).buffer)]

onEachBackend(() => {
  test('concat of pieces, and split of the result', async () => {
    await fc.assert(fc.asyncProperty(pieces, expectPieces), {
      numRuns: process.env.FULL ? 40 : 8,
      endOnFailure: true,
    })
  })

  test('concat and split of tfjs, along any axis', async () => {
    const x = tf.tensor(numbers(2 * 6 * 4, 1), [2, 6, 4])
    for (const axis of [0, 1, 2, -1]) {
      const [parts, again] = tf.tidy(() => {
        const parts = tf.split(x, 2, axis)
        return [parts, tf.concat(parts, axis)]
      })
      expect(await again.data()).toEqual(await x.data())
      tf.dispose([parts, again])
    }
    tf.dispose(x)
  })

  test('segment sums of rows', async () => {
    const drawn = fc.record({
      rows: fc.integer({ min: 1, max: 70 }),
      segments: fc.integer({ min: 1, max: 9 }),
      width: fc.constantFrom(1, 3, 4, 20),
    })
    await fc.assert(fc.asyncProperty(drawn, expectSegments), { numRuns: 12, endOnFailure: true })
  })

  test('softmax and its gradient', async () => {
    const drawn = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      n: fc.integer({ min: 1, max: 70 }),
    })
    await fc.assert(fc.asyncProperty(drawn, expectSoftmax), { numRuns: 12, endOnFailure: true })
  })

  test('gradients of an embedding lookup have the same bits in each run', async () => {
    const [table, ids] = [
      tf.tensor2d(numbers(5 * 6, 1), [5, 6]),
      tf.tensor1d(Int32Array.from({ length: 300 }, (_, i) => (i * 31) % 4)),
    ]
    const dy = tf.tensor2d(numbers(300 * 6, 2, 1e3), [300, 6])
    const gradient = () => tf.tidy(() => tf.grad((table) => tf.gather(table, ids))(table, dy))
    const outcomes: number[][] = []
    for (let i = 0; i < 4; i++) {
      const found = gradient()
      outcomes.push(await bitsOf(found))
      found.dispose()
    }
    expect(outcomes.slice(1)).toEqual(Array(3).fill(outcomes[0]))
    tf.dispose([table, ids, dy])
  })

  test('a transpose that moves no elements is a view', async () => {
    const x = tf.tensor(numbers(12, 1), [3, 1, 4])
    const turned = x.transpose([1, 0, 2])
    expect(turned.shape).toEqual([1, 3, 4])
    expect(turned.dataId).toBe(x.dataId)
    expect(await turned.data()).toEqual(await x.data())
    tf.dispose([x, turned])
  })
}, ['webgpu'])

onEachArithmetic(() => {
  test.each([
    [5, 12],
    [4, 7],
    [3, 1],
    // Several jobs of a worker pool.
    [700, 64],
    [3, 20_000],
  ])('the gradient of the softmax layer, %i x %i', async (rows, n) => {
    const { dy, y, dx } = softmaxOf(rows, n)
    const given = tf.tensor2d(Float32Array.from(y), [rows, n])
    const upstream = tf.tensor2d(dy, [rows, n])
    const found = tf.tidy(() => layer(given, upstream, 2))
    const expected = dx.map((value) => 2 * value)
    expectNear((await found.data()) as Float32Array, expected, 'dx')
    tf.dispose([given, upstream, found])
  })

  test.each([7, 8])(
    'the gradient of softmax of %i numbers through tfjs, and the gradient of that',
    async (n) => {
      const rows = 3
      const { x, dy, y, dx } = softmaxOf(rows, n)
      const [logits, upstream] = [tf.tensor2d(x, [rows, n]), tf.tensor2d(dy, [rows, n])]
      const gradient = (dy: Tensor) => tf.grad((x) => tf.softmax(x))(logits, dy)
      const [first, second] = tf.tidy(() => [
        gradient(upstream),
        tf.grad((dy) => gradient(dy).square().sum())(upstream),
      ])
      expectNear((await first.data()) as Float32Array, dx, 'gradient')
      // Softmax has a symmetric Jacobian J, so that the gradient of |J dy|^2 is 2 J J dy.
      const mean = (row: number) =>
        Array.from({ length: n }, (_, c) => y[row * n + c] * dx[row * n + c]).reduce(
          (a, b) => a + b,
        )
      const expected = dx.map((value, at) => 2 * y[at] * (value - mean(Math.floor(at / n))))
      expectNear((await second.data()) as Float32Array, expected, 'gradient of the gradient')
      tf.dispose([logits, upstream, first, second])
    },
  )

  test('the gradient of an embedding lookup', async () => {
    const { x, ids, sums } = segmentsOf({ rows: 40, segments: 6, width: 5 })
    const inside = ids.map((id) => Math.min(5, Math.max(0, id)))
    const [table, indices, dy] = [
      tf.zeros([6, 5]),
      tf.tensor1d(inside, 'int32'),
      tf.tensor2d(x, [40, 5]),
    ]
    const found = tf.tidy(() => tf.grad((table) => tf.gather(table, indices))(table, dy))
    x.forEach((value, at) => {
      const id = ids[Math.floor(at / 5)]
      if (id < 0 || id > 5) sums[inside[Math.floor(at / 5)] * 5 + (at % 5)] += value
    })
    expectNear((await found.data()) as Float32Array, sums, 'gradient')
    tf.dispose([table, indices, dy, found])
  })
})
