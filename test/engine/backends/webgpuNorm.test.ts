// Group norm on the GPU against plain loops in double precision: statistics, normalisation and
// gradients.
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { tf, type TensorInfo } from '../../../src/engine/base/tf.ts'
import {
  siluForward,
  siluGradient,
} from '../../../src/engine/backends/webgpu/kernels/elementwise/elementwise.ts'
import {
  applyAffine,
  normStatistics,
} from '../../../src/engine/backends/webgpu/kernels/norm/norm.ts'
import { normGradient } from '../../../src/engine/backends/webgpu/kernels/norm/normGradient.ts'
import {
  activationExtents,
  sharedSpan,
} from '../../../src/engine/backends/webgpu/kernels/norm/normInput.ts'
import { columnSums } from '../../../src/engine/backends/webgpu/kernels/elementwise/reduce.ts'
import type { Tile } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { onEachBackend } from '../../backends.ts'
import {
  expectNear,
  numbers,
  webgpuBackend,
  withPoisonedMemory,
  readAndDispose,
  uploadTensor,
  withBindingLimit,
} from '../../kernels.ts'
import { fullTest } from '../../families.ts'

interface Case {
  items: number
  pixels: number
  /** Channels of a group. */
  size: number
  groups: number
  /** Channels of the first tensor, if there are two. */
  first: number | undefined
  silu: boolean
  scaled: boolean
  add: boolean
  /** dx includes the gradient through a 1x1 shortcut convolution with so many output channels. */
  shortcut: number | undefined
  /**
   * The gradient of the bias for each item is requested, and gradients are written to given views.
   */
  perItem: boolean
  /** Invocations of a workgroup; undefined for the default of the device. */
  threads: number | undefined
  /** dx is computed in the dispatch of the sums. */
  atOnce: boolean
  /** The gradient of x so far is added to dx, if x is one tensor. */
  accumulates: boolean
}

const EPS = 1e-5

/** A tile for GPUs. */
const tile: Tile = { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 4, depth: 8 }

/** The data of a case, with x as one tensor. */
function dataOf(
  { items, pixels, size, groups, scaled, add, shortcut, first, accumulates, perItem }: Case,
  offset = 0,
) {
  const c = size * groups
  const outer = shortcut === undefined ? undefined : numbers(items * pixels * shortcut, 7)
  const filter = shortcut === undefined ? undefined : numbers(c * shortcut, 8)
  return {
    outer,
    filter,
    c,
    x: numbers(items * pixels * c, 1).map((value, i) => value * (1 + (i % 3)) + offset),
    dy: numbers(items * pixels * c, 2),
    weight: numbers(c, 3),
    bias: numbers(c, 4),
    scaleShift: scaled ? numbers(items * 2 * c, 5, 0.5) : undefined,
    add: add ? numbers(items * pixels * c, 6) : undefined,
    soFar:
      accumulates && !perItem && first === undefined ? numbers(items * pixels * c, 9) : undefined,
  }
}

/** dy W^T of a 1x1 shortcut convolution. */
const pointwiseInputGradient = (
  outer: Float32Array,
  filter: Float32Array,
  c: number,
  depth: number,
) =>
  Array.from({ length: (outer.length / depth) * c }, (_, at) => {
    const [row, k] = [Math.floor(at / c) * depth, (at % c) * depth]
    return Array.from({ length: depth }, (_, i) => outer[row + i] * filter[k + i]).reduce(
      (sum, value) => sum + value,
      0,
    )
  })

/**
 * In double precision; with `Math.fround` for `round`, with the rounding of a composition of single
 * steps in float32.
 */
