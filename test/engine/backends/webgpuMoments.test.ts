// Moments that a convolution computes of its output while it is in registers, and the norm that
// reads them instead of the output.
import { afterEach, expect, test } from 'vitest'
import type { Activations } from '../../../src/engine/backends/webgpu/activationInput.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import type { ConvForward } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { canGiveMoments } from '../../../src/engine/backends/webgpu/kernels/gemm/gemmTiled.ts'
import { normStatistics } from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { activationExtents } from '../../../src/engine/backends/webgpu/kernels/norm/normInput.ts'
import type { Tile, Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import type { TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import {
  expectNear,
  numbers,
  readAndDispose,
  uploadTensor,
  webgpuBackend,
  withBindingLimit,
  withPoisonedMemory,
} from '../../kernels.ts'
import { fullTest } from '../../families.ts'

/** Tiles of 16 pixels by 16 channels, and of 32 by 32 with eight columns for each thread. */
const small: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 4, depth: 8 }
const wide: Tile = { shape: 'tiled', rows: 4, columns: 8, tall: 8, wide: 4, depth: 16 }

const pad = { top: 1, bottom: 1, left: 1, right: 1 }

onEachBackend(() => {
  let inputs: TensorInfo[] = []
  const upload = (data: Float32Array, shape: number[]) => {
    const tensor = uploadTensor(data, shape)
    inputs.push(tensor)
    return tensor
  }
  afterEach(() => {
    tf.dispose(inputs as never)
    inputs = []
  })

  const convolution = (
    [items, height, width]: readonly [number, number, number],
    [from, to]: readonly [number, number],
    options: Partial<ConvForward> = {},
  ): ConvForward => ({
    x: upload(numbers(items * height * width * from, 1), [items, height, width, from]),
    weight: upload(numbers(9 * from * to, 2, 0.2), [3, 3, from, to]),
    bias: upload(numbers(to, 3), [to]),
    stride: 1,
    pad,
    moments: true,
    ...options,
  })

  const statisticsOf = (x: Activations, groups: number) => {
    const { all } = activationExtents(x)
    return withPoisonedMemory((backend) =>
      normStatistics(backend, {
        x,
        groups,
        eps: 1e-5,
        weight: upload(numbers(all, 4), [all]),
        bias: upload(numbers(all, 5), [all]),
      }),
    )
  }

  /** Expects the statistics from moments to be those that are read from the outputs. */
  async function expectMoments(
    outputs: readonly [TensorInfo] | readonly [TensorInfo, TensorInfo],
    groups: number,
    tolerance = 1e-5,
  ) {
    const backend = webgpuBackend()
    const x = outputs.length === 1 ? outputs[0] : outputs
    for (const output of outputs) expect(backend.getMoments(output)).toBeDefined()
    const found = statisticsOf(x, groups)
    for (const output of outputs) backend.setMoments(output, undefined)
    const right = statisticsOf(x, groups)
    for (const name of ['affine', 'moments'] as const)
      expectNear(
        await readAndDispose(found[name]),
        await readAndDispose(right[name]),
        name,
        tolerance,
      )
    for (const { dataId } of outputs) backend.disposeData(dataId)
  }

  const run = (conv: ConvForward, tile: Tile = small) =>
    withPoisonedMemory((backend) => convByGemm(backend, conv, tile))

  fullTest('of any group, of the numbers after the epilogue', async () => {
    const options = {
      perItem: upload(numbers(3 * 24, 6), [3, 24]),
      residual: upload(numbers(3 * 64 * 24, 7), [3, 8, 8, 24]),
      outputScale: 0.5,
    }
    for (const groups of [1, 2, 3, 6, 12, 24])
      await expectMoments([run(convolution([3, 8, 8], [8, 24], options))], groups)
  })

  fullTest(
    'of tiles with several fours of columns, with a stride, upsampled, and with a shortcut',
    async () => {
      await expectMoments([run(convolution([2, 8, 8], [8, 40]), wide)], 10)
      const strided = convolution([2, 16, 16], [8, 16], { stride: 2 })
      await expectMoments([run(strided, wide)], 4)
      // As four products, each of which has several tiles of an item.
      await expectMoments([run(convolution([2, 4, 8], [8, 16], { upsample: true }))], 4)
      const x = upload(numbers(2 * 64 * 32, 8), [2, 8, 8, 32])
      const shortcut = {
        x,
        weight: upload(numbers(32 * 16, 9, 0.3), [1, 1, 32, 16]),
        bias: upload(numbers(16, 10), [16]),
      }
      await expectMoments([run(convolution([2, 8, 8], [32, 16], { shortcut }))], 4)
    },
  )

  fullTest('of two tensors whose groups have channels of both', async () => {
    const first = run(convolution([2, 8, 8], [8, 20]))
    const second = run(convolution([2, 8, 8], [8, 16]))
    await expectMoments([first, second], 6)
  })

  test('of numbers far from zero', async () => {
    const bias = upload(
      Float32Array.from(numbers(16, 3), (value) => value + 1000),
      [16],
    )
    // The numbers have an error of 6e-5, the deviation about 1.
    await expectMoments([run(convolution([2, 8, 8], [8, 16], { bias }))], 4, 1e-4)
  })

  test('of the rounded numbers of half precision', async () => {
    await expectMoments([run(convolution([2, 8, 8], [8, 16], { half: true }))], 4)
  })

  test('have the same bits in every run', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => {
        const y = run(convolution([2, 8, 8], [8, 16]))
        const { affine, moments } = statisticsOf(y, 4)
        webgpuBackend().disposeData(y.dataId)
        return [await readAndDispose(affine), await readAndDispose(moments)]
      }),
    )
    expect(first).toEqual(second)
  })

  test('belong to the tensor, and are released with it', async () => {
    const { bufferManager } = webgpuBackend()
    const before = bufferManager.numBytesUsed
    const conv = convolution([2, 8, 8], [8, 16])
    const inputBytes = bufferManager.numBytesUsed - before
    const y = tf.engine().makeTensorFromTensorInfo(run(conv))
    const reshaped = y.reshape([2, 64, 16])
    y.dispose()
    expect(webgpuBackend().getMoments(reshaped)).toBeDefined()
    reshaped.dispose()
    tf.dispose(inputs as never)
    inputs = []
    expect(bufferManager.numBytesUsed - before).toBeLessThanOrEqual(inputBytes)
  })

  test('of an output are not those of its tokens as items of their own', async () => {
    const backend = webgpuBackend()
    const y = run(convolution([2, 8, 8], [8, 16]))
    for (const shape of [
      [128, 1, 16],
      [2, 32, 32],
    ]) {
      const { affine, moments } = statisticsOf({ ...y, shape }, 1)
      const data = upload((await backend.read(y.dataId)) as Float32Array, shape)
      const right = statisticsOf(data, 1)
      expect(await readAndDispose(affine)).toEqual(await readAndDispose(right.affine))
      expect(await readAndDispose(moments)).toEqual(await readAndDispose(right.moments))
    }
    backend.disposeData(y.dataId)
  })

  fullTest(
    'are omitted where tiles are no parts of items, and where the norm of two tensors has none',
    async () => {
      const backend: WebGPUBackend = webgpuBackend()
      const odd = run(convolution([2, 5, 7], [8, 16]))
      const three = run(convolution([2, 8, 8], [8, 3]))
      const first = run(convolution([2, 8, 8], [8, 16]))
      const plain = run(convolution([2, 8, 8], [8, 16], { moments: false }))
      const others = [odd, three, plain]
      expect(others.map(backend.getMoments)).toEqual([undefined, undefined, undefined])
      const { affine, moments } = statisticsOf([first, plain], 4)
      backend.setMoments(first, undefined)
      const right = statisticsOf([first, plain], 4)
      expect(await readAndDispose(affine)).toEqual(await readAndDispose(right.affine))
      expect(await readAndDispose(moments)).toEqual(await readAndDispose(right.moments))
      for (const { dataId } of [...others, first]) backend.disposeData(dataId)
      const extents = { rows: 128, depth: 8 }
      expect(canGiveMoments(extents, small)).toBe(true)
      expect(canGiveMoments(extents, { ...small, half: 4 })).toBe(false)
      await withBindingLimit(4, async () => {
        const y = run(convolution([2, 8, 8], [8, 16]))
        expect(backend.getMoments(y)).toBeUndefined()
        backend.disposeData(y.dataId)
      })
    },
  )
}, ['webgpu'])
