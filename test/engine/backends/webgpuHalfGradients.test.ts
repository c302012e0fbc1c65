// Gradients stored in scaled half precision: kernels that read and write them against the same
// kernels on float32, other operations, which get a widened copy, and the error of a block.
import { afterEach, expect, test } from 'vitest'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { GRADIENT_SCALE } from '../../../src/engine/backends/webgpu/halfStorage.ts'
import {
  attentionBackward,
  attentionForward,
} from '../../../src/engine/backends/webgpu/kernels/attention/attention.ts'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convGradients } from '../../../src/engine/backends/webgpu/kernels/convolution/convGradients.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import { linearsInputGradient } from '../../../src/engine/backends/webgpu/kernels/gemm/linears.ts'
import { normStatistics } from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { normGradient } from '../../../src/engine/backends/webgpu/kernels/norm/normGradient.ts'
import type { Tiled } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { attentionBlock } from '../../../src/engine/backends/webgpu/layers/attentionBlock.ts'
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import { differentiate } from '../../../src/engine/gradients/differentiate.ts'
import { onEachBackend } from '../../backends.ts'
import { layerOf, residualTensors, runResidual } from '../../residualTensors.ts'
import { likeGPU, numbers, webgpuBackend } from '../../kernels.ts'
import { fullTest } from '../../families.ts'

/** Relative error of rounding to the nearest half. */
const ROUNDING = 2 ** -11
/** Relative error of a sum whose terms are added in another order. */
const SUMS = 2e-6
/** Gradients have about this size in a mean over a batch of images. */
const SMALL = 1e-5

const tile: Tiled = { shape: 'tiled', rows: 4, columns: 4, tall: 4, wide: 4, depth: 8 }
const pad = { top: 1, bottom: 1, left: 1, right: 1 }

