// Kernels that replace those of tfjs on wasm: checked by index arithmetic, and for their memory
// use.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createRandom } from '../../../src/engine/base/random.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type {
  TensorHandle,
  StockWasmBackend,
} from '../../../src/engine/backends/wasm/kernelCall.ts'
import { overrideWasmKernels } from '../../../src/engine/backends/wasm/kernelOverrides.ts'
import { onEachBackend } from '../../backends.ts'

const count = (shape: number[]) => shape.reduce((product, size) => product * size, 1)

/** 0, 1, 2, ... in this shape. */
const countingTensor = (shape: number[], dtype: 'float32' | 'int32' = 'float32') => {
  const values = Array.from({ length: count(shape) }, (_, i) => i)
  return tf.tensor(values, shape, dtype)
}

/** The indices of all elements, outermost axis first. */
function indices(shape: number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  )
}

const offset = (index: number[], shape: number[]) =>
  index.reduce((sum, i, axis) => sum * shape[axis] + i, 0)

/**
 * A shape with a box inside of it. Some axes are long: long rows are copied by other code than
 * short ones.
 */
const boxes = fc
  .array(
    fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 4 }) },
      { weight: 1, arbitrary: fc.constant(70) },
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .filter((shape) => count(shape) < 20_000)
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      box: fc.tuple(
        ...shape.map((size) =>
          fc.integer({ min: 0, max: size - 1 }).chain((begin) =>
            fc.record({
              begin: fc.constant(begin),
              size: fc.integer({ min: 1, max: size - begin }),
            }),
          ),
        ),
      ),
    }),
  )