function reference(one: Case, offset = 0, round = (value: number) => value) {
  const { items, pixels, size, groups, silu } = one
  const { c, x, dy, weight, bias, scaleShift, outer, filter, soFar, ...data } = dataOf(one, offset)
  const add = outer && filter ? pointwiseInputGradient(outer, filter, c, one.shortcut!) : data.add
  const count = size * pixels
  const moments = new Float64Array(items * 2 * groups)
  const n = new Float64Array(x.length)
  const y = new Float64Array(x.length)
  const dz = new Float64Array(x.length)
  const dx = new Float64Array(x.length)
  const [dweight, dbias, dscaleShift] = [
    new Float64Array(c),
    new Float64Array(c),
    new Float64Array(items * 2 * c),
  ]
  for (let i = 0; i < items; i++)
    for (let g = 0; g < groups; g++) {
      const places: number[] = []
      for (let p = 0; p < pixels; p++)
        for (let k = 0; k < size; k++) places.push((i * pixels + p) * c + g * size + k)
      const mean = round(places.reduce((sum, at) => sum + x[at], 0) / count)
      const inverse = round(
        1 / Math.sqrt(places.reduce((sum, at) => sum + (x[at] - mean) ** 2, 0) / count + EPS),
      )
      moments[i * 2 * groups + g] = mean
      moments[(i * 2 + 1) * groups + g] = inverse
      let [first, second] = [0, 0]
      const slope = (k: number) => (scaleShift ? 1 + scaleShift[i * 2 * c + k] : 1)
      for (const at of places) {
        const k = at % c
        n[at] = round((x[at] - mean) * inverse)
        const plain = n[at] * weight[k] + bias[k]
        const z = plain * slope(k) + (scaleShift ? scaleShift[(i * 2 + 1) * c + k] : 0)
        const s = 1 / (1 + Math.exp(-z))
        y[at] = silu ? z * s : z
        dz[at] = silu ? dy[at] * s * (1 + z * (1 - s)) : dy[at]
        dweight[k] += dz[at] * n[at] * slope(k)
        dbias[k] += dz[at] * slope(k)
        dscaleShift[i * 2 * c + k] += dz[at] * plain
        dscaleShift[(i * 2 + 1) * c + k] += dz[at]
        const dn = round(dz[at] * weight[k] * slope(k))
        first = round(first + dn / count)
        second = round(second + round(dn * n[at]) / count)
      }
      for (const at of places) {
        const k = at % c
        const dn = round(dz[at] * weight[k] * slope(k))
        dx[at] =
          round(inverse * round(round(dn - first) - round(n[at] * second))) +
          (add?.[at] ?? 0) +
          (soFar?.[at] ?? 0)
      }
    }
  const overPixels = (values: Float64Array) => {
    const sums = new Float64Array(items * c)
    values.forEach((value, at) => (sums[Math.floor(at / c / pixels) * c + (at % c)] += value))
    return sums
  }
  // For a group of one channel the sum is 0 although its terms are not.
  const perItemOf = Math.max(...overPixels(dx.map(Math.abs)))
  return { moments, y, dx, dweight, dbias, dscaleShift, dperItem: overPixels(dx), perItemOf }
}

/** Channels from `from` to `to` of [rows, c]. */
const columns = <T extends Float32Array | Float64Array>(
  values: T,
  c: number,
  from: number,
  to: number,
): T => values.filter((_, i) => i % c >= from && i % c < to) as T

function inputsOf(one: Case, offset: number) {
  const { items, pixels, first } = one
  const { c, x, weight, bias, scaleShift } = dataOf(one, offset)
  const part = (from: number, to: number) =>
    uploadTensor(columns(x, c, from, to), [items, pixels, to - from])
  return {
    x: first === undefined ? part(0, c) : ([part(0, first), part(first, c)] as const),
    groups: one.groups,
    weight: uploadTensor(weight, [c]),
    bias: uploadTensor(bias, [c]),
    scaleShift: scaleShift && uploadTensor(scaleShift, [items, 2 * c]),
  }
}

/** Views of these shapes into a larger tensor, filled with NaN. */
function nanViews(...shapes: number[][]) {
  const backend = webgpuBackend()
  const places = shapes.map((_, i) => 256 * i)
  const whole = backend.makeTensorInfo(
    [256 * shapes.length],
    'float32',
    new Float32Array(256 * shapes.length).fill(NaN),
  )
  return { whole, views: shapes.map((shape, i) => backend.view(whole, places[i], shape)) }
}

