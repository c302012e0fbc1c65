// Convolutions on the GPU against plain loops in double precision: shapes, strides, padding, fused
// prologues and epilogues.
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import type { Tensor, Tensor1D, Tensor4D, TensorInfo } from '../../../src/engine/base/tf.ts'
import { tf } from '../../../src/engine/base/tf.ts'
import type { WebGPUBackend } from '../../../src/engine/backends/webgpu/backend.ts'
import { convFilterGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convFilterGradient.ts'
import { convByGemm } from '../../../src/engine/backends/webgpu/kernels/convolution/convForward.ts'
import { convInputGradient } from '../../../src/engine/backends/webgpu/kernels/convolution/convInputGradient.ts'
import type { Pad } from '../../../src/engine/backends/webgpu/kernels/convolution/convInput.ts'
import type { Tile, WinogradTile } from '../../../src/engine/backends/webgpu/kernels/gemm/tiles.ts'
import { winogradConv } from '../../../src/engine/backends/webgpu/kernels/software/winograd.ts'
import { winogradFilterGradient } from '../../../src/engine/backends/webgpu/kernels/software/winogradGradient.ts'
import { winogradTiles } from '../../../src/engine/backends/webgpu/tunerTrials.ts'
import { onEachBackend } from '../../backends.ts'
import { withLimits, withPoisonedMemory } from '../../kernels.ts'
import { casesOf, fullTest } from '../../families.ts'

// ---- the reference

/** Numbers of [b, h, w, c], or of a filter of [kh, kw, in, out]. */
interface Numbers {
  shape: [number, number, number, number]
  data: Float32Array
}

const at = ({ shape: [, h, w, c], data }: Numbers, i: number, y: number, x: number, k: number) =>
  data[((i * h + y) * w + x) * c + k]

interface Case {
  x: Numbers[]
  upsample: boolean
  affine: Float32Array | undefined
  silu: boolean
  weight: Numbers
  bias: Float32Array | undefined
  perItem: Float32Array | undefined
  residual: Float32Array | undefined
  outputScale: number
  stride: 1 | 2
  pad: Pad
}

const sizes = ({ x, upsample, weight, stride, pad }: Case) => {
  const [b, h, w] = x[0].shape.map((size, i) =>
    upsample && (i === 1 || i === 2) ? 2 * size : size,
  ) as [number, number, number]
  const [kh, kw, from, to] = weight.shape
  const high = Math.floor((h + pad.top + pad.bottom - kh) / stride) + 1
  const wide = Math.floor((w + pad.left + pad.right - kw) / stride) + 1
  return { b, h, w, kh, kw, from, to, high, wide }
}

/** The input of the convolution at a pixel, after the fused prologue. */
function convInputAt(
  { x, upsample, affine, silu }: Case,
  from: number,
  i: number,
  y: number,
  column: number,
  c: number,
): number {
  const [py, px] = upsample ? [y >> 1, column >> 1] : [y, column]
  const first = x[0].shape[3]
  let z = c < first ? at(x[0], i, py, px, c) : at(x[1], i, py, px, c - first)
  if (affine) z = z * affine[2 * i * from + c] + affine[(2 * i + 1) * from + c]
  return silu ? z / (1 + Math.exp(-z)) : z
}

/**
 * Calls `visit` for each tap and output pixel, with the pixel of the input, the tap and the index
 * of the output pixel.
 */
function forEachProduct(
  one: Case,
  visit: (i: number, y: number, x: number, tap: number, at: number) => void,
) {
  const { b, h, w, kh, kw, high, wide } = sizes(one)
  for (let i = 0; i < b; i++)
    for (let y = 0; y < high; y++)
      for (let x = 0; x < wide; x++)
        for (let tap = 0; tap < kh * kw; tap++) {
          const [sy, sx] = [
            y * one.stride - one.pad.top + Math.floor(tap / kw),
            x * one.stride - one.pad.left + (tap % kw),
          ]
          if (sy >= 0 && sy < h && sx >= 0 && sx < w)
            visit(i, sy, sx, tap, (i * high + y) * wide + x)
        }
}

function forward(one: Case): Float64Array {
  const { b, from, to, high, wide } = sizes(one)
  const y = new Float64Array(b * high * wide * to)
  forEachProduct(one, (i, sy, sx, tap, pixel) => {
    for (let c = 0; c < from; c++) {
      const z = convInputAt(one, from, i, sy, sx, c)
      for (let n = 0; n < to; n++)
        y[pixel * to + n] += z * one.weight.data[(tap * from + c) * to + n]
    }
  })
  return y.map((value, k) => {
    const [n, i] = [k % to, Math.floor(k / (high * wide * to))]
    return (
      (value +
        (one.bias?.[n] ?? 0) +
        (one.perItem?.[(i * to + n) % one.perItem.length] ?? 0) +
        (one.residual?.[k] ?? 0)) *
      one.outputScale
    )
  })
}

/** The gradient with respect to x; of upsampled pixels it is summed over their copies. */
function inputGradient(one: Case, dy: Float32Array): Float64Array[] {
  const { from, to, h, w } = sizes(one)
  const [high, wide] = one.x[0].shape.slice(1) as [number, number]
  const gradients = one.x.map(({ data }) => new Float64Array(data.length))
  const first = one.x[0].shape[3]
  forEachProduct(one, (i, y, x, tap, pixel) => {
    const [py, px] = [Math.floor((y * high) / h), Math.floor((x * wide) / w)]
    for (let c = 0; c < from; c++) {
      const [k, local] = c < first ? [0, c] : [1, c - first]
      const place = ((i * high + py) * wide + px) * one.x[k].shape[3] + local
      for (let n = 0; n < to; n++)
        gradients[k][place] += dy[pixel * to + n] * one.weight.data[(tap * from + c) * to + n]
    }
  })
  return gradients
}

function filterGradient(
  one: Case,
  dy: Float32Array,
  termOf: (term: number) => number = Number,
): [dW: Float64Array, db: Float64Array] {
  const { from, to } = sizes(one)
  const dW = new Float64Array(one.weight.data.length)
  forEachProduct(one, (i, y, x, tap, pixel) => {
    for (let c = 0; c < from; c++) {
      const z = convInputAt(one, from, i, y, x, c)
      for (let n = 0; n < to; n++) dW[(tap * from + c) * to + n] += termOf(z * dy[pixel * to + n])
    }
  })
  const db = new Float64Array(to)
  dy.forEach((value, k) => (db[k % to] += termOf(value)))
  return [dW, db]
}

// ---- cases

const numbers = (count: number, seed: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * (i + 1) + seed) * 1.5)

