// Tensors stored as halves: kernels that read and write them against the same kernels on float32, and everything else, which
// gets them widened without asking.
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { residualBlock } from '../../src/engine/layers/residual.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '../../src/engine/tf.ts'
import { tf } from '../../src/engine/tf.ts'
import type { Backend } from '../../src/engine/webgpu/backend.ts'
import type { Activations } from '../../src/engine/webgpu/activations.ts'
import { attentionBackward, attentionForward } from '../../src/engine/webgpu/kernels/attention.ts'
import { convFilterGradient } from '../../src/engine/webgpu/kernels/convFilterGradient.ts'
import { convForward } from '../../src/engine/webgpu/kernels/convForward.ts'
import { siluForward, siluGradient } from '../../src/engine/webgpu/kernels/elementwise.ts'
import type { Tile } from '../../src/engine/webgpu/kernels/gemm.ts'
import { linears } from '../../src/engine/webgpu/kernels/linears.ts'
import { affineApply, normStatistics } from '../../src/engine/webgpu/kernels/norm.ts'
import { normGradient } from '../../src/engine/webgpu/kernels/normGradient.ts'
import { onEachBackend } from '../backends.ts'
import { numbers, ownBackend } from '../kernels.ts'

/** Of a number that becomes the nearest half. */
const ROUNDING = 2 ** -11

/** What a sum may lose by another order of the same operations, of its largest value. */
const SUMS = 2e-6

/** As GPUs have them, but small. */
const tiled: Tile = { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 4, depth: 8 }

const runs = { numRuns: 12, endOnFailure: true }