onEachBackend(() => {
  test('slice copies the box', async () => {
    await fc.assert(
      fc.asyncProperty(
        boxes,
        fc.constantFrom('float32' as const, 'int32' as const),
        async ({ shape, box }, dtype) => {
          const x = countingTensor(shape, dtype)
          const size = box.map((axis) => axis.size)
          const got = tf.slice(
            x,
            box.map(({ begin }) => begin),
            size,
          )
          const right = indices(size).map((index) =>
            offset(
              index.map((i, axis) => i + box[axis].begin),
              shape,
            ),
          )
          expect(got.dtype).toBe(dtype)
          expect(Array.from(await got.data())).toEqual(right)
          tf.dispose([x, got])
        },
      ),
    )
  })

  test('concat is the inverse of split, on every axis', async () => {
    await fc.assert(
      fc.asyncProperty(boxes, fc.nat(4), async ({ shape }, chosen) => {
        const axis = chosen % shape.length
        const x = countingTensor(shape)
        const first = Math.ceil(shape[axis] / 3)
        const sizes = [first, shape[axis] - first].filter((size) => size > 0)
        const pieces = tf.split(x, sizes, axis)
        for (const [i, piece] of pieces.entries()) {
          const begin = i === 0 ? 0 : first
          const right = indices(piece.shape).map((index) =>
            offset(
              index.map((k, a) => (a === axis ? k + begin : k)),
              shape,
            ),
          )
          expect(Array.from(await piece.data())).toEqual(right)
        }
        const joined = tf.concat(pieces, axis)
        expect(joined.shape).toEqual(shape)
        expect(await joined.data()).toEqual(await x.data())
        tf.dispose([x, ...pieces, joined])
      }),
    )
  })

  test('concat of empty pieces, and of a single one', async () => {
    const [none, some] = [tf.zeros([2, 0]), tf.tensor2d([1, 2, 3, 4], [2, 2])]
    const results = [
      tf.concat([none, some, none], 1),
      tf.concat([some], 1),
      tf.concat([none, none], 1),
    ]
    expect(results.map(({ shape }) => shape.join())).toEqual(['2,2', '2,2', '2,0'])
    for (const joined of results.slice(0, 2))
      expect(await joined.array()).toEqual(await some.array())
    tf.dispose([none, some, ...results])
  })

  test.each([
    ['bool', [true, false, false, true], [1, 0, 0, 1]],
    ['string', ['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'd']],
  ] as const)('slice, concat and clone of %s tensors', async (dtype, given, [a, b, c, d]) => {
    const x = tf.tensor2d([...given] as string[], [2, 2], dtype)
    const got = [x.slice([0, 1], [2, 1]), tf.concat([x, x], 1), x.clone()]
    expect(await Promise.all(got.map((tensor) => tensor.array()))).toEqual([
      [[b], [d]],
      [
        [a, b, a, b],
        [c, d, c, d],
      ],
      [
        [a, b],
        [c, d],
      ],
    ])
    tf.dispose([x, ...got])
  })

  test.each([
    { batch: [3], n: 5, k: 7, m: 6 },
    { batch: [2, 3], n: 4, k: 1, m: 9 },
    { batch: [2], n: 1, k: 3, m: 3 },
    { batch: [1], n: 6, k: 5, m: 8 },
    { batch: [2], n: 30, k: 28, m: 29 }, // by the fast path for single products
  ])('products of $batch matrices, $n x $k x $m, transposed or not', async ({ batch, n, k, m }) => {
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const random = createRandom(1)
      const [left, right] = [
        random.normal(count(batch) * n * k),
        random.normal(count(batch) * k * m),
      ]
      const a = tf.tensor(left, [...batch, ...(transposeA ? [k, n] : [n, k])])
      const b = tf.tensor(right, [...batch, ...(transposeB ? [m, k] : [k, m])])
      const got = tf.matMul(a, b, transposeA, transposeB)
      expect(got.shape).toEqual([...batch, n, m])
      const values = await got.data()
      for (const [at, [item, i, j]] of indices([count(batch), n, m]).entries()) {
        const sum = Array.from({ length: k }, (_, l) => {
          const from = item * n * k + (transposeA ? l * n + i : i * k + l)
          const to = item * k * m + (transposeB ? j * k + l : l * m + j)
          return left[from] * right[to]
        }).reduce((total, product) => total + product, 0)
        expect(Math.abs(values[at] - sum)).toBeLessThan(1e-5)
      }
      tf.dispose([a, b, got])
    }
  })

  test('a product of a batch with a single matrix', async () => {
    const [a, b] = [countingTensor([2, 2, 2]), countingTensor([1, 2, 2])]
    const got = tf.matMul(a, b)
    expect(await got.array()).toEqual([
      [
        [2, 3],
        [6, 11],
      ],
      [
        [10, 19],
        [14, 27],
      ],
    ])
    tf.dispose([a, b, got])
  })

  test('mismatched shapes and slices out of range throw', () => {
    const [a, b] = [tf.ones([2, 3, 4]), tf.ones([2, 5, 6])]
    expect(() => tf.matMul(a, b)).toThrow(/inner shapes/)
    expect(() => tf.matMul(a, b, true, true)).toThrow(/inner shapes/)
    expect(() => tf.slice(a, [0, 2, 0], [1, 2, 4])).toThrow(/begin\[1\] \+ size\[1\]/)
    tf.dispose([a, b])
  })

  test('a clone shares its buffer and outlives the original', async () => {
    const x = countingTensor([100])
    const before = tf.memory().numDataBuffers
    const clone = x.clone()
    expect(tf.memory().numDataBuffers).toBe(before)
    x.dispose()
    const other = tf.ones([100]) // would reuse a heap block that was freed too early
    expect(Array.from(await clone.data())).toEqual(Array.from({ length: 100 }, (_, i) => i))
    tf.dispose([clone, other])
  })

  test('a full heap throws, and its tensors stay intact', async () => {
    const x = countingTensor([3])
    const backend = tf.backend() as unknown as StockWasmBackend
    const allocated: TensorHandle[] = []
    // The pages are never written, so that they take no physical memory.
    const allocateUntilFull = () => {
      for (let i = 0; i < 10; i++) allocated.push(backend.makeOutput([2 ** 27], 'float32'))
    }
    expect(allocateUntilFull).toThrow(/no room for another 512 MiB/)
    expect(allocated.length).toBeGreaterThan(5)
    expect(() => tf.tidy(() => x.tile([2 ** 28]))).toThrow(/no room/)
    expect(Array.from(await x.data())).toEqual([0, 1, 2])
    for (const { dataId } of allocated) backend.disposeData(dataId)
    const twice = x.mul(2)
    expect(Array.from(await twice.data())).toEqual([0, 2, 4])
    expect(() => backend.makeOutput([2 ** 30], 'float32')).toThrow(/no room for another 4096 MiB/)
    tf.dispose([x, twice])
  })

  test('slice and split copy only the part', async () => {
    overrideWasmKernels() // a second call must not wrap kernels twice
    const x = countingTensor([1000, 10])
    const copies = vi.spyOn(Uint8Array.prototype, 'slice')
    tf.dispose([x.slice([5, 0], [2, 10]), ...tf.split(x, 100)])
    expect(copies).not.toHaveBeenCalled()
    copies.mockRestore()
    x.dispose()
  })
}, ['wasm'])
