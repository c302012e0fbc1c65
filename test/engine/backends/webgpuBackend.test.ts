// The WebGPU backend below tfjs: buffer pool, uniform layout, bind groups and custom kernels, on a
// real (software) device.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Tensor } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { MAX_IDLE_SUBMITS } from '../../../src/engine/backends/webgpu/bufferPool.ts'
import type { Program } from '../../../src/engine/backends/webgpu/program.ts'
import { packUniform } from '../../../src/engine/backends/webgpu/uniformCache.ts'
import { weightedSum } from '../../../src/engine/process/weightedSum.ts'
import { onEachBackend } from '../../backends.ts'

const backend = () => tf.backend() as unknown as WebGPUBackend
const tensorOf = (info: { dataId: object; shape: number[]; dtype: string }) =>
  tf.engine().makeTensorFromTensorInfo(info as never)

/** How often a method of the device was called while `work` ran. */
async function countCalls(
  name: 'createBindGroup' | 'createBuffer' | 'createComputePipeline',
  work: () => Promise<unknown>,
): Promise<number> {
  const device = backend().device as unknown as Record<string, (...args: unknown[]) => unknown>
  const stock = device[name]
  let count = 0
  device[name] = (...args) => (count++, stock.apply(device, args))
  try {
    await work()
  } finally {
    device[name] = stock
  }
  return count
}

/** Sum and difference of two vectors of `n`. */
const butterfly = (n: number): Program => ({
  key: `butterfly ${n}`,
  code: `
    @group(0) @binding(0) var<storage, read_write> sum: array<f32>;
    @group(0) @binding(1) var<storage, read_write> difference: array<f32>;
    @group(0) @binding(2) var<storage, read> a: array<f32>;
    @group(0) @binding(3) var<storage, read> b: array<f32>;
    struct Scalars { scale: f32 }
    @group(0) @binding(4) var<uniform> scalars: Scalars;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= ${n}u) { return; }
      sum[id.x] = scalars.scale * (a[id.x] + b[id.x]);
      difference[id.x] = scalars.scale * (a[id.x] - b[id.x]);
    }`,
  workgroups: [Math.ceil(n / 64), 1, 1],
})

describe('uniforms', () => {
  test('have the layout of a WGSL struct', () => {
    const f = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0]
    expect([
      ...packUniform([
        { type: 'float32', data: [1.5] },
        { type: 'int32', data: [2, 3, 4] },
      ]),
    ]).toEqual([f(1.5), 0, 0, 0, 2, 3, 4, 0])
    expect([
      ...packUniform([
        { type: 'int32', data: [1] },
        { type: 'int32', data: [2, 3] },
        { type: 'int32', data: [4] },
      ]),
    ]).toEqual([1, 0, 2, 3, 4, 0])
    // A scalar after a vec3 fills its padding; a vec5 is padded to eight elements before the next
    // field.
    expect(
      packUniform([
        { type: 'int32', data: [1, 2, 3] },
        { type: 'int32', data: [9] },
      ]).indexOf(9),
    ).toBe(3)
    expect(
      packUniform([
        { type: 'int32', data: [1, 2, 3, 4, 5] },
        { type: 'int32', data: [9] },
      ]).indexOf(9),
    ).toBe(8)
    expect([...packUniform([{ type: 'int32', data: [] }])], 'strides of a scalar').toEqual([1])
  })
})

