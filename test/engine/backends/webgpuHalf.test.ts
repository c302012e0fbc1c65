// Tensors stored in half precision: kernels that read and write them against the same kernels on
// float32, and other operations, which get a widened copy transparently.
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { residualBlock } from '../../../src/engine/backends/webgpu/layers/residual.ts'
import type {
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor4D,
  TensorInfo,
} from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import type { Activations } from '../../../src/engine/backends/webgpu/activationInput.ts'
import {
  attentionBackward,
  attentionForward,
} from '../../../src/engine/backends/webgpu/kernels/attention/attention.ts'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import {
  siluForward,
  siluGradient,
} from '../../../src/engine/backends/webgpu/kernels/elementwise/elementwise.ts'
import { linears } from '../../../src/engine/backends/webgpu/kernels/gemm/linears.ts'
import {
  applyAffine,
  normStatistics,
} from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { normGradient } from '../../../src/engine/backends/webgpu/kernels/norm/normGradient.ts'
import type { Tile } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { onEachBackend } from '../../backends.ts'
import { numbers, webgpuBackend } from '../../kernels.ts'
import { fullTest } from '../../families.ts'

/** Relative error of rounding to the nearest half. */
const ROUNDING = 2 ** -11

/** Relative error of a sum whose terms are added in another order. */
const SUMS = 2e-6

/** A small tile of the kind for GPUs. */
const tiled: Tile = { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 4, depth: 8 }

const runs = { numRuns: 12, endOnFailure: true }