interface Drawn {
  b: number
  size: [number, number]
  channels: number[]
  to: number
  kernel: [number, number]
  pad: Pad
  stride: 1 | 2
  fused: {
    upsample: boolean
    affine: boolean
    silu: boolean
    bias: boolean
    perItem: 'each' | 'one' | undefined
    residual: boolean
    scaled: boolean
  }
  tile: number
}

const side = fc.integer({ min: 0, max: 2 })
const drawn: fc.Arbitrary<Drawn> = fc.record({
  b: fc.integer({ min: 1, max: 3 }),
  size: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 })),
  channels: fc.array(fc.constantFrom(1, 3, 4, 8, 20), { minLength: 1, maxLength: 2 }),
  to: fc.constantFrom(1, 3, 4, 6, 8, 12, 20),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.record({ top: side, bottom: side, left: side, right: side }),
  stride: fc.constantFrom(1, 2),
  fused: fc.record({
    upsample: fc.boolean(),
    affine: fc.boolean(),
    silu: fc.boolean(),
    bias: fc.boolean(),
    perItem: fc.constantFrom('each' as const, 'one' as const, undefined),
    residual: fc.boolean(),
    scaled: fc.boolean(),
  }),
  tile: fc.nat(),
})

function caseOf({
  b,
  size: [h, w],
  channels,
  to,
  kernel: [kh, kw],
  pad,
  stride,
  fused,
}: Drawn): Case {
  const from = channels.reduce((sum, each) => sum + each, 0)
  const bare: Case = {
    x: channels.map((c, i) => ({ shape: [b, h, w, c], data: numbers(b * h * w * c, i) })),
    upsample: fused.upsample,
    affine: fused.affine ? numbers(2 * b * from, 3) : undefined,
    silu: fused.silu,
    weight: { shape: [kh, kw, from, to], data: numbers(kh * kw * from * to, 4) },
    bias: fused.bias ? numbers(to, 5) : undefined,
    perItem: fused.perItem && numbers((fused.perItem === 'one' ? 1 : b) * to, 6),
    residual: undefined,
    outputScale: fused.scaled ? 0.7 : 1,
    stride,
    pad,
  }
  const { high, wide } = sizes(bare)
  return fused.residual ? { ...bare, residual: numbers(b * high * wide * to, 7) } : bare
}