onEachBackend(() => {
  let held: Tensor[] = []
  const hold = (info: TensorInfo): Tensor => {
    const tensor = info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)
    held.push(tensor)
    return tensor
  }
  const put = (data: Float32Array, shape: number[]): Tensor => hold(tf.tensor(data, shape))
  const dataOf = (tensor: Tensor) => tensor.data<'float32'>()
  afterEach(() => {
    tf.dispose(held)
    held = []
  })

  /** As `poisoned`, for outputs that are halves. */
  function poisonedHalves<Made>(run: (backend: Backend) => Made): Made {
    const backend = ownBackend()
    const stock = backend.makeHalf.bind(backend)
    backend.makeHalf = (shape) => {
      const made = stock(shape)
      backend.uploadToGPU(made.dataId)
      backend.flush() // what was recorded for its buffer comes before what the queue writes
      const { resource } = backend.tensorMap.get(made.dataId)
      const nan = new Uint16Array(tf.util.sizeFromShape(shape as number[])).fill(0x7e00)
      backend.queue.writeBuffer(resource as GPUBuffer, 0, nan)
      return made
    }
    try {
      return run(backend)
    } finally {
      Reflect.deleteProperty(backend, 'makeHalf')
    }
  }

  /** [b, ..., c] stored as halves. */
  function halvesOf(data: Float32Array, shape: number[]): Tensor {
    const [b, c] = [shape[0]!, shape.at(-1)!]
    const identity = Float32Array.from({ length: 2 * b * c }, (_, i) => Number(i % (2 * c) < c))
    const [x, affine] = [put(data, shape), put(identity, [b, 2, c])]
    return hold(poisonedHalves((backend) => affineApply(backend, { x, affine, half: true })))
  }
  /** The same numbers in float32. */
  const widened = (half: Tensor) => hold(half.add(0))
  const isHalf = (tensor: TensorInfo) => ownBackend().stored(tensor).half
  const bytesOf = (make: () => unknown) => {
    const before = ownBackend().bufferManager.numBytesUsed
    make()
    return ownBackend().bufferManager.numBytesUsed - before
  }

  /** Whether halves are `exact`, rounded. */
  async function expectRounded(half: TensorInfo, exact: TensorInfo) {
    expect([isHalf(half), isHalf(exact)]).toEqual([true, false])
    await expectNear(half, exact, (value) => ROUNDING * Math.abs(value))
  }
  async function expectNear(got: TensorInfo, exact: TensorInfo, allowed: (value: number) => number = () => 0) {
    expect(got.shape).toEqual(exact.shape)
    const [found, right] = await Promise.all([hold(got), hold(exact)].map(dataOf))
    const most = right!.reduce((max, value) => Math.max(max, Math.abs(value)), 0.1)
    const off = [...right!].filter((value, i) => !(Math.abs(found![i]! - value) <= allowed(value) + SUMS * most))
    expect(off).toEqual([])
  }

  test('are rounded to the nearest, hold no more than 65504, and do not lose NaN', async () => {
    const data = Float32Array.of(1, 1 + 2 ** -10, 1 + 0.4 * 2 ** -10, -3.4567, 65504, 1e6, -1e6, 6e-5, ...numbers(8, 1))
    data[12] = NaN
    const found = await halvesOf(data, [2, 2, 4]).data()
    expect([...found.slice(0, 3), ...found.slice(4, 7)]).toEqual([1, 1 + 2 ** -10, 1, 65504, 65504, -65504])
    for (const i of [3, 7, 8, 9, 10, 11])
      expect(Math.abs(found[i]! - data[i]!)).toBeLessThanOrEqual(ROUNDING * Math.abs(data[i]!))
    expect(found[12]).toBeNaN()
  })

  test('take half the memory, and give it back', () => {
    const shape = [4, 16, 16, 8]
    const x = put(numbers(8192, 1), shape)
    const affine = put(new Float32Array(64).fill(1), [4, 2, 8])
    const run = (half: boolean) => affineApply(ownBackend(), { x, affine, half })
    run(false)
    const made: TensorInfo[] = []
    expect(bytesOf(() => made.push(run(false)))).toBe(32768)
    expect(bytesOf(() => made.push(run(true)))).toBe(16384)
    expect(bytesOf(() => made.forEach(hold))).toBe(0)
    expect(bytesOf(() => tf.dispose(held.splice(-2)))).toBe(-49152)
  })

  test('are float32 for everything that does not know of them', async () => {
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
    // What it takes in uniforms is there from now on.
    tf.dispose(Object.values(compute()))
    const before = ownBackend().bufferManager.numBytesUsed
    const found = compute()
    expect([...(await found.added.data())]).toEqual([...right])
    expect(await found.cut.data()).toEqual(right.slice(12))
    expect(await found.flat.data()).toEqual(right.map((value) => Math.fround(value * value)))
    const sums = [0, 1, 2, 3].map((c) => right.filter((_, i) => i % 4 === c).reduce((sum, value) => sum + value, 0))
    expect([...(await found.sums.data())].map((sum, i) => Math.abs(sum - sums[i % 4]!) < 1e-5)).toEqual(Array(8).fill(true))
    expect((await found.copied.data())[1]).toBe(right[12])
    tf.dispose(Object.values(found))
    expect(ownBackend().bufferManager.numBytesUsed, 'no copy in float32 is left').toBe(before)
  })

  test('are float32 for copies, for views and on the way to a buffer of the caller', async () => {
    const half = halvesOf(numbers(32, 1), [2, 4, 4])
    const right = await dataOf(half)
    const target = put(new Float32Array(8), [8])
    ownBackend().copy([{ source: half, from: 4, to: 2, count: 5 }], target)
    expect([...(await target.data())]).toEqual([0, 0, ...right.slice(4, 9), 0])
    const view = hold(ownBackend().view(half, 0, [16]))
    expect(await dataOf(hold(view.mul(1)))).toEqual(right.slice(0, 16))
    const onGPU = half.dataToGPU()
    expect([...(await onGPU.tensorRef.data())]).toEqual([...right])
    onGPU.tensorRef.dispose()
    expect(isHalf(half)).toBe(true)
  })

  // ---- kernels

  /** Tensors of activations, each as halves or not, and the same numbers in float32. */
  function activations(shape: number[], channels: number[], halves: boolean[]): [asStored: Activations, wide: Activations] {
    const each = channels.map((c, i) => {
      const size = [...shape, c]
      const data = numbers(tf.util.sizeFromShape(size), i + 1)
      if (!halves[i]) return Array(2).fill(put(data, size)) as [Tensor, Tensor]
      const half = halvesOf(data, size)
      return [half, widened(half)] as [Tensor, Tensor]
    })
    const side = (k: 0 | 1): Activations => (each.length === 2 ? [each[0]![k], each[1]![k]] : each[0]![k])
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
    const residual = one.residual ? halvesOf(numbers(items * high * across * to, 5), [items, high, across, to]) : undefined
    const input = {
      upsample: one.upsample,
      affine: one.affine ? put(numbers(items * 2 * from, 6), [items, 2, from]) : undefined,
      silu: one.affine,
      stride: 1,
      pad: { top: 1, bottom: 1, left: 1, right: 1 },
    } as const
    const conv = {
      ...input,
      weight: put(numbers(9 * from * to, 7, 0.3), [3, 3, from, to]),
      bias: put(numbers(to, 8), [to]),
      perItem: one.perItem ? put(numbers(items * to, 9), [items, to]) : undefined,
    }
    const y = poisonedHalves((backend) => convForward(backend, { ...conv, x, residual, half: true }, tile))
    await expectRounded(y, convForward(ownBackend(), { ...conv, x: wide, residual: residual && widened(residual) }, tile))
    const dy = put(numbers(items * high * across * to, 10), [items, high, across, to])
    const gradient = { ...input, dy, filterShape: conv.weight.shape, bias: true }
    const found = convFilterGradient(ownBackend(), { ...gradient, x }, tile)
    const right = convFilterGradient(ownBackend(), { ...gradient, x: wide }, tile)
    for (const [i, dW] of found.entries()) await expectNear(dW, right[i]!)
    tf.dispose(held.splice(0))
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

  test('are read and written by convolutions, and read for the gradient of the filter', async () => {
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

  test("come out of Winograd's way too", async () => {
    const x = halvesOf(numbers(6 * 6 * 32, 1), [1, 6, 6, 32])
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    const conv = { weight: put(numbers(9 * 32 * 32, 2, 0.1), [3, 3, 32, 32]), stride: 1, pad } as const
    const y = poisonedHalves((backend) => convForward(backend, { ...conv, x, half: true }))
    await expectRounded(y, convForward(ownBackend(), { ...conv, x: widened(x) }))
  })

  async function expectNorm({ items, size: [h, w], channels, halves }: Drawn) {
    const [x, wide] = activations([items, h, w], channels, halves)
    const all = channels.reduce((sum, c) => sum + c, 0)
    const norm = { groups: all / 4, eps: 1e-5, weight: put(numbers(all, 3), [all]), bias: put(numbers(all, 4), [all]) }
    const statistics = normStatistics(ownBackend(), { ...norm, x })
    const right = normStatistics(ownBackend(), { ...norm, x: wide })
    const [affine, moments] = [hold(right.affine), hold(right.moments)]
    const applied = { affine, silu: true }
    const y = poisonedHalves((backend) => affineApply(backend, { ...applied, x, half: true }))
    await expectRounded(y, affineApply(ownBackend(), { ...applied, x: wide }))
    const backward = { dy: put(numbers(items * h * w * all, 5), [items, h, w, all]), moments, ...applied, groups: norm.groups }
    const found = normGradient(ownBackend(), { ...backward, x })
    const gradients = normGradient(ownBackend(), { ...backward, x: wide })
    await expectNear(statistics.affine, hold(affine.clone()))
    await expectNear(statistics.moments, hold(moments.clone()))
    await expectNear(found.dweight, gradients.dweight)
    await expectNear(found.dbias, gradients.dbias)
    for (const [i, dx] of found.dx.entries()) await expectNear(dx, gradients.dx[i]!)
    tf.dispose(held.splice(0))
  }

  test('are read by norms and their gradients, and written by what applies them', async () => {
    await expectNorm(small)
  })

  if (process.env.FULL)
    test('are read and written by convolutions and norms of any shape', { timeout: 900_000 }, async () => {
      await fc.assert(fc.asyncProperty(drawn, expectConv), runs)
      await fc.assert(fc.asyncProperty(drawn, expectNorm), runs)
    })

  test('are read and written by linear layers of one input', async () => {
    const x = halvesOf(numbers(48, 1), [2, 3, 8])
    const layers = {
      weights: [2, 3, 4].map((seed) => put(numbers(32, seed), [8, 4])),
      biases: [5, 6, 7].map((seed) => put(numbers(4, seed), [4])),
    }
    const y = poisonedHalves((backend) => linears(backend, { ...layers, x, half: true }))
    await expectRounded(y, linears(ownBackend(), { ...layers, x: widened(x) }))
  })

  if (process.env.FULL)
    test('are read and written by attention', { timeout: 120_000 }, async () => {
      const [qkv, heads] = [halvesOf(numbers(10 * 24, 1), [2, 5, 24]), 2]
      const wide = widened(qkv)
      const found = poisonedHalves((backend) => attentionForward(backend, { qkv, heads, half: true }))
      const right = attentionForward(ownBackend(), { qkv: wide, heads })
      const [y, logsumexp] = [hold(found.y), hold(right.logsumexp)]
      await expectRounded(y, hold(right.y))
      await expectNear(found.logsumexp, logsumexp)
      const backward = { heads, dy: put(numbers(80, 2), [2, 5, 8]), logsumexp }
      const [gradient] = attentionBackward(ownBackend(), { ...backward, qkv, y })
      await expectNear(gradient!, attentionBackward(ownBackend(), { ...backward, qkv: wide, y: widened(y) })[0]!)
    })

  test('are read by SiLU and its gradient', async () => {
    const x = halvesOf(numbers(48, 1), [2, 6, 4])
    const [wide, dy] = [widened(x), put(numbers(48, 2), [2, 6, 4])]
    await expectNear(siluForward(ownBackend(), x), siluForward(ownBackend(), wide))
    await expectNear(siluGradient(ownBackend(), x, dy), siluGradient(ownBackend(), wide, dy))
  })

  // ---- layers

  test('are what a residual block keeps for its gradients, which are those of float32 but for the rounding', async () => {
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
    const inputs = Object.entries(shapes).map(([, shape], i) => put(numbers(tf.util.sizeFromShape(shape), i, 0.5), shape))
    const names = Object.keys(shapes)
    const parameters = (tensors: Tensor[], layer: string) => ({
      weight: tensors[names.indexOf(`${layer}.weight`)] as never,
      bias: tensors[names.indexOf(`${layer}.bias`)] as Tensor1D,
    })
    const block = (half: boolean) => (tensors: Tensor[]) => {
      const [x, projected] = tensors as [Tensor4D, Tensor2D]
      const layers = Object.fromEntries(['norm1', 'conv1', 'norm2', 'conv2'].map((name) => [name, parameters(tensors, name)]))
      const options = { groups: 2, eps: 1e-5, time_scale_shift: 'default', output_scale: 1, half } as const
      return residualBlock(ownBackend(), { x, projected, layers: layers as never, options })
    }
    const dy = put(numbers(256, 20), [2, 4, 4, 8])
    const evaluated = (half: boolean) => {
      let output: Tensor
      const gradients = tf.grads((...tensors) => (output = tf.keep(block(half)(tensors))))(inputs, dy)
      return [output!, ...gradients].map((tensor) => hold(tensor))
    }
    const [found, right] = [evaluated(true), evaluated(false)]
    expect(found.map(isHalf)).toEqual(names.reduce((is) => [...is, false], [true]))
    for (const [i, exact] of right.entries()) {
      const data = await dataOf(exact)
      const most = data.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      const off = (await dataOf(found[i]!)).reduce((max, value, k) => Math.max(max, Math.abs(value - data[k]!)), 0)
      expect(off / most, names[i - 1] ?? 'output').toBeLessThan(8 * ROUNDING)
      // Of the last bias it is the sum of dy, which is no activation.
      if (names[i - 1] !== 'conv2.bias') expect(off, names[i - 1]).toBeGreaterThan(0)
    }
  })

  test('are refused where channels are not a multiple of four', () => {
    const x = put(numbers(6, 1), [1, 2, 3])
    const affine = put(numbers(6, 2), [1, 2, 3])
    expect(() => affineApply(ownBackend(), { x, affine, half: true })).toThrow('[1,2,3] cannot be stored as halves')
  })
}, ['webgpu'])
