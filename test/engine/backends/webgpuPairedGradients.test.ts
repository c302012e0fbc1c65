// Gradients of a convolution's filter and of its input in one dispatch, against those that are
// computed apart.
import { afterEach, expect, test, vi } from 'vitest'
import type { ConvFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convGradients } from '../../../src/engine/backends/webgpu/kernels/convolution/convGradients.ts'
import type { ConvInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import { normStatistics } from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { normGradient } from '../../../src/engine/backends/webgpu/kernels/norm/normGradient.ts'
import type { Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import type { Tensor, TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onEachBackend } from '../../backends.ts'
import { residualTensors, runResidual } from '../../residualTensors.ts'
import { gap } from '../../goldenTensors.ts'
import {
  expectNear,
  likeGPU,
  numbers,
  readAndDispose,
  uploadTensor,
  webgpuBackend,
  withBindingLimit,
  withPoisonedMemory,
} from '../../kernels.ts'
import { fullTest } from '../../families.ts'

/** Two tiles with 16 threads. */
const square: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 4, depth: 8 }
const flat: Tiled = { shape: 'tiled', rows: 8, columns: 4, tall: 2, wide: 8, depth: 16 }

interface Case {
  items: number
  size: readonly [number, number]
  /** Channels of x, or of the two tensors that are concatenated. */
  from: readonly number[]
  to: number
  kernel?: 1 | 3
  stride?: 1 | 2
  isNormed?: boolean
  /** Each tensor gets a gradient, or the gradient is added to one so far. */
  output?: 'split' | 'accumulated'
  tiles?: { filter: Tiled; input: Tiled }
}

onEachBackend(() => {
  let inputs: Tensor[] = []
  const upload = (data: Float32Array, shape: number[]) => {
    const tensor = uploadTensor(data, shape) as Tensor
    inputs.push(tensor)
    return tensor
  }
  const random = (shape: number[], seed: number, scale = 1) =>
    upload(numbers(tf.util.sizeFromShape(shape), seed, scale), shape)
  afterEach(() => {
    tf.dispose(inputs)
    inputs = []
  })

  function dataOf(one: Case): { filter: ConvFilterGradient; input: ConvInputGradient } {
    const { items, size, from, to, kernel = 3, stride = 1, output } = one
    const all = from.reduce((sum, c) => sum + c, 0)
    const side = kernel === 1 ? 0 : 1
    const pad = { top: side, bottom: side, left: side, right: side }
    const tensors = from.map((c, i) => random([items, ...size, c], 10 + i))
    const outSize = size.map((n) => Math.floor((n + 2 * side - kernel) / stride) + 1)
    const dy = random([items, ...outSize, to], 3)
    const weight = random([kernel, kernel, all, to], 4, 0.2)
    const inputShape = [items, ...size, all]
    return {
      filter: {
        x: tensors.length === 2 ? [tensors[0], tensors[1]] : tensors[0],
        ...(one.isNormed && { affine: random([items, 2, all], 5), silu: true }),
        dy,
        filterShape: weight.shape,
        stride,
        pad,
        bias: true,
      },
      input: {
        dy,
        weight,
        inputShape,
        stride,
        pad,
        ...(output === 'split' && { split: [from[0], from[1]] as const }),
        ...(output === 'accumulated' && { accumulated: random(inputShape, 6) }),
      },
    }
  }

  const runPair = (
    { filter, input }: ReturnType<typeof dataOf>,
    { tiles }: Case,
    norm?: { moments: TensorInfo; groups: number },
  ) =>
    withPoisonedMemory((backend) =>
      convGradients(likeGPU(backend), filter, input, () => [], {
        norm,
        tiles: tiles ?? { filter: square, input: square },
      }),
    )

  async function readPair(gradients: ReturnType<typeof runPair>) {
    expect(gradients).toBeDefined()
    const { filter = [], input = [] } = gradients ?? {}
    expect(gradients?.tileSums).toBeUndefined()
    return Promise.all([...filter, ...input].map(readAndDispose))
  }

  async function expectPair(one: Case) {
    const data = dataOf(one)
    const pair = await readPair(runPair(data, one))
    const backend = webgpuBackend()
    // Winograd by four pixels rounds more.
    const tilePixels = 2
    const apart = await Promise.all(
      [
        ...convFilterGradient(backend, { ...data.filter, tilePixels }),
        ...convInputGradient(backend, { ...data.input, tilePixels }),
      ].map(readAndDispose),
    )
    expect(pair).toHaveLength(apart.length)
    for (const [i, gradient] of apart.entries())
      expectNear(pair[i], gradient, `gradient ${i} of ${JSON.stringify(one)}`)
  }

  /** The gradient of the norm before the convolution, with and without the sums over tiles. */
  async function expectTileSums(from: readonly number[], groups: number, silu: boolean) {
    const one: Case = { items: 3, size: [8, 8], from, to: 12 }
    const data = dataOf(one)
    const all = from.reduce((sum, c) => sum + c, 0)
    const { x } = data.filter
    const parameters = { weight: random([all], 7), bias: random([all], 8) }
    const statistics = normStatistics(webgpuBackend(), { x, groups, eps: 1e-5, ...parameters })
    const norm = { ...statistics, groups, silu }
    const filter = { ...data.filter, affine: norm.affine, silu }
    const pair = runPair({ ...data, filter }, one, norm)
    expect(pair?.tileSums?.shape).toEqual([3, 4, 2, all])
    const [dz] = pair?.input ?? []
    const found = withPoisonedMemory((backend) =>
      normGradient(likeGPU(backend), { ...norm, x, dy: dz, tileSums: pair?.tileSums }),
    )
    const right = normGradient(webgpuBackend(), { ...norm, x, dy: dz })
    for (const name of ['dweight', 'dbias'] as const)
      expectNear(await readAndDispose(found[name]), await readAndDispose(right[name]), name)
    for (const [i, dx] of right.dx.entries())
      expectNear(await readAndDispose(found.dx[i]), await readAndDispose(dx), `dx ${i}`)
    const rest = [pair?.tileSums, dz, ...(pair?.filter ?? []), norm.affine, norm.moments]
    for (const each of rest) if (each) webgpuBackend().disposeData(each.dataId)
  }

  async function expectResidualBlock() {
    const named = residualTensors(random, 8, 12)
    const dispatch = vi.spyOn(webgpuBackend(), 'dispatch')
    const backend = likeGPU(webgpuBackend())
    const run = () => {
      const y = runResidual(backend, named)
      return y.mul(y).sum()
    }
    const tensors = Object.values(named)
    const countPairs = () =>
      dispatch.mock.calls.filter(([{ key }]) => key.startsWith('conv3x3 gradients')).length
    const paired = differentiate(run, tensors)
    expect(countPairs()).toBe(2)
    // Without the gradient of one filter.
    const frozen = differentiate(
      run,
      tensors.filter((tensor) => tensor !== named['conv2.weight']),
    )
    expect(countPairs()).toBe(3)
    // tfjs does not tell which gradients are wanted.
    const single = tf.engine().gradients(run, tensors as never) as unknown as {
      value: Tensor
      grads: Tensor[]
    }
    expect(countPairs()).toBe(3)
    dispatch.mockRestore()
    for (const [i, name] of Object.keys(named).entries()) {
      const { gap: most, size } = await gap(paired.grads[i]!, single.grads[i])
      expect(most, name).toBeLessThanOrEqual(1e-5 * Math.max(0.5, size))
    }
    tf.dispose([paired.value, frozen.value, single.value, ...single.grads])
    tf.dispose([...paired.grads, ...frozen.grads] as Tensor[])
  }

  fullTest('of normed tensors, with sizes that fill no tile', () =>
    expectPair({ items: 3, size: [5, 7], from: [8, 4], to: 12, isNormed: true }),
  )

  fullTest('with the sums of the gradient of a norm over two tensors', () =>
    expectTileSums([8, 12], 10, true),
  )

  // Compilation takes a second for each of these.
  if (process.env.FULL) {
    test('of two tensors, with a stride, added to the gradient so far, and of 1 x 1 filters', async () => {
      await expectPair({ items: 2, size: [4, 4], from: [4, 8], to: 8, output: 'split' })
      await expectPair({ items: 2, size: [8, 6], from: [8], to: 8, stride: 2 })
      await expectPair({ items: 2, size: [8, 8], from: [8], to: 16, output: 'accumulated' })
      await expectPair({ items: 2, size: [6, 5], from: [8], to: 8, kernel: 1 })
    })

    test('of several tiles of two kinds, and with many pixels, whose sums are split', async () => {
      const tiles = { filter: square, input: flat }
      await expectPair({ items: 4, size: [8, 8], from: [24], to: 40, tiles })
      await expectPair({ items: 16, size: [16, 16], from: [8], to: 8, isNormed: true })
    })

    test('with the sums of the gradient of a norm of one tensor, without activation', async () => {
      await expectTileSums([24], 3, false)
      await expectTileSums([16], 1, true)
    })

    test('have the same bits in every run', async () => {
      const one: Case = { items: 8, size: [16, 16], from: [8], to: 8 }
      const data = dataOf(one)
      expect(await readPair(runPair(data, one))).toEqual(await readPair(runPair(data, one)))
    })

    test('of a residual block are those of single kernels', expectResidualBlock)
  }

  test('need workgroups of one size, products of float32, and enough bindings', async () => {
    const data = dataOf({ items: 2, size: [4, 4], from: [8], to: 8 })
    const backend = likeGPU(webgpuBackend())
    const claim = vi.fn(() => [])
    const others: Tiled[] = [
      { ...square, tall: 8 },
      { ...square, half: 4 },
      { ...square, matrix: { M: 8, N: 8, K: 8, numbers: 'f32', lanes: 8 } },
    ]
    for (const other of others) {
      const tiles = { filter: square, input: other }
      expect(convGradients(backend, data.filter, data.input, claim, { tiles })).toBeUndefined()
    }
    await withBindingLimit(5, async () => {
      const limited = likeGPU(webgpuBackend())
      expect(convGradients(limited, data.filter, data.input, claim)).toBeUndefined()
    })
    expect(claim).not.toHaveBeenCalled()
  })
}, ['webgpu'])