/**
 * Tiles for GPUs, and for software devices without subgroups; undefined is the default of this
 * device.
 */
const tiles: readonly Tile[] = [
  { shape: 'tiled', rows: 4, columns: 4, tall: 2, wide: 4, depth: 8 },
  { shape: 'lanes', rows: 4, columns: 4, threads: 8, lanes: 1 },
  { shape: 'tiled', rows: 4, columns: 8, tall: 2, wide: 4, depth: 16 },
]

const tileOf = (i: number) => [undefined, ...tiles][i % (process.env.FULL ? tiles.length + 1 : 2)]

const everything: Drawn['fused'] = {
  upsample: true,
  affine: true,
  silu: true,
  bias: true,
  perItem: 'each',
  residual: true,
  scaled: true,
}

const onlyBias = {
  upsample: false,
  affine: false,
  silu: false,
  bias: true,
  perItem: undefined,
  residual: false,
  scaled: false,
}

/** Each shape has a program of its own, whose compilation takes longer than anything else. */
const runs = { numRuns: process.env.FULL ? 25 : 3, endOnFailure: true }

// ---- on the device

onEachBackend(() => {
  const backend = () => tf.backend() as unknown as WebGPUBackend
  let tensorsToDispose: TensorInfo[] = []
  const upload = (data: Float32Array | undefined, shape: number[]): TensorInfo | undefined => {
    if (!data) return undefined
    const tensor = tf.tensor(data, shape)
    tensorsToDispose.push(tensor)
    return tensor
  }
  const read = async (info: TensorInfo) => {
    const tensor = tf.engine().makeTensorFromTensorInfo(info)
    const data = await tensor.data()
    tensor.dispose()
    return data
  }
  /**
   * The pool hands out a buffer full of NaN next, so that elements a kernel does not write show up.
   */
  const poison = (shape: number[]) => tf.tidy(() => void tf.fill(shape, NaN).add(0))

  const disposeTensors = () => {
    tf.dispose(tensorsToDispose as never)
    tensorsToDispose = []
  }
  afterEach(disposeTensors)

  const inputOf = (one: Case) => {
    const { b, from } = sizes(one)
    const [first, second] = one.x.map(({ data, shape }) => upload(data, shape)!)
    return {
      x: second ? ([first, second] as const) : first,
      upsample: one.upsample,
      affine: upload(one.affine, [b, 2, from]),
      silu: one.silu,
    }
  }

  async function expectForward(
    drawn: Drawn,
    tile: Tile | WinogradTile | undefined = tileOf(drawn.tile),
  ) {
    const one = caseOf(drawn)
    const { b, to, high, wide } = sizes(one)
    const conv = {
      ...inputOf(one),
      weight: upload(one.weight.data, one.weight.shape)!,
      bias: upload(one.bias, [to]),
      perItem: one.perItem && upload(one.perItem, [one.perItem.length / to, to]),
      residual: upload(one.residual, [b, high, wide, to]),
      outputScale: one.outputScale,
      stride: one.stride,
      pad: one.pad,
    }
    poison([b, high, wide, to])
    const y = convByGemm(backend(), conv, tile)
    expect(y.shape).toEqual([b, high, wide, to])
    expectClose(await read(y), forward(one))
    disposeTensors()
  }

  async function expectInputGradient(
    drawn: Drawn,
    tile: Tile | WinogradTile | undefined = tileOf(drawn.tile),
  ) {
    const one = caseOf(
      drawn.stride === 1 ? drawn : { ...drawn, fused: { ...drawn.fused, upsample: false } },
    )
    const { b, from, to, high, wide } = sizes(one)
    const dy = numbers(b * high * wide * to, 8)
    const [h, w] = one.x[0].shape.slice(1) as [number, number]
    const channels = one.x.map(({ shape }) => shape[3])
    const soFar =
      channels.length === 1 && drawn.fused.residual ? numbers(one.x[0].data.length, 9) : undefined
    const conv = {
      dy: upload(dy, [b, high, wide, to])!,
      weight: upload(one.weight.data, one.weight.shape)!,
      inputShape: [b, h, w, from],
      stride: one.stride,
      pad: one.pad,
      upsample: one.upsample,
      split: channels.length === 2 ? (channels as [number, number]) : undefined,
      accumulated: upload(soFar, one.x[0].shape),
    }
    channels.forEach((c) => poison([b, h, w, c]))
    const found = convInputGradient(backend(), conv, tile)
    expect(found.map(({ shape }) => shape)).toEqual(channels.map((c) => [b, h, w, c]))
    const expected = inputGradient(one, dy)
    soFar?.forEach((value, i) => (expected[0][i] += value))
    const sizesOfTerms = inputGradient(
      { ...one, weight: { ...one.weight, data: one.weight.data.map(Math.abs) } },
      dy.map(Math.abs),
    )
    for (const [i, dx] of found.entries()) expectClose(await read(dx), expected[i], sizesOfTerms[i])
    disposeTensors()
  }

  async function expectFilterGradient(drawn: Drawn) {
    const one = caseOf(drawn)
    const { b, to, high, wide } = sizes(one)
    const dy = numbers(b * high * wide * to, 8)
    const conv = {
      ...inputOf(one),
      dy: upload(dy, [b, high, wide, to])!,
      filterShape: one.weight.shape,
      stride: one.stride,
      pad: one.pad,
      bias: one.bias !== undefined,
    }
    poison(one.weight.shape)
    const [dW, db] = convFilterGradient(backend(), conv, tileOf(drawn.tile))
    const [expectedW, expectedB] = filterGradient(one, dy)
    expect(dW.shape).toEqual(one.weight.shape)
    const [sizesW, sizesB] = filterGradient(one, dy, Math.abs)
    expectClose(await read(dW), expectedW, sizesW)
    if (one.bias) expectClose(await read(db), expectedB, sizesB)
    else expect(db).toBeUndefined()
    disposeTensors()
  }

  fullTest('forward pass: any shape, with fused prologue and epilogue', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, (one) => expectForward(one)),
      runs,
    )
  })

  test('input gradient: any shape, strided, upsampled, of two tensors', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, (one) => expectInputGradient(one)),
      runs,
    )
  })

  test('filter and bias gradient: any shape, with the fused prologue', async () => {
    await fc.assert(fc.asyncProperty(drawn, expectFilterGradient), runs)
  })

  fullTest('upsampled images as four products, forward pass and gradients', async () => {
    const asked = vi.spyOn(backend(), 'dispatch')
    const drawn: Drawn = {
      b: 2,
      size: [3, 5],
      channels: [4, 8],
      to: 12,
      kernel: [3, 3],
      pad: { top: 1, bottom: 1, left: 1, right: 1 },
      stride: 1,
      fused: everything,
      tile: 0,
    }
    const shifted: Drawn = {
      ...drawn,
      channels: [3],
      to: 5,
      pad: { top: 2, bottom: 0, left: 0, right: 2 },
      fused: { ...onlyBias, upsample: true },
      tile: 1,
    }
    const cases = process.env.FULL ? [drawn, shifted] : [drawn]
    for (const one of cases) {
      await expectForward(one)
      await expectInputGradient(one)
      await expectFilterGradient(one)
    }
    const keys = asked.mock.calls.map(([{ key }]) => key)
    asked.mockRestore()
    expect(
      keys.filter((key) => key.includes('forward') && key.includes('four products')),
    ).toHaveLength(cases.length)
    expect(
      keys.filter((key) => key.includes('filter gradient') && key.includes('four products')),
    ).toHaveLength(cases.length)
    // Both lanes kernels of the first case read sums of the filter.
    expect(keys.filter((key) => key.startsWith('upsampled filter'))).toHaveLength(2)
  })

  fullTest(
    'a shortcut of two tensors beside a convolution, as a part of its product or apart',
    async () => {
      const [b, size, to] = [2, [3, 5] as [number, number], 8]
      const pad = { top: 1, bottom: 1, left: 1, right: 1 }
      const fused = { ...onlyBias, affine: true, silu: true, scaled: true }
      const drawn = { b, size, channels: [32], to, kernel: [3, 3], pad, stride: 1, fused, tile: 0 }
      const outer = { ...drawn, channels: [12, 36], kernel: [1, 1], fused: onlyBias }
      const shortcut = caseOf({ ...outer, pad: { top: 0, bottom: 0, left: 0, right: 0 } } as Drawn)
      const one = { ...caseOf(drawn as Drawn), residual: Float32Array.from(forward(shortcut)) }
      const conv = {
        ...inputOf(one),
        weight: upload(one.weight.data, one.weight.shape)!,
        bias: upload(one.bias, [to])!,
        outputScale: one.outputScale,
        stride: one.stride,
        pad,
        shortcut: {
          x: inputOf(shortcut).x,
          weight: upload(shortcut.weight.data, shortcut.weight.shape)!,
          bias: upload(shortcut.bias, [to])!,
        },
      }
      const dispatch = vi.spyOn(backend(), 'dispatch')
      for (const tile of process.env.FULL ? tiles : tiles.slice(0, 1)) {
        dispatch.mockClear()
        const tensorCount = tf.backend().numDataIds()
        poison([b, ...size, to])
        const y = convByGemm(backend(), conv, tile)
        expect(tf.backend().numDataIds()).toBe(tensorCount + 1)
        expectClose(await read(y), forward(one))
        const fusedCount = dispatch.mock.calls.filter(([{ key }]) =>
          key.includes('shortcut of 12+36'),
        )
        expect(fusedCount).toHaveLength(tile.shape === 'tiled' ? 1 : 0)
      }
      dispatch.mockRestore()
    },
  )

  // Tiles of 4x4 and 2x2 pixels, some of which are beyond the image; the padding differs by side.
  const winogradCases = [
    { size: [9, 12] as [number, number], pad: { top: 1, bottom: 1, left: 1, right: 0 }, by: 4 },
    { size: [5, 4] as [number, number], pad: { top: 1, bottom: 0, left: 2, right: 1 }, by: 2 },
  ]
  test.for(casesOf(winogradCases, ({ by }) => by === 2))(
    'Winograd by $by pixels, forward pass and gradients',
    async ({ size, pad, by }) => {
      const one = caseOf({
        b: 1,
        size,
        channels: [32],
        to: 36,
        kernel: [3, 3],
        pad,
        stride: 1,
        fused: onlyBias,
        tile: 0,
      })
      const { b, to, high, wide } = sizes(one)
      const asked = vi.spyOn(backend(), 'dispatch')
      const [x, weight] = [
        upload(one.x[0].data, one.x[0].shape)!,
        upload(one.weight.data, one.weight.shape)!,
      ]
      poison([b, high, wide, to])
      const y = winogradConv(backend(), {
        x,
        weight,
        rotated: false,
        bias: upload(one.bias, [to])!,
        pad,
      })
      expect(y.shape).toEqual([b, high, wide, to])
      expectClose(await read(y), forward(one))
      const data = numbers(b * high * wide * to, 8)
      const dy = upload(data, [b, high, wide, to])!
      const [top, bottom] = [2 - pad.top, 2 - pad.bottom]
      const gradientPad = { top, bottom, left: 2 - pad.left, right: 2 - pad.right }
      poison(one.x[0].shape)
      const dx = winogradConv(backend(), { x: dy, weight, rotated: true, pad: gradientPad })
      expect(dx.shape).toEqual(one.x[0].shape)
      expectClose(await read(dx), inputGradient(one, data)[0])
      const [dweight, dbias] = [one.weight.shape, [to]].map((shape) =>
        backend().makeTensorInfo(shape, 'float32'),
      )
      winogradFilterGradient(backend(), { x, dy, pad, into: [dweight, dbias] })
      const [expectedW, expectedB] = filterGradient(one, data)
      expectClose(await read(dweight), expectedW)
      expectClose(await read(dbias), expectedB)
      const transforms = asked.mock.calls.filter(([{ key }]) => key.startsWith('winograd input'))
      expect(transforms.map(([{ key }]) => key)).toEqual(Array(3).fill(`winograd input by ${by}`))
      asked.mockRestore()
    },
  )

  fullTest('Winograd of channels that are no multiple of four, in memory with NaN', async () => {
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    const one = caseOf({
      b: 2,
      size: [8, 8],
      channels: [18],
      to: 16,
      kernel: [3, 3],
      pad,
      stride: 1,
      fused: onlyBias,
      tile: 0,
    })
    const [x, weight] = [
      upload(one.x[0].data, one.x[0].shape)!,
      upload(one.weight.data, one.weight.shape)!,
    ]
    const bias = upload(one.bias, [16])!
    const y = withPoisonedMemory((backend) =>
      winogradConv(backend, { x, weight, rotated: false, bias, pad, tilePixels: 2 }),
    )
    expectClose(await read(y), forward(one))
  })

  fullTest(
    'devices that cannot hold transformed filters, or sums of four products, do without',
    async () => {
      const asked = vi.spyOn(backend(), 'dispatch')
      const one: Drawn = {
        b: 1,
        size: [4, 4],
        channels: [32],
        to: 32,
        kernel: [3, 3],
        pad: { top: 1, bottom: 1, left: 1, right: 1 },
        stride: 1,
        fused: onlyBias,
        tile: 0,
      }
      // The image takes less, a filter of 36 numbers, or four sums of a filter gradient, more.
      await withLimits({ maxStorageBufferBindingSize: 1e5 }, async () => {
        await expectForward(one)
        await expectInputGradient(one)
        await expectFilterGradient(one)
        await expectFilterGradient({ ...one, fused: { ...onlyBias, upsample: true } })
      })
      const keys = asked.mock.calls.map(([{ key }]) => key)
      asked.mockRestore()
      expect(keys.filter((key) => /winograd|four products/.test(key))).toEqual([])
    },
  )

  fullTest(
    'fused Winograd, forward pass: odd sizes and padding, with every prologue and epilogue',
    async () => {
      const pad = { top: 2, bottom: 1, left: 0, right: 1 }
      const one: Drawn = {
        b: 3,
        size: [3, 4],
        channels: [4, 3],
        to: 6,
        kernel: [3, 3],
        pad,
        stride: 1,
        fused: everything,
        tile: 0,
      }
      await expectForward(one, { shape: 'winograd', squares: 8, columns: 16, rows: 8, across: 4 })
    },
  )

  fullTest('fused Winograd, input gradient: odd sizes and padding, of two tensors', async () => {
    const pad = { top: 0, bottom: 2, left: 1, right: 1 }
    const one: Drawn = {
      b: 1,
      size: [7, 5],
      channels: [3, 8],
      to: 6,
      kernel: [3, 3],
      pad,
      stride: 1,
      fused: onlyBias,
      tile: 0,
    }
    await expectInputGradient(one, {
      shape: 'winograd',
      squares: 8,
      columns: 16,
      rows: 4,
      across: 8,
    })
  })

  if (process.env.FULL)
    test('fused Winograd: any shape, with the tiles for GPUs', { timeout: 900_000 }, async () => {
      const any = drawn.map((one): Drawn => ({ ...one, kernel: [3, 3], stride: 1 }))
      const property = fc.asyncProperty(any, async (one) => {
        const squares = winogradTiles[one.tile % winogradTiles.length]
        await expectForward(one, squares)
        await expectInputGradient({ ...one, fused: { ...one.fused, upsample: false } }, squares)
      })
      await fc.assert(property, { ...runs, numRuns: 8 })
    })

  test('tfjs uses these kernels for large convolutions and their gradients', async () => {
    const pad = { top: 1, bottom: 1, left: 1, right: 1 }
    const one = caseOf({
      b: 2,
      size: [24, 24],
      channels: [32],
      to: 32,
      kernel: [3, 3],
      pad,
      stride: 1,
      fused: onlyBias,
      tile: 0,
    })
    const dy = numbers(2 * 24 * 24 * 32, 8)
    const inputs = [
      upload(one.x[0].data, one.x[0].shape)!,
      upload(one.weight.data, one.weight.shape)!,
      upload(one.bias, [32])!,
    ]
    const conv = (x: Tensor, filter: Tensor, bias: Tensor) =>
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        strides: 1,
        pad: 'same',
        bias: bias as Tensor1D,
      })
    const asked = vi.spyOn(backend(), 'dispatch')
    const found = tf.grads(conv as never)(inputs as Tensor[], upload(dy, [2, 24, 24, 32]) as Tensor)
    const y = conv(...(inputs as [Tensor, Tensor, Tensor]))
    const keys = asked.mock.calls.map(([{ key }]) => key)
    asked.mockRestore()
    expect(keys.filter((key) => key.startsWith('winograd products'))).toHaveLength(3)
    expect(keys.filter((key) => key.startsWith('winograd gradient products'))).toHaveLength(1)
    expectClose(await y.data(), forward(one))
    expectClose(await found[0].data(), inputGradient(one, dy)[0])
    expectClose(await found[1].data(), filterGradient(one, dy)[0])
    tf.dispose([y, ...found])
  })

  test('tfjs uses these kernels for large matrix products', async () => {
    const [a, b, bias] = [numbers(80 * 160, 1), numbers(160 * 168, 2), numbers(168, 3)]
    const [left, right, added] = [
      upload(a, [80, 160]),
      upload(b, [160, 168]),
      upload(bias, [168]),
    ] as Tensor[]
    const asked = vi.spyOn(backend(), 'dispatch')
    const y = tf.fused.matMul({ a: left, b: right, bias: added })
    expect(asked).toHaveBeenCalledOnce()
    asked.mockRestore()
    expect(y.shape).toEqual([80, 168])
    const expected = new Float64Array(80 * 168).map((_, i) => {
      const [m, n] = [Math.floor(i / 168), i % 168]
      return Array.from({ length: 160 }, (_, k) => a[m * 160 + k] * b[k * 168 + n]).reduce(
        (sum, each) => sum + each,
        bias[n],
      )
    })
    expectClose(await y.data(), expected)
    y.dispose()
  })
}, ['webgpu'])

/**
 * Within 1e-5 of the largest value; or, where terms cancel each other, within the rounding error of
 * their sum: `terms` are the sums of the terms' absolute values.
 */
function expectClose(
  found: ArrayLike<number>,
  expected: Float64Array,
  terms: ArrayLike<number> = [],
) {
  expect(found.length).toBe(expected.length)
  const most = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
  const off = expected.reduce(
    (max, value, i) =>
      Math.max(max, Math.abs(value - found[i]) || (Number.isNaN(found[i]) ? Infinity : 0)),
    0,
  )
  const rounding = 2 ** -23 * Math.max(0, ...Array.from(terms))
  expect(off).toBeLessThanOrEqual(Math.max(1e-5 * most, rounding))
}