async function expectNorm(one: Case, offset = 0, tolerance = 1e-5) {
  const { items, pixels, groups, silu, first } = one
  const { c, dy, add, outer, filter, soFar } = dataOf(one, offset)
  const { x, weight, bias, scaleShift } = inputsOf(one, offset)
  const span =
    one.threads === undefined ? undefined : sharedSpan(activationExtents(x), groups, one.threads)
  const upstream = uploadTensor(dy, [items, pixels, c])
  const added = add && uploadTensor(add, [items, pixels, c])
  const accumulated = soFar && uploadTensor(soFar, [items, pixels, c])
  const depth = one.shortcut ?? 0
  const shortcut = outer && {
    dy: uploadTensor(outer, [items, pixels, depth]),
    weight: uploadTensor(filter!, [1, 1, c, depth]),
  }
  const { affine, moments } = withPoisonedMemory((backend) =>
    normStatistics(backend, { x, groups, eps: EPS, weight, bias, scaleShift }, span),
  )
  const y = withPoisonedMemory((backend) => applyAffine(backend, { x, affine, silu }))
  const scaled = scaleShift && { scaleShift, weight, bias }
  const gradientViews = one.perItem ? nanViews([c], [c], [items, c]) : undefined
  const [dweight, dbias, dperItem] = gradientViews?.views ?? []
  const gradients = withPoisonedMemory((backend) =>
    normGradient(
      backend,
      {
        x,
        dy: upstream,
        affine,
        moments,
        groups,
        silu,
        scaled,
        add: added,
        accumulated,
        skipConv: shortcut,
        perItem: one.perItem,
        into: { dweight, dbias, dperItem },
      },
      {
        span,
        tile: one.threads === undefined ? undefined : tile,
        atOnce: one.atOnce && shortcut === undefined ? true : undefined,
      },
    ),
  )
  const [right, composed] = [reference(one, offset), reference(one, offset, Math.fround)]
  type Name = Exclude<keyof typeof right, 'perItemOf'>
  /**
   * Within `tolerance` relative to the largest value, or to `least`; for ill-conditioned data
   * within twice the error of the composition.
   */
  const expectOf = async (
    name: Name,
    got: TensorInfo,
    least = 0,
    part = (values: Float64Array) => values,
  ) => {
    const [exact, rounded] = [part(right[name]), part(composed[name])]
    const largest = Math.max(0.1, least, ...exact.map(Math.abs))
    const off = Math.max(...exact.map((value, i) => Math.abs(value - rounded[i])))
    const actual = await readAndDispose(got)
    expectNear(
      Float32Array.of(...actual, largest),
      [...exact, largest],
      name,
      Math.max(tolerance, (2 * off) / largest),
    )
  }
  await expectOf('y', y)
  await expectOf('moments', moments)
  const parts = first === undefined ? [[0, c] as const] : [[0, first] as const, [first, c] as const]
  expect(gradients.dx).toHaveLength(parts.length)
  const largest = Math.max(...right.dx.map(Math.abs))
  for (const [i, [from, to]] of parts.entries())
    await expectOf('dx', gradients.dx[i], largest, (dx) => columns(dx, c, from, to))
  // Where a sum of numbers of about 1 cancels, its rounding error remains.
  const summed = (count: number) => count / 10
  await expectOf('dweight', gradients.dweight, summed(items * pixels))
  await expectOf('dbias', gradients.dbias, summed(items * pixels))
  expect(Boolean(gradients.dscaleShift)).toBe(one.scaled)
  if (gradients.dscaleShift) await expectOf('dscaleShift', gradients.dscaleShift, summed(pixels))
  expect(Boolean(gradients.dperItem)).toBe(one.perItem)
  if (gradientViews) {
    expect([gradients.dweight, gradients.dbias, gradients.dperItem]).toEqual(gradientViews.views)
    await expectOf('dperItem', gradients.dperItem!, right.perItemOf)
  }
  webgpuBackend().disposeData(gradientViews?.whole.dataId ?? {})
  tf.dispose([
    ...('dataId' in x ? [x] : x),
    weight,
    bias,
    scaleShift,
    upstream,
    added,
    accumulated,
    shortcut?.dy,
    shortcut?.weight,
    affine,
  ] as never)
}

const drawn: fc.Arbitrary<Case> = fc
  .record({
    items: fc.integer({ min: 1, max: 3 }),
    pixels: fc.integer({ min: 1, max: 40 }),
    size: fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 12),
    groups: fc.integer({ min: 1, max: 5 }),
    split: fc.double({ min: 0, max: 1, noNaN: true }),
    two: fc.boolean(),
    silu: fc.boolean(),
    scaled: fc.boolean(),
    add: fc.boolean(),
    // Each number of channels is another program to compile.
    shortcut: process.env.FULL
      ? fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined })
      : fc.constant(undefined),
    perItem: fc.boolean(),
    threads: fc.constantFrom(undefined, 2, 8, 64),
    atOnce: fc.boolean(),
    accumulates: fc.boolean(),
  })
  .map(({ split, two, ...rest }) => {
    const c = rest.size * rest.groups
    const isAdded = rest.add && !rest.perItem
    const shortcut = rest.perItem || isAdded ? undefined : rest.shortcut
    return {
      ...rest,
      add: isAdded,
      shortcut,
      first: two && c > 1 ? 1 + Math.floor(split * (c - 1) * 0.999) : undefined,
    }
  })

const plain: Case = {
  items: 2,
  pixels: 9,
  size: 4,
  groups: 2,
  first: undefined,
  silu: false,
  scaled: false,
  add: false,
  shortcut: undefined,
  perItem: false,
  threads: undefined,
  atOnce: false,
  accumulates: false,
}