onEachBackend(() => {
  beforeEach(() => backend().flush())

  test('a custom kernel takes scalars and has several outputs, which are tensors of tfjs', async () => {
    const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([10, 20, 30])]
    const shape = { shape: [3], dtype: 'float32' } as const
    const [sum, difference] = backend()
      .dispatch(butterfly(3), [a, b], [shape, shape], Float32Array.of(2))
      .map(tensorOf)
    const more = sum.add(difference)
    expect([...(await sum.data())]).toEqual([22, 44, 66])
    expect([...(await difference.data())]).toEqual([-18, -36, -54])
    expect([...(await more.data())]).toEqual([4, 8, 12])
    tf.dispose([a, b, sum, difference, more])
  })

  test('a view is a part of a tensor without a copy, for kernels and for reading, and keeps its buffer alive', async () => {
    const align = backend().device.limits.minStorageBufferOffsetAlignment / 4
    const whole = tf.range(0, 3 * align)
    const view = tensorOf(backend().view(whole, align, [2, 3]) as never)
    const doubled = view.mul(2)
    expect([...(await view.data())]).toEqual([0, 1, 2, 3, 4, 5].map((i) => align + i))
    expect([...(await doubled.data())]).toEqual([0, 1, 2, 3, 4, 5].map((i) => 2 * (align + i)))
    const before = backend().bufferManager.numBytesUsed
    whole.dispose()
    expect(backend().bufferManager.numBytesUsed, 'kept by the view').toBe(before)
    expect([...(await view.data())].slice(0, 2)).toEqual([align, align + 1])
    view.dispose()
    expect(backend().bufferManager.numBytesUsed).toBeLessThan(before)
    doubled.dispose()
  })

  test('a kernel writes into a view, and the rest of the tensor is unchanged', async () => {
    const align = backend().device.limits.minStorageBufferOffsetAlignment / 4
    const whole = tf.zeros([3 * align])
    const view = backend().view(whole, align, [3])
    const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([10, 20, 30])]
    const [, other] = backend().dispatch(
      butterfly(3),
      [a, b],
      [view, { shape: [3], dtype: 'float32' }],
      Float32Array.of(1),
    )
    const values = Array.from(await whole.data())
    expect(values.slice(align - 1, align + 4)).toEqual([0, 11, 22, 33, 0])
    expect(values.filter((value) => value !== 0)).toHaveLength(3)
    tf.dispose([whole, a, b, tensorOf(view as never), tensorOf(other as never)])
  })

  test('a disposed buffer is reused by the next tensor, and results computed from it stay correct', async () => {
    const results = tf.tidy(() => {
      let x = tf.ones([1000]).add(0)
      const kept = []
      for (let i = 0; i < 50; i++) {
        const next = x.add(1)
        x.dispose()
        x = next
        if (i % 10 === 9) kept.push(x.mul(1))
      }
      return kept
    })
    const values = await Promise.all(results.map((result) => result.data()))
    expect(values.map((each) => each[999])).toEqual([11, 21, 31, 41, 51])
    expect(values.every((each) => [...each].every((value: number) => value === each[0]))).toBe(true)
    tf.dispose(results)
  })

  test('an upload never overwrites a buffer that a recorded command still reads', async () => {
    const results = tf.tidy(() => {
      const sums = []
      for (let i = 0; i < 20; i++) {
        const x = tf.zeros([2000]).add(tf.tensor1d(new Float32Array(2000).fill(i)))
        sums.push(x.sum())
        x.dispose()
      }
      return sums
    })
    const values = await Promise.all(results.map((result) => result.data()))
    expect(values.map(([sum]) => sum)).toEqual(Array.from({ length: 20 }, (_, i) => 2000 * i))
    tf.dispose(results)
  })

  const step = async (i: number) => {
    const result = tf.tidy(() => {
      const x = tf.tensor2d(new Float32Array(64 * 64).fill(i), [64, 64])
      return x.matMul(x).relu().mean(0).sum() as ReturnType<typeof tf.scalar>
    })
    const [value] = await result.data()
    result.dispose()
    return value
  }

  test('a step that repeats the previous one creates no bind group and no buffer', async () => {
    for (let i = 0; i < 4; i++) await step(i)
    expect(await countCalls('createBindGroup', () => step(5))).toBe(0)
    expect(await countCalls('createBuffer', () => step(6))).toBe(0)
    expect(await step(7)).toBe(64 * 64 * 49)
  })

  test('buffers, constants, uniforms and bind groups that stay unused are released', async () => {
    const large = tf.tidy(() => tf.zeros([1 << 20]).add(1))
    await large.data()
    large.dispose()
    tensorOf(backend().constant([1 << 20], 3) as never).dispose()
    const { bufferManager } = backend()
    const before = bufferManager.numBytesAllocated
    for (let i = 0; i <= 5 * MAX_IDLE_SUBMITS; i++) {
      tf.tidy(() => void tf.linspace(i, 0, 2000).add(1))
      backend().flush()
    }
    expect(bufferManager.numBytesAllocated).toBeLessThan(before - 3 * 4 * (1 << 20) + 1)
    expect(await step(3)).toBe(64 * 64 * 9)
  })

  test('precompile compiles each program once', async () => {
    const vector = { shape: [6], dtype: 'float32' } as const
    const work = () => {
      const x = tf.tidy(() => tf.ones([6]).mul(2).tan()) // a program of tfjs; its constant is uploaded already
      const found = [5, 6, 5].map((n) =>
        backend().dispatch(butterfly(n), [x, x], [vector, vector], Float32Array.of(1)),
      )
      tf.dispose([x, ...found.flat().map(tensorOf)])
    }
    const submits = backend().bufferManager.submits
    const progress: [number, number][] = []
    await backend().precompile(work, (...how) => progress.push(how))
    const total = progress.at(-1)![1]
    expect(total).toBeGreaterThanOrEqual(3)
    expect(progress).toEqual(Array.from({ length: total }, (_, i) => [i + 1, total]))
    expect(backend().bufferManager.submits).toBe(submits)
    expect(backend().precompile(work, () => expect.unreachable())).toBeUndefined()
    expect(await countCalls('createComputePipeline', async () => work())).toBe(0)
  })

  test('integers, booleans and views of them are read with their types', async () => {
    const [picked, not] = tf.tidy((): Tensor[] => {
      const values = tf.tensor1d([1, 0, 1], 'bool')
      return [
        tf.where(values, tf.tensor1d([7, -8, 9], 'int32'), tf.zeros([3], 'int32')),
        values.logicalNot(),
      ]
    })
    const view = tensorOf(backend().view(picked, 1, [2]) as never)
    expect(await picked.data()).toEqual(Int32Array.of(7, 0, 9))
    expect(await not.data()).toEqual(Uint8Array.of(0, 1, 0))
    expect(await view.data()).toEqual(Int32Array.of(0, 9))
    tf.dispose([picked, not, view])
  })

  test('custom kernels read integers that tfjs has cast to float32', async () => {
    const right = Float32Array.of(1, -2, 3, 0, 5)
    const sums = tf.tidy(() => {
      const whole = tf.tensor1d([1, -2, 3, 0, 5], 'int32')
      return [whole, whole.mul(tf.scalar(1, 'int32'))].map((x) =>
        weightedSum([[x.cast('float32'), [2]]]),
      )
    })
    for (const sum of sums) expect(await sum.data()).toEqual(right.map((value) => 2 * value))
    tf.dispose(sums)
  })

  test('a tensor in the buffer of a larger one has its own numbers, length and sums', async () => {
    const count = 2 ** 18 + 4
    const buffers = async (make: () => Tensor) => {
      const tensor = tf.tidy(make)
      const { buffer } = backend().binding(tensor)
      return { tensor, buffer }
    }
    const large = await buffers(() => tf.range(0, count + 2 ** 17).neg())
    tf.dispose(large.tensor)
    const small = await buffers(() => tf.range(0, count).square().sqrt())
    expect(small.buffer.size).toBeGreaterThan(4 * count)
    const numbers = (await small.tensor.data()) as Float32Array
    expect(numbers).toHaveLength(count)
    expect([numbers[0], numbers[9], numbers[count - 1]]).toEqual([0, 9, count - 1])
    const most = tf.tidy(() => small.tensor.add(1).max())
    expect(await most.data()).toEqual(Float32Array.of(count))
    tf.dispose([small.tensor, most])
  })
}, ['webgpu'])