onEachBackend(() => {
  let tensorsToDispose: Tensor[] = []
  const disposeLater = (info: TensorInfo): Tensor => {
    const tensor = info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)
    tensorsToDispose.push(tensor)
    return tensor
  }
  const upload = (data: Float32Array, shape: number[]): Tensor =>
    disposeLater(tf.tensor(data, shape))
  const dataOf = (tensor: Tensor) => tensor.data<'float32'>()
  afterEach(() => {
    tf.dispose(tensorsToDispose)
    tensorsToDispose = []
  })

  /** As `withPoisonedMemory`, for outputs in half precision. */
  function withPoisonedHalves<Made>(run: (backend: WebGPUBackend) => Made): Made {
    const backend = webgpuBackend()
    const stock = backend.makeHalfTensor.bind(backend)
    backend.makeHalfTensor = (shape) => {
      const made = stock(shape)
      backend.uploadToGPU(made.dataId)
      backend.flush() // recorded commands run before writes of the queue
      const { resource } = backend.tensorMap.get(made.dataId)
      const nan = new Uint16Array(tf.util.sizeFromShape(shape as number[])).fill(0x7e00)
      backend.queue.writeBuffer(resource as GPUBuffer, 0, nan)
      return made
    }
    try {
      return run(backend)
    } finally {
      Reflect.deleteProperty(backend, 'makeHalfTensor')
    }
  }

  /** [b, ..., c] stored in half precision. */
  function halvesOf(data: Float32Array, shape: number[]): Tensor {
    const [b, c] = [shape[0], shape.at(-1)!]
    const identity = Float32Array.from({ length: 2 * b * c }, (_, i) => Number(i % (2 * c) < c))
    const [x, affine] = [upload(data, shape), upload(identity, [b, 2, c])]
    return disposeLater(
      withPoisonedHalves((backend) => applyAffine(backend, { x, affine, half: true })),
    )
  }
  /** The same numbers in float32. */
  const widened = (half: Tensor) => disposeLater(half.add(0))
  const isHalf = (tensor: TensorInfo) => webgpuBackend().storedTensor(tensor).half
  const bytesOf = (make: () => unknown) => {
    const before = webgpuBackend().bufferManager.numBytesUsed
    make()
    return webgpuBackend().bufferManager.numBytesUsed - before
  }

  /** Expects `half` to be `exact` rounded to half precision. */
  async function expectRounded(half: TensorInfo, exact: TensorInfo) {
    expect([isHalf(half), isHalf(exact)]).toEqual([true, false])
    await expectNear(half, exact, (value) => ROUNDING * Math.abs(value))
  }
  async function expectNear(
    got: TensorInfo,
    exact: TensorInfo,
    allowed: (value: number) => number = () => 0,
  ) {
    expect(got.shape).toEqual(exact.shape)
    const [found, right] = await Promise.all([disposeLater(got), disposeLater(exact)].map(dataOf))
    const most = right.reduce((max, value) => Math.max(max, Math.abs(value)), 0.1)
    const off = [...right].filter(
      (value, i) => !(Math.abs(found[i] - value) <= allowed(value) + SUMS * most),
    )
    expect(off).toEqual([])
  }

  test('halves are rounded to the nearest, saturate at 65504, and keep NaN', async () => {
    const data = Float32Array.of(
      1,
      1 + 2 ** -10,
      1 + 0.4 * 2 ** -10,
      -3.4567,
      65504,
      1e6,
      -1e6,
      6e-5,
      ...numbers(8, 1),
    )
    data[12] = NaN
    const found = await halvesOf(data, [2, 2, 4]).data()
    expect([...found.slice(0, 3), ...found.slice(4, 7)]).toEqual([
      1,
      1 + 2 ** -10,
      1,
      65504,
      65504,
      -65504,
    ])
    for (const i of [3, 7, 8, 9, 10, 11])
      expect(Math.abs(found[i] - data[i])).toBeLessThanOrEqual(ROUNDING * Math.abs(data[i]))
    expect(found[12]).toBeNaN()
  })

  test('halves take half the memory, and release it', () => {
    const shape = [4, 16, 16, 8]
    const x = upload(numbers(8192, 1), shape)
    const affine = upload(new Float32Array(64).fill(1), [4, 2, 8])
    const run = (half: boolean) => applyAffine(webgpuBackend(), { x, affine, half })
    run(false)
    const made: TensorInfo[] = []
    expect(bytesOf(() => made.push(run(false)))).toBe(32768)
    expect(bytesOf(() => made.push(run(true)))).toBe(16384)
    expect(bytesOf(() => made.forEach(disposeLater))).toBe(0)
    expect(bytesOf(() => tf.dispose(tensorsToDispose.splice(-2)))).toBe(-49152)
  })

  test('halves are widened to float32 for operations of tfjs', async () => {
    const shape = [2, 3, 4]
    const half = halvesOf(numbers(24, 1), shape)
    const right = await dataOf(half)
    const compute = () =>
      tf.tidy(() => ({
        added: half.add(half).sub(half),
        cut: half.slice([1, 0, 0], [1, 3, 4]),
        flat: half.reshape([24]).square(),
        sums: tf.concat([half, half], 2).sum([0, 1]),
        copied: half.clone().transpose([2, 1, 0]),
      }))
    // The first run uploads the uniforms, which stay.
    tf.dispose(Object.values(compute()))
    const before = webgpuBackend().bufferManager.numBytesUsed
    const found = compute()
    expect([...(await found.added.data())]).toEqual([...right])
    expect(await found.cut.data()).toEqual(right.slice(12))
    expect(await found.flat.data()).toEqual(right.map((value) => Math.fround(value * value)))
    const sums = [0, 1, 2, 3].map((c) =>
      right.filter((_, i) => i % 4 === c).reduce((sum, value) => sum + value, 0),
    )
    expect(
      [...(await found.sums.data())].map((sum, i) => Math.abs(sum - sums[i % 4]) < 1e-5),
    ).toEqual(Array(8).fill(true))
    expect((await found.copied.data())[1]).toBe(right[12])
    tf.dispose(Object.values(found))
    expect(webgpuBackend().bufferManager.numBytesUsed, 'no copy in float32 is left').toBe(before)
  })

  test('halves are widened to float32 for copies, views and dataToGPU', async () => {
    const half = halvesOf(numbers(32, 1), [2, 4, 4])
    const right = await dataOf(half)
    const target = upload(new Float32Array(8), [8])
    webgpuBackend().copy([{ source: half, from: 4, to: 2, count: 5 }], target)
    expect([...(await target.data())]).toEqual([0, 0, ...right.slice(4, 9), 0])
    const view = disposeLater(webgpuBackend().view(half, 0, [16]))
    expect(await dataOf(disposeLater(view.mul(1)))).toEqual(right.slice(0, 16))
    const onGPU = half.dataToGPU()
    expect([...(await onGPU.tensorRef.data())]).toEqual([...right])
    onGPU.tensorRef.dispose()
    expect(isHalf(half)).toBe(true)
  })

  // ---- kernels

  /** Activation tensors, each in half precision or not, and the same numbers in float32. */
  function activations(
    shape: number[],
    channels: number[],
    halves: boolean[],
  ): [asStored: Activations, wide: Activations] {
    const each = channels.map((c, i) => {
      const size = [...shape, c]
      const data = numbers(tf.util.sizeFromShape(size), i + 1)
      if (!halves[i]) return Array(2).fill(upload(data, size)) as [Tensor, Tensor]
      const half = halvesOf(data, size)
      return [half, widened(half)] as [Tensor, Tensor]
    })
    const side = (k: 0 | 1): Activations =>
      each.length === 2 ? [each[0][k], each[1][k]] : each[0][k]
    return [side(0), side(1)]
  }

  const drawn = fc.record({
    items: fc.integer({ min: 1, max: 2 }),
    size: fc.tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 2, max: 5 })),
    channels: fc.array(fc.constantFrom(4, 8, 12), { minLength: 1, maxLength: 2 }),
    halves: fc.tuple(fc.boolean(), fc.boolean()),
    to: fc.constantFrom(4, 12),
    upsample: fc.boolean(),
    affine: fc.boolean(),
    residual: fc.boolean(),
    perItem: fc.boolean(),
    tile: fc.constantFrom(undefined, tiled),
  })
  type Drawn = typeof drawn extends fc.Arbitrary<infer D> ? D : never

  async function expectConv({ items, size: [h, w], channels, halves, to, tile, ...one }: Drawn) {
    const [x, wide] = activations([items, h, w], channels, halves)
    const from = channels.reduce((sum, c) => sum + c, 0)
    const [high, across] = one.upsample ? [2 * h, 2 * w] : [h, w]
    const residual = one.residual
      ? halvesOf(numbers(items * high * across * to, 5), [items, high, across, to])
      : undefined
    const input = {
      upsample: one.upsample,
      affine: one.affine ? upload(numbers(items * 2 * from, 6), [items, 2, from]) : undefined,
      silu: one.affine,
      stride: 1,
      pad: { top: 1, bottom: 1, left: 1, right: 1 },
    } as const
    const conv = {
      ...input,
      weight: upload(numbers(9 * from * to, 7, 0.3), [3, 3, from, to]),
      bias: upload(numbers(to, 8), [to]),
      perItem: one.perItem ? upload(numbers(items * to, 9), [items, to]) : undefined,
    }
    const y = withPoisonedHalves((backend) =>
      convByGemm(backend, { ...conv, x, residual, half: true }, tile),
    )
    await expectRounded(
      y,
      convByGemm(
        webgpuBackend(),
        { ...conv, x: wide, residual: residual && widened(residual) },
        tile,
      ),
    )
    const dy = upload(numbers(items * high * across * to, 10), [items, high, across, to])
    const gradient = { ...input, dy, filterShape: conv.weight.shape, bias: true }
    const found = convFilterGradient(webgpuBackend(), { ...gradient, x }, tile)
    const right = convFilterGradient(webgpuBackend(), { ...gradient, x: wide }, tile)
    for (const [i, dW] of found.entries()) await expectNear(dW, right[i])
    tf.dispose(tensorsToDispose.splice(0))
  }

  const small: Drawn = {
    items: 2,
    size: [3, 2],
    channels: [4, 8],
    halves: [true, false],
    to: 12,
    tile: tiled,
    upsample: false,
    affine: false,
    residual: true,
    perItem: true,
  }

  fullTest('convolutions read and write halves, and the filter gradient reads them', async () => {
    await expectConv(small)
    await expectConv({
      ...small,
      channels: [4],
      to: 4,
      upsample: true,
      affine: true,
      residual: false,
      perItem: false,
      tile: undefined,
    })
  })

  test('Winograd reads and writes halves', async () => {
    const x = halvesOf(numbers(6 * 6 * 32, 1), [1, 6, 6, 32])
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    const conv = {
      weight: upload(numbers(9 * 32 * 32, 2, 0.1), [3, 3, 32, 32]),
      stride: 1,
      pad,
    } as const
    const y = withPoisonedHalves((backend) => convByGemm(backend, { ...conv, x, half: true }))
    await expectRounded(y, convByGemm(webgpuBackend(), { ...conv, x: widened(x) }))
  })

  async function expectNorm({ items, size: [h, w], channels, halves }: Drawn) {
    const [x, wide] = activations([items, h, w], channels, halves)
    const all = channels.reduce((sum, c) => sum + c, 0)
    const norm = {
      groups: all / 4,
      eps: 1e-5,
      weight: upload(numbers(all, 3), [all]),
      bias: upload(numbers(all, 4), [all]),
    }
    const statistics = normStatistics(webgpuBackend(), { ...norm, x })
    const right = normStatistics(webgpuBackend(), { ...norm, x: wide })
    const [affine, moments] = [disposeLater(right.affine), disposeLater(right.moments)]
    const applied = { affine, silu: true }
    const y = withPoisonedHalves((backend) => applyAffine(backend, { ...applied, x, half: true }))
    await expectRounded(y, applyAffine(webgpuBackend(), { ...applied, x: wide }))
    const backward = {
      dy: upload(numbers(items * h * w * all, 5), [items, h, w, all]),
      moments,
      ...applied,
      groups: norm.groups,
    }
    const found = normGradient(webgpuBackend(), { ...backward, x })
    const gradients = normGradient(webgpuBackend(), { ...backward, x: wide })
    await expectNear(statistics.affine, disposeLater(affine.clone()))
    await expectNear(statistics.moments, disposeLater(moments.clone()))
    await expectNear(found.dweight, gradients.dweight)
    await expectNear(found.dbias, gradients.dbias)
    for (const [i, dx] of found.dx.entries()) await expectNear(dx, gradients.dx[i])
    tf.dispose(tensorsToDispose.splice(0))
  }

  test('norms and their gradients read halves, and normalisation writes them', async () => {
    await expectNorm(small)
  })

  if (process.env.FULL)
    test(
      'convolutions and norms of any shape read and write halves',
      { timeout: 900_000 },
      async () => {
        await fc.assert(fc.asyncProperty(drawn, expectConv), runs)
        await fc.assert(fc.asyncProperty(drawn, expectNorm), runs)
      },
    )

  test('linear layers of one input read and write halves', async () => {
    const x = halvesOf(numbers(48, 1), [2, 3, 8])
    const layers = {
      weights: [2, 3, 4].map((seed) => upload(numbers(32, seed), [8, 4])),
      biases: [5, 6, 7].map((seed) => upload(numbers(4, seed), [4])),
    }
    const y = withPoisonedHalves((backend) => linears(backend, { ...layers, x, half: true }))
    await expectRounded(y, linears(webgpuBackend(), { ...layers, x: widened(x) }))
  })

  if (process.env.FULL)
    test('attention reads and writes halves', async () => {
      const [qkv, heads] = [halvesOf(numbers(10 * 24, 1), [2, 5, 24]), 2]
      const wide = widened(qkv)
      const found = withPoisonedHalves((backend) =>
        attentionForward(backend, { qkv, heads, half: true }),
      )
      const right = attentionForward(webgpuBackend(), { qkv: wide, heads })
      const [y, logsumexp] = [disposeLater(found.y), disposeLater(right.logsumexp)]
      await expectRounded(y, disposeLater(right.y))
      await expectNear(found.logsumexp, logsumexp)
      const backward = { heads, dy: upload(numbers(80, 2), [2, 5, 8]), logsumexp }
      const [gradient] = attentionBackward(webgpuBackend(), { ...backward, qkv, y })
      await expectNear(
        gradient,
        attentionBackward(webgpuBackend(), { ...backward, qkv: wide, y: widened(y) })[0],
      )
    })

  test('SiLU and its gradient read halves', async () => {
    const x = halvesOf(numbers(48, 1), [2, 6, 4])
    const [wide, dy] = [widened(x), upload(numbers(48, 2), [2, 6, 4])]
    await expectNear(siluForward(webgpuBackend(), x), siluForward(webgpuBackend(), wide))
    await expectNear(siluGradient(webgpuBackend(), x, dy), siluGradient(webgpuBackend(), wide, dy))
  })

  // ---- layers

  fullTest(
    'a residual block saves halves for its gradients, which match those of float32 up to rounding',
    async () => {
      const shapes = {
        x: [2, 4, 4, 8],
        projected: [2, 8],
        'norm1.weight': [8],
        'norm1.bias': [8],
        'conv1.weight': [3, 3, 8, 8],
        'conv1.bias': [8],
        'norm2.weight': [8],
        'norm2.bias': [8],
        'conv2.weight': [3, 3, 8, 8],
        'conv2.bias': [8],
      }
      const inputs = Object.entries(shapes).map(([, shape], i) =>
        upload(numbers(tf.util.sizeFromShape(shape), i, 0.5), shape),
      )
      const names = Object.keys(shapes)
      const parameters = (tensors: Tensor[], layer: string) => ({
        weight: tensors[names.indexOf(`${layer}.weight`)] as never,
        bias: tensors[names.indexOf(`${layer}.bias`)] as Tensor1D,
      })
      const block = (half: boolean) => (tensors: Tensor[]) => {
        const [x, projected] = tensors as [Tensor4D, Tensor2D]
        const layers = Object.fromEntries(
          ['norm1', 'conv1', 'norm2', 'conv2'].map((name) => [name, parameters(tensors, name)]),
        )
        const options = {
          groups: 2,
          eps: 1e-5,
          time_scale_shift: 'default',
          output_scale: 1,
          half,
        } as const
        return residualBlock(webgpuBackend(), { x, projected, layers: layers as never, options })
      }
      const dy = upload(numbers(256, 20), [2, 4, 4, 8])
      const evaluated = (half: boolean) => {
        let output: Tensor
        const gradients = tf.grads((...tensors) => (output = tf.keep(block(half)(tensors))))(
          inputs,
          dy,
        )
        return [output!, ...gradients].map((tensor) => disposeLater(tensor))
      }
      const [found, right] = [evaluated(true), evaluated(false)]
      expect(found.map(isHalf)).toEqual(names.reduce((is) => [...is, false], [true]))
      for (const [i, exact] of right.entries()) {
        const data = await dataOf(exact)
        const most = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
        const off = (await dataOf(found[i])).reduce(
          (max, value, k) => Math.max(max, Math.abs(value - data[k])),
          0,
        )
        expect(off / most, names[i - 1] ?? 'output').toBeLessThan(8 * ROUNDING)
        // The gradient of the last bias is a sum of dy and reads no activations.
        if (names[i - 1] !== 'conv2.bias') expect(off, names[i - 1]).toBeGreaterThan(0)
      }
    },
  )

  test('halves need a multiple of four channels', () => {
    const x = upload(numbers(6, 1), [1, 2, 3])
    const affine = upload(numbers(6, 2), [1, 2, 3])
    expect(() => applyAffine(webgpuBackend(), { x, affine, half: true })).toThrow(
      '[1,2,3] cannot be stored as halves',
    )
  })
}, ['webgpu'])