onEachBackend(() => {
  // Each case compiles programs of its own, which takes seconds on a software GPU.
  const others: Partial<Case>[] = [
    { size: 8, groups: 4, pixels: 33, silu: true, first: 12, add: true, threads: 64 },
    { size: 4, groups: 5, pixels: 7, shortcut: 6, first: 12, silu: true, threads: 8 },
    { size: 2, groups: 8, pixels: 16, silu: true },
    { size: 2, groups: 8, pixels: 16, silu: true, threads: 64 },
    { size: 48, groups: 1, pixels: 5, threads: 8, perItem: true, silu: true },
    { size: 2, groups: 4, pixels: 33, perItem: true, silu: true },
    { size: 12, groups: 3, pixels: 1, scaled: true, threads: 4 },
    { size: 1, groups: 5, pixels: 1, scaled: true },
    { size: 2, groups: 8, pixels: 20, first: 12, silu: true, threads: 64, atOnce: true },
    { size: 12, groups: 2, pixels: 9, first: 8, silu: true, add: true, threads: 8, atOnce: true },
    { size: 48, groups: 1, pixels: 5, threads: 8, perItem: true, silu: true, atOnce: true },
    { size: 4, groups: 2, silu: true, add: true, threads: 8, accumulates: true, atOnce: true },
    { size: 4, groups: 2, silu: true, shortcut: 8, threads: 8, accumulates: true },
    { size: 4, groups: 2, silu: true, accumulates: true },
    { size: 3, groups: 5, pixels: 33, first: 7, scaled: true, silu: true, atOnce: true },
  ]
  test.each<Partial<Case>>([
    { size: 1, groups: 4, pixels: 2, scaled: true, perItem: true, first: 1, threads: 8 },
    ...(process.env.FULL ? others : []),
  ])('norm of %o', async (changes) => {
    await expectNorm({ ...plain, ...changes })
  })

  test('norm of any shape, of one tensor or two, with every option', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, (one) => expectNorm(one)),
      {
        numRuns: process.env.FULL ? 60 : 1,
        endOnFailure: true,
      },
    )
  })

  fullTest('the gradient of two tensors on a device with eight bindings', async () => {
    const dispatched = vi.spyOn(webgpuBackend(), 'dispatch')
    const one = { ...plain, size: 2, groups: 8, first: 4, silu: true, add: true }
    await expectNorm(one)
    const usual = dispatched.mock.calls.length
    await withBindingLimit(8, () => expectNorm(one))
    expect(dispatched.mock.calls.length).toBe(2 * usual + 1)
    dispatched.mockRestore()
  })

  test('the norm is accurate for data far from zero', async () => {
    // the rounding of x itself is 2^-13 of its spread there
    for (const threads of [undefined, 64])
      await expectNorm({ ...plain, pixels: 36, threads }, 1024, 1e-3)
  })

  test('column sums, in one stage or two, by one invocation or many', async () => {
    const sizes = { outer: 2, rows: 37, channels: 6 }
    const x = numbers(2 * 37 * 6, 1)
    const right = new Float64Array(2 * 6)
    x.forEach((value, i) => (right[Math.floor(i / (37 * 6)) * 6 + (i % 6)] += value))
    const tensor = uploadTensor(x, [2, 37, 6])
    for (const layout of [
      undefined,
      { lanes: 2, tall: 8, parts: 3 },
      { lanes: 1, tall: 1, parts: 4 },
    ])
      expectNear(
        await readAndDispose(
          withPoisonedMemory((backend) => columnSums(backend, tensor, sizes, { layout })),
        ),
        right,
        'sums',
      )
    tf.dispose([tensor] as never)
  })

  test('sums and means of tfjs over leading axes', async () => {
    const x = numbers(2 * 3 * 5 * 4, 1)
    const [sums, means] = [new Float64Array(8), new Float64Array(20)]
    x.forEach((value, i) => {
      sums[Math.floor(i / 60) * 4 + (i % 4)] += value
      means[i % 20] += value / 6
    })
    const tensor = tf.tensor(x, [2, 3, 5, 4])
    const [sum, mean] = tf.tidy(() => [tensor.sum([1, 2], true), tensor.mean([1, 0])])
    expect([sum!.shape, mean!.shape]).toEqual([
      [2, 1, 1, 4],
      [5, 4],
    ])
    expectNear((await sum!.data()) as Float32Array, sums, 'sums')
    expectNear((await mean!.data()) as Float32Array, means, 'means')
    tf.dispose([tensor, sum!, mean!])
  })

  test('SiLU and its gradient, also far from zero', async () => {
    const x = Float32Array.of(...numbers(9, 1), -100, 100)
    const dy = numbers(11, 2)
    const [tensor, upstream] = [uploadTensor(x, [11]), uploadTensor(dy, [11])]
    const s = (i: number) => 1 / (1 + Math.exp(-x[i]))
    const y = await readAndDispose(withPoisonedMemory((backend) => siluForward(backend, tensor)))
    for (const [i, value] of x.entries()) expect(y[i]).toBeCloseTo(value * s(i), 5)
    const dx = Array.from(x, (value, i) => dy[i] * s(i) * (1 + value * (1 - s(i))))
    expectNear(
      await readAndDispose(
        withPoisonedMemory((backend) => siluGradient(backend, tensor, upstream)),
      ),
      dx,
      'dx',
    )
    tf.dispose([tensor, upstream] as never)
  })
}, ['webgpu'])
