// Reductions within subgroups on the GPU: the same bits as through workgroup memory.
import { afterEach, expect, test, vi } from 'vitest'
import {
  attentionBackward,
  attentionForward,
} from '../../../src/engine/backends/webgpu/kernels/attention/attention.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { subgroupSize } from '../../../src/engine/backends/webgpu/device.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { meanSquaredDifference } from '../../../src/engine/backends/webgpu/kernels/elementwise/meanSquare.ts'
import { normStatistics } from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { normGradient } from '../../../src/engine/backends/webgpu/kernels/norm/normGradient.ts'
import {
  activationExtents,
  sharedSpan,
} from '../../../src/engine/backends/webgpu/kernels/norm/normInput.ts'
import { columnSums } from '../../../src/engine/backends/webgpu/kernels/elementwise/reduce.ts'
import {
  softmax,
  softmaxBackward,
} from '../../../src/engine/backends/webgpu/kernels/attention/softmax.ts'
import { setTunedChoices } from '../../../src/engine/backends/webgpu/tunedChoices.ts'
import { tf, type TensorInfo } from '../../../src/engine/base/tf.ts'
import { onEachBackend } from '../../backends.ts'
import {
  expectNear,
  likeGPU,
  numbers,
  readAndDispose,
  uploadTensor,
  webgpuBackend,
} from '../../kernels.ts'

