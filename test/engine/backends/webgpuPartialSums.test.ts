// The second stage of two-stage sums: many sums in one dispatch, immediately or deferred.
import { expect, test, vi } from 'vitest'
import type { Tensor, TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import {
  sumPartials,
  DeferredSums,
} from '../../../src/engine/backends/webgpu/kernels/elementwise/partialSums.ts'
import { onEachBackend } from '../../backends.ts'
import {
  numbers,
  webgpuBackend,
  withPoisonedMemory,
  readAndDispose,
  uploadTensor,
} from '../../kernels.ts'

/** A sum in float32 in the order of the splits, which the kernel has to match bit for bit. */
const sumOf = (
  partials: Float32Array,
  first: number,
  { splits, splitStride }: { splits: number; splitStride: number },
) => {
  let sum = 0
  for (let split = 0; split < splits; split++)
    sum = Math.fround(sum + partials[first + split * splitStride])
  return sum
}

onEachBackend(() => {
  test('one dispatch writes many sums to views of a tensor, some from strided rows, and leaves the rest unchanged', async () => {
    const backend = webgpuBackend()
    const partials = numbers(5000, 1)
    const source = uploadTensor(partials, [5000])
    const target = uploadTensor(new Float32Array(2048).fill(7), [2048])
    const sums = [
      { place: 0, count: 500, from: 0, columns: 500, stride: 500, splits: 3, splitStride: 700 },
      { place: 512, count: 3, from: 500, columns: 3, stride: 3, splits: 3, splitStride: 700 },
      { place: 576, count: 40, from: 2100, columns: 4, stride: 12, splits: 5, splitStride: 120 },
      { place: 1024, count: 1, from: 4999, columns: 1, stride: 1, splits: 1, splitStride: 1 },
      ...Array.from({ length: 9 }, (_, i) => ({
        place: 1088 + 64 * i,
        count: 2,
        from: i,
        columns: 1,
        stride: 9,
        splits: 2,
        splitStride: 20,
      })),
    ]
    const dispatch = vi.spyOn(backend, 'dispatch')
    const views = sums.map(({ place, count }) => backend.view(target, place, [count]))
    sumPartials(
      backend,
      source,
      sums.map((sum, i) => ({ ...sum, to: views[i] })),
    )
    expect(dispatch).toHaveBeenCalledOnce()
    dispatch.mockRestore()
    const expected = new Float32Array(2048).fill(7)
    for (const sum of sums)
      for (let i = 0; i < sum.count; i++) {
        const first = sum.from + Math.floor(i / sum.columns) * sum.stride + (i % sum.columns)
        expected[sum.place + i] = sumOf(partials, first, sum)
      }
    expect(await (target as Tensor).data()).toEqual(expected)
    for (const { dataId } of views) backend.disposeData(dataId)
    tf.dispose([source, target] as never)
  })

  test('deferred sums run when the buffer is full, when one of them is read, or on flush', async () => {
    const backend = webgpuBackend()
    const target = uploadTensor(new Float32Array(256), [256])
    const [first, second, third] = [0, 64, 128].map((place) =>
      backend.view(target, place, [4]),
    ) as [TensorInfo, TensorInfo, TensorInfo]
    const ones = (shape: number[]) =>
      uploadTensor(new Float32Array(tf.util.sizeFromShape(shape)).fill(1), shape)
    const deferred = new DeferredSums(backend, 128)
    const sums = vi.spyOn(backend, 'dispatch')
    const put = (to: TensorInfo) => {
      const partials = withPoisonedMemory(() => deferred.reserve([3, 4], 1))!
      const values = ones([3, 4])
      backend.copy([{ source: values, from: 0, to: 0, count: 12 }], partials)
      deferred.add(partials, [{ to, from: 0, columns: 4, stride: 4, splits: 3, splitStride: 4 }])
      backend.disposeData(partials.dataId)
      tf.dispose([values] as never)
    }
    expect(deferred.reserve([43, 3], 1)).toBeUndefined()
    put(first)
    put(second)
    expect(sums).not.toHaveBeenCalled()
    put(third)
    expect(sums).toHaveBeenCalledTimes(1)
    expect([...(await readAndDispose(third))]).toEqual([3, 3, 3, 3])
    expect(sums).toHaveBeenCalledTimes(2)
    deferred.flush()
    expect(sums).toHaveBeenCalledTimes(2)
    sums.mockRestore()
    deferred.close()
    const all = await (target as Tensor).data()
    expect([0, 64, 128].map((place) => all[place])).toEqual([3, 3, 3])
    for (const { dataId } of [first, second]) backend.disposeData(dataId)
    tf.dispose([target] as never)
  })
}, ['webgpu'])