onEachBackend(() => {
  let tensors: Tensor[] = []
  const own = (info: TensorInfo): Tensor => {
    const tensor = info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)
    tensors.push(tensor)
    return tensor
  }
  const upload = (data: Float32Array, shape: number[]) => own(tf.tensor(data, shape))
  const random = (shape: number[], seed: number, scale = 1) =>
    upload(numbers(tf.util.sizeFromShape(shape), seed, scale), shape)
  const gpu = () => likeGPU(webgpuBackend())
  const dataOf = (info: TensorInfo) => own(info).data<'float32'>()
  afterEach(() => {
    tf.dispose(tensors)
    tensors = []
  })

  /** The numbers, rounded and stored: the gradient through a 1x1 filter that is the identity. */
  function scaledOf(x: Tensor): Tensor {
    const c = x.shape.at(-1)!
    const identity = Float32Array.from({ length: c * c }, (_, i) => Number(i % (c + 1) === 0))
    const gradient = {
      dy: x,
      weight: upload(identity, [1, 1, c, c]),
      inputShape: x.shape,
      stride: 1,
      pad: { top: 0, bottom: 0, left: 0, right: 0 },
      half: true,
    } as const
    return own(convInputGradient(gpu(), gradient, tile)[0])
  }
  const widened = (x: Tensor) => own(x.add(0))
  const isScaled = (tensor: TensorInfo) => webgpuBackend().storageOf(tensor) === 'scaled'

  /** Expects the results of a kernel that reads and writes halves to be those on float32, rounded. */
  async function expectSame(
    run: (dys: Tensor[], half: boolean) => readonly TensorInfo[],
    dys: readonly Tensor[],
    scaledResults: number,
  ) {
    const scaled = dys.map(scaledOf)
    const copies = scaled.map(widened)
    expect(scaled.every(isScaled)).toBe(true)
    const found = run(scaled, true)
    const right = run(copies, false)
    expect(found.filter(isScaled)).toHaveLength(scaledResults)
    expect(right.some(isScaled)).toBe(false)
    for (const [i, result] of right.entries()) {
      const [got, exact] = await Promise.all([dataOf(found[i]), dataOf(result)])
      const most = exact.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      expect(most).toBeGreaterThan(0)
      const off = [...exact].filter(
        (value, at) => !(Math.abs(got[at] - value) <= ROUNDING * Math.abs(value) + SUMS * most),
      )
      expect(off, `result ${i}`).toEqual([])
    }
  }

  test('are rounded relative to their size, and become NaN beyond the range', async () => {
    const data = Float32Array.of(1e-3, -2e-6, 2 ** -28, 3.99, 0, 1e-9, 7e-5, -1, 1, 2, 5, 3)
    const scaled = scaledOf(upload(data, [1, 1, 3, 4]))
    const found = await scaled.data<'float32'>()
    for (let i = 0; i < 8; i++)
      expect(Math.abs(found[i] - data[i])).toBeLessThanOrEqual(
        Math.max(ROUNDING * Math.abs(data[i]), 2 ** -25 / GRADIENT_SCALE),
      )
    expect([...found.subarray(8)]).toEqual([NaN, NaN, NaN, NaN])
    // Others read a copy.
    const doubled = await own(scaled.mul(2)).data<'float32'>()
    expect(doubled.subarray(0, 8)).toEqual(found.subarray(0, 8).map((value) => 2 * value))
    const bytes = webgpuBackend().binding(scaled).size
    expect(bytes).toBe(2 * data.length)
  })

  const x = () => random([2, 8, 8, 8], 1)
  const images = (channels: number, seed: number) => random([2, 8, 8, channels], seed, SMALL)

  fullTest('by both gradients of a convolution in one dispatch', async () => {
    const [input, weight] = [x(), random([3, 3, 8, 16], 2, 0.2)]
    const geometry = { stride: 1, pad } as const
    const gradient = { weight, inputShape: input.shape, ...geometry }
    const filter = { x: input, filterShape: weight.shape, bias: true, ...geometry }
    const tiles = { filter: tile, input: tile }
    await expectSame(
      ([dy], half) => {
        const pair = convGradients(gpu(), { ...filter, dy }, { ...gradient, dy, half }, () => [], {
          tiles,
        })
        return [...pair!.filter, ...pair!.input]
      },
      [images(16, 3)],
      1,
    )
  })

  // ---- blocks

  /** Root mean square of the difference of two tensors, relative to that of the second. */
  async function relativeError(a: Tensor, b: Tensor): Promise<number> {
    const [got, right] = await Promise.all([a.data(), b.data()])
    const squares = (values: number[]) => values.reduce((sum, value) => sum + value ** 2, 0)
    const gaps = [...right].map((value, i) => got[i] - value)
    return Math.sqrt(squares(gaps) / squares([...right]))
  }

  /**
   * Gradients of two blocks in a row, of a mean, with halves and without. The software device stores
   * no gradients in half precision, and both the same activations.
   */
  async function expectBlock(
    run: (backend: WebGPUBackend, named: Record<string, Tensor>) => Tensor,
    named: Record<string, Tensor>,
    bound: number,
  ) {
    const inputs = Object.values(named)
    const gradientsBy = (backend: WebGPUBackend) =>
      differentiate(() => {
        const y = run(backend, { ...named, x: run(backend, named) })
        return y
          .mul(y)
          .mean()
          .mul(2 ** -6) as Tensor
      }, inputs)
    const [half, whole] = [gradientsBy(gpu()), gradientsBy(webgpuBackend())]
    const errors = await Promise.all(
      inputs.map((_, i) => relativeError(half.grads[i]!, whole.grads[i]!)),
    )
    tf.dispose([half.value, whole.value, ...half.grads, ...whole.grads] as Tensor[])
    Object.keys(named).forEach((name, i) => expect(errors[i], name).toBeLessThan(bound))
    // The gradients are no float32 numbers.
    expect(Math.max(...errors)).toBeGreaterThan(1e-5)
  }

  // Compilation takes seconds for each of these.
  if (process.env.FULL) {
    test('by convolutions', async () => {
      const [input, weight] = [x(), random([3, 3, 8, 16], 2, 0.2)]
      const geometry = { stride: 1, pad } as const
      const gradient = { weight, inputShape: input.shape, ...geometry }
      const filter = { x: input, filterShape: weight.shape, bias: true, ...geometry }
      await expectSame(
        ([dy, accumulated], half) => [
          ...convInputGradient(gpu(), { ...gradient, dy, accumulated, half }, tile),
          ...convFilterGradient(gpu(), { ...filter, dy }, tile),
        ],
        [images(16, 3), images(8, 4)],
        1,
      )
      const upsampled = { ...geometry, upsample: true }
      await expectSame(
        ([dy], half) => [
          ...convInputGradient(gpu(), { ...gradient, ...upsampled, dy, half }, tile),
          ...convFilterGradient(gpu(), { ...filter, ...upsampled, dy }, tile),
        ],
        [random([2, 16, 16, 16], 5, SMALL)],
        1,
      )
    })

    test('by norms, with dx in one dispatch, in two, and beside a shortcut', async () => {
      const [first, second] = [x(), random([2, 8, 8, 4], 5)]
      const normOf = (
        backend: WebGPUBackend,
        tensor: TensorInfo | [TensorInfo, TensorInfo],
        c: number,
      ) => {
        const parameters = { weight: random([c], 6), bias: random([c], 7) }
        const statistics = normStatistics(backend, {
          x: tensor,
          groups: 2,
          eps: 1e-5,
          ...parameters,
        })
        own(statistics.affine)
        own(statistics.moments)
        return { x: tensor, ...statistics, groups: 2, silu: true }
      }
      const one = normOf(webgpuBackend(), first, 8)
      for (const atOnce of [true, false])
        await expectSame(
          ([dy, add, accumulated], half) => {
            const gradients = normGradient(
              gpu(),
              { ...one, dy, add, accumulated, half },
              { atOnce },
            )
            return [...gradients.dx, gradients.dweight, gradients.dbias]
          },
          [images(8, 8), images(8, 9), images(8, 10)],
          1,
        )
      const two = normOf(webgpuBackend(), [first, second], 12)
      const weight = random([1, 1, 12, 16], 11, 0.3)
      await expectSame(
        ([dy, outer], half) => {
          const skipConv = { dy: outer, weight }
          const gradients = normGradient(gpu(), { ...two, dy, skipConv, half }, { tile })
          return [...gradients.dx, gradients.dweight, gradients.dbias]
        },
        [images(12, 12), images(16, 13)],
        2,
      )
    })

    test('by linear layers and attention', async () => {
      const weights = [1, 2, 3].map((seed) => random([8, 16], seed, 0.3))
      await expectSame(
        ([dy], half) => [
          linearsInputGradient(gpu(), { dy: { ...dy, shape: [2, 64, 48] }, weights, half }, tile),
        ],
        [images(48, 14)],
        1,
      )
      const qkv = random([2, 64, 24], 15)
      const { y, logsumexp } = attentionForward(gpu(), { qkv, heads: 2 })
      const saved = { qkv, heads: 2, y: own(y), logsumexp: own(logsumexp) }
      await expectSame(
        ([dy], half) =>
          attentionBackward(gpu(), { ...saved, dy: { ...dy, shape: [2, 64, 8] }, half }),
        [images(8, 16)],
        1,
      )
    })

    test('of a residual block have a relative error below a thousandth', () =>
      expectBlock(
        (backend, named) => runResidual(backend, named, true),
        residualTensors(random, 8, 8),
        1e-3,
      ))

    test('of a self-attention block have a relative error below a thousandth', () => {
      const names = ['q', 'k', 'v', 'out']
      const named = {
        x: random([2, 8, 8, 16], 1),
        'norm.weight': random([16], 2),
        'norm.bias': random([16], 3),
        ...Object.fromEntries(
          names.flatMap((name, i) => [
            [`${name}.weight`, random([16, 16], 4 + i, 0.3)],
            // The gradient of the keys' bias is 0 up to rounding.
            ...(name === 'k' ? [] : [[`${name}.bias`, random([16], 8 + i)]]),
          ]),
        ),
      }
      const bias = random([16], 20) as Tensor1D
      const run = (backend: WebGPUBackend, tensors: Record<string, Tensor>) => {
        const layer = layerOf({ ...tensors, 'k.bias': bias })
        return attentionBlock(backend, {
          x: tensors.x as Tensor4D,
          layers: {
            norm: layer('norm'),
            q: layer('q'),
            k: layer('k'),
            v: layer('v'),
            out: layer('out'),
          },
          options: { heads: 2, groups: 4, eps: 1e-5, output_scale: 1, half: true },
        })
      }
      return expectBlock(run, named, 1e-3)
    })
  }
}, ['webgpu'])
