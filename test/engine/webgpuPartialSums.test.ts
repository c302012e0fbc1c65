// The second stage of sums in two, of many at once, now or later.
import { expect, test, vi } from 'vitest'
import type { Tensor, TensorInfo } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import { sumPartials, WaitingSums } from '../../src/engine/webgpu/kernels/partialSums.ts'
import { onEachBackend } from '../backends.ts'
import { numbers, ownBackend, poisoned, read, tensorOf } from '../kernels.ts'

/** A sum in float32 in the order of the splits: the same bits are expected. */
const sumOf = (partials: Float32Array, first: number, { splits, apart }: { splits: number; apart: number }) => {
  let sum = 0
  for (let split = 0; split < splits; split++) sum = Math.fround(sum + partials[first + split * apart]!)
  return sum
}

onEachBackend(() => {
  test('many into parts of a tensor by one dispatch, some from rows that lie apart, the rest of it as it was', async () => {
    const backend = ownBackend()
    const partials = numbers(5000, 1)
    const source = tensorOf(partials, [5000])
    const target = tensorOf(new Float32Array(2048).fill(7), [2048])
    const sums = [
      { place: 0, count: 500, from: 0, columns: 500, stride: 500, splits: 3, apart: 700 },
      { place: 512, count: 3, from: 500, columns: 3, stride: 3, splits: 3, apart: 700 },
      { place: 576, count: 40, from: 2100, columns: 4, stride: 12, splits: 5, apart: 120 },
      { place: 1024, count: 1, from: 4999, columns: 1, stride: 1, splits: 1, apart: 1 },
      ...Array.from({ length: 9 }, (_, i) => ({
        place: 1088 + 64 * i,
        count: 2,
        from: i,
        columns: 1,
        stride: 9,
        splits: 2,
        apart: 20,
      })),
    ]
    const asked = vi.spyOn(backend, 'dispatch')
    const views = sums.map(({ place, count }) => backend.view(target, place, [count]))
    sumPartials(
      backend,
      source,
      sums.map((sum, i) => ({ ...sum, to: views[i]! })),
    )
    expect(asked).toHaveBeenCalledOnce()
    asked.mockRestore()
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

  test('wait until there is no more room, until they are read, or until they are asked for', async () => {
    const backend = ownBackend()
    const target = tensorOf(new Float32Array(256), [256])
    const [first, second, third] = [0, 64, 128].map((place) => backend.view(target, place, [4])) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ]
    const ones = (shape: number[]) => tensorOf(new Float32Array(tf.util.sizeFromShape(shape)).fill(1), shape)
    const waiting = new WaitingSums(backend, 128)
    const sums = vi.spyOn(backend, 'dispatch')
    const put = (to: TensorInfo) => {
      const partials = poisoned(() => waiting.make([3, 4], 1))!
      const values = ones([3, 4])
      backend.copy([{ source: values, from: 0, to: 0, count: 12 }], partials)
      waiting.add(partials, [{ to, from: 0, columns: 4, stride: 4, splits: 3, apart: 4 }])
      backend.disposeData(partials.dataId)
      tf.dispose([values] as never)
    }
    expect(waiting.make([43, 3], 1)).toBeUndefined()
    put(first)
    put(second)
    expect(sums).not.toHaveBeenCalled()
    put(third)
    expect(sums).toHaveBeenCalledTimes(1)
    expect([...(await read(third))]).toEqual([3, 3, 3, 3])
    expect(sums).toHaveBeenCalledTimes(2)
    waiting.flush()
    expect(sums).toHaveBeenCalledTimes(2)
    sums.mockRestore()
    waiting.close()
    const all = await (target as Tensor).data()
    expect([0, 64, 128].map((place) => all[place])).toEqual([3, 3, 3])
    for (const { dataId } of [first, second]) backend.disposeData(dataId)
    tf.dispose([target] as never)
  })
}, ['webgpu'])