onEachBackend(() => {
  let uploaded: TensorInfo[] = []
  const upload = (shape: number[], seed: number) => {
    const tensor = uploadTensor(numbers(tf.util.sizeFromShape(shape), seed), shape)
    uploaded.push(tensor)
    return tensor
  }
  afterEach(() => {
    tf.dispose(uploaded as never)
    uploaded = []
  })

  /** Runs kernels without and with subgroups. Returns the numbers of both. */
  async function runBoth(run: (backend: WebGPUBackend) => TensorInfo[]) {
    const lanes = subgroupSize(webgpuBackend().device)
    const found: Float32Array[][] = []
    const asked = vi.spyOn(webgpuBackend(), 'dispatch')
    for (const size of [1, lanes]) {
      const backend = likeGPU(webgpuBackend())
      setTunedChoices(backend.device, {
        reductions: { tile: { shape: 'reductions', lanes: size } },
      })
      const results: Float32Array[] = []
      for (const result of run(backend)) results.push(await readAndDispose(result))
      found.push(results)
    }
    const keys = asked.mock.calls.map(([{ key }]) => key)
    asked.mockRestore()
    const inSubgroups = keys.filter((key) => key.includes(`subgroups of ${lanes}`))
    return { found: found as [Float32Array[], Float32Array[]], inSubgroups }
  }

  // Lanes and rows of a span: some sums are in memory, some between lanes, and some groups are all of
  // a span.
  const spans = [
    { c: 16, groups: 4, pixels: 20, threads: 64 },
    { c: 32, groups: 1, pixels: 9, threads: 32 },
    { c: 12, groups: 3, pixels: 7, threads: 4 },
    { c: 24, groups: 1, pixels: 5, threads: 16 },
  ]
  test.for(spans)(
    'norm of $c channels in $groups groups',
    async ({ c, groups, pixels, threads }, { skip }) => {
      if (subgroupSize(webgpuBackend().device) === 1) skip('this device has no fixed subgroups')
      const [x, dy] = [upload([2, pixels, c], 1), upload([2, pixels, c], 2)]
      const [weight, bias] = [upload([c], 3), upload([c], 4)]
      const span = sharedSpan(activationExtents(x), groups, threads)
      const { found, inSubgroups } = await runBoth((backend) => {
        const norm = { x, groups, eps: 1e-5, weight, bias }
        const { affine, moments } = normStatistics(backend, norm, span)
        const { dx, dweight, dbias } = normGradient(
          backend,
          { x, dy, affine, moments, groups, silu: true },
          { span },
        )
        return [affine, moments, ...dx, dweight, dbias]
      })
      expect(found[1]).toEqual(found[0])
      expect(found[0].every((values) => values.every(Number.isFinite))).toBe(true)
      expect(inSubgroups.length).toBeGreaterThanOrEqual(2)
    },
  )

  test('norm of the moments of tiles, and its gradient from sums of tiles', async ({ skip }) => {
    if (subgroupSize(webgpuBackend().device) === 1) skip('this device has no fixed subgroups')
    const tile = { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 2, depth: 8 } as const
    const image = upload([2, 8, 8, 4], 1)
    const filter = upload([1, 1, 4, 16], 2)
    const geometry = { stride: 1, pad: { top: 0, bottom: 0, left: 0, right: 0 } } as const
    const conv = { x: image, weight: filter, ...geometry, moments: true }
    const dy = upload([2, 8, 8, 16], 3)
    const [weight, bias] = [upload([16], 4), upload([16], 5)]
    const tileSums = upload([2, 8, 2, 16], 6)
    const { found, inSubgroups } = await runBoth((backend) => {
      const x = convByGemm(backend, conv, tile)
      const { affine, moments } = normStatistics(backend, { x, groups: 2, eps: 1e-5, weight, bias })
      const norm = { x, dy, affine, moments, groups: 2, silu: true, tileSums }
      const { dx, dweight, dbias } = normGradient(backend, norm)
      return [x, affine, moments, ...dx, dweight, dbias]
    })
    expect(found[1]).toEqual(found[0])
    const begins = inSubgroups.map((key) => key.split(' of ')[0])
    expect(begins).toEqual(['norm statistics from moments', 'norm gradient sums'])
  })

  test('softmax and its gradient, and sums of rows', async ({ skip }) => {
    if (subgroupSize(webgpuBackend().device) === 1) skip('this device has no fixed subgroups')
    const [x, dy] = [upload([3, 5, 37], 1), upload([3, 5, 37], 2)]
    const rows = upload([40, 20], 3)
    const layout = { lanes: 4, tall: 8, parts: 1 }
    const { found, inSubgroups } = await runBoth((backend) => [
      softmax(backend, x),
      softmaxBackward(backend, x, dy),
      columnSums(backend, rows, { outer: 2, rows: 20, channels: 20 }, { layout }),
    ])
    expect(found[1]).toEqual(found[0])
    expect(inSubgroups).toHaveLength(3)
    const sums = Float32Array.from(found[0][0]).reduce((sum, value) => sum + value, 0)
    expect(sums).toBeCloseTo(15, 4)
  })

  test('mean of squared differences, of one part or several', async ({ skip }) => {
    if (subgroupSize(webgpuBackend().device) === 1) skip('this device has no fixed subgroups')
    for (const size of [5, 5000]) {
      const [a, b] = [upload([size], 1), upload([size], 2)]
      const { found, inSubgroups } = await runBoth((backend) => [
        meanSquaredDifference(backend, a, b),
      ])
      expect(found[1]).toEqual(found[0])
      expect(inSubgroups).toHaveLength(2)
      const [first, second] = [numbers(size, 1), numbers(size, 2)]
      const sum = first.reduce((total, value, i) => total + (value - second[i]) ** 2, 0)
      expect(found[0][0][0]).toBeCloseTo(sum / size, 5)
    }
  })

  test('attention', async ({ skip }) => {
    if (subgroupSize(webgpuBackend().device) < 8) skip('this device has no fixed subgroups')
    const [q, k, v] = [upload([2, 13, 8], 1), upload([2, 37, 8], 2), upload([2, 37, 8], 3)]
    const dy = upload([2, 13, 8], 4)
    const { found, inSubgroups } = await runBoth((backend) => {
      const attention = { qkv: [q, k, v] as const, heads: 2 }
      const { y, logsumexp } = attentionForward(backend, attention)
      return [y, logsumexp, ...attentionBackward(backend, { ...attention, y, logsumexp, dy })]
    })
    // A row's sum is added in another order.
    found[1].forEach((values, i) => expectNear(values, found[0][i], `result ${i}`, 1e-6))
    expect(inSubgroups.map((key) => key.split(' of ')[0])).toEqual(['attention forward'])
  })
}, ['webgpu'])
