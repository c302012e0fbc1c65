// The gradients of a convolution with respect to filter and bias on the wasm backend, by functions of our own: XNNPACK has
// none, and a convolution with items and channels exchanged, which has the same outcome, needs all of x and dy transposed.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import { channelsMade } from './conv.ts'
import type { Geometry, Image } from './conv.ts'
import { call, keyOf } from './module.ts'
import type { Name, Own } from './module.ts'
import type { Phase } from './plans.ts'
import type { Strand } from './strands.ts'
import { canTileGradient, gradientByTiles } from './winogradGradient.ts'

/** Bytes of x and dy that are gone through again for all tiles of channels: they stay in the cache. */
const BLOCK = 2 ** 17

/** dW[k] = sum x[stride i + k - pad]^T dy[i] over all items and pixels i of dy, for W of `[kh, kw, in, out]`. */
export function filterGradient(own: Own, x: Tensor4D, dy: Tensor4D, shape: Shape, geometry: Geometry): Tensor4D {
  const out = own.output<Tensor4D>(shape)
  gradientTo(own, { of: out, shape }, { of: x, shape: x.shape }, { of: dy, shape: dy.shape }, geometry)
  return out
}

function gradientTo(own: Own, out: Image, x: Image, dy: Image, geometry: Geometry): void {
  if (canTileGradient(out, dy, geometry)) return gradientByTiles(own, out, x, dy, geometry)
  const [kh, kw, ins, outs] = out.shape
  const [b, height, width] = dy.shape
  const wide = channelsMade(outs)
  // Whole vectors of channels, of which some are zeros, are made and left out of what is made of them.
  const [pixels, rows] = wide === outs ? [0, 0] : [b * height * width, kh * kw * ins]
  const { address, numbers } = own.scratch((pixels + rows) * wide)
  numbers.fill(0)
  own.numbers(out.of).fill(0)
  const { stride, pad } = geometry
  const key = keyOf('filter gradient', ...x.shape, ...dy.shape, ...out.shape, stride, pad.top, pad.left)
  own.phases(key, [own.address(x.of), own.address(dy.of), own.address(out.of), address], ([xAt, dyAt, outAt, room]) => {
    const work = { xShape: x.shape, geometry, x: xAt! }
    if (wide === outs) return [addingUp(own.threads, { ...work, dy: dyAt!, out: outAt!, dyShape: dy.shape }, out.shape)]
    const sums = room! + 4 * pixels * wide
    const copy = (from: number, width: number, to: number, toWidth: number, rows: number): Phase => ({
      strands: [[call('copyShortRows', from, 4 * width, to, 4 * toWidth, to + 4 * toWidth * rows, 4 * outs)]],
      multiplications: 0,
    })
    return [
      copy(dyAt!, outs, room!, wide, pixels),
      addingUp(own.threads, { ...work, dy: room!, out: sums, dyShape: [b, height, width, wide] }, [kh, kw, ins, wide]),
      copy(sums, wide, outAt!, outs, rows),
    ]
  })
}

type Shape = Tensor4D['shape']

/** Adds the gradient to `out`. */
function addingUp(threads: number, work: Work, [kh, kw, ins, outs]: Shape): Phase {
  const channels = channelsOfStrand(ins, kh * kw, threads)
  const strands: Strand[] = []
  for (let k = 0; k < kh * kw; k++) {
    for (let i = 0; i < ins; i += channels) {
      strands.push(strandOf(work, { k, ky: Math.floor(k / kw), kx: k % kw, first: i, count: Math.min(channels, ins - i) }))
    }
  }
  const [b, height, width] = work.dyShape
  return { strands, multiplications: b * height * width * kh * kw * ins * outs }
}

/** Channels of x in a strand: fewer, if there were not some strands for every thread. */
export function channelsOfStrand(ins: number, places: number, threads: number): number {
  const strands = Math.ceil((3 * threads) / places)
  return threads === 1 ? INS : Math.min(INS, Math.max(4, 4 * Math.ceil(ins / 4 / strands)))
}

/** x^T dy for x of `[n, in]` and dy of `[n, out]`: the gradient of a linear layer, which is a convolution with one place. */
export function productGradient(own: Own, x: Tensor2D, dy: Tensor2D): Tensor2D {
  const [[n, ins], outs] = [x.shape, dy.shape[1]]
  const out = own.output<Tensor2D>([ins, outs])
  const width = WIDTHS.find((width) => n % width === 0)!
  const image = (of: Tensor2D, channels: number): Image => ({ of, shape: [1, n / width, width, channels] })
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  gradientTo(own, { of: out, shape: [1, 1, ins, outs] }, image(x, ins), image(dy, outs), geometry)
  return out
}

/** Of rows into which n pixels are laid. */
const WIDTHS = [64, 32, 16, 8, 4, 2, 1]

/** Channels of x in a strand, at most. */
const INS = 32

interface Work {
  x: number
  xShape: Tensor4D['shape']
  dy: number
  dyShape: Tensor4D['shape']
  out: number
  geometry: Geometry
}

/** A place of the filter, and some channels of x. */
interface Part {
  k: number
  ky: number
  kx: number
  first: number
  count: number
}

/** The calls that add up one part of dW, item by item. */
function strandOf({ x, xShape, dy, dyShape, out, geometry: { stride, pad } }: Work, part: Part): Strand {
  const [b, xHeight, xWidth, ins] = xShape
  const [, dyHeight, dyWidth, outs] = dyShape
  const [shiftY, shiftX] = [part.ky - pad.top, part.kx - pad.left]
  const [left, right] = within(shiftX, stride, xWidth, 0, dyWidth)
  if (left >= right) return []
  const [xPixel, dyPixel, dyRow] = [4 * ins, 4 * outs, 4 * outs * dyWidth]
  const [xItem, dyItem] = [xPixel * xWidth * xHeight, dyRow * dyHeight]
  const rows = Math.max(1, Math.floor(BLOCK / (xWidth * stride * xPixel + dyRow)))
  const strand: Strand[number][] = []
  for (let from = 0; from < dyHeight; from += rows) {
    const [top, bottom] = within(shiftY, stride, xHeight, from, Math.min(dyHeight, from + rows))
    if (top >= bottom) continue
    const xAt = x + ((top * stride + shiftY) * xWidth + left * stride + shiftX) * xPixel
    const dyAt = dy + top * dyRow + left * dyPixel
    for (const [name, i, count, o, through] of tilesOf(part, outs)) {
      const xs = [xAt + 4 * i, xItem, stride * xPixel, stride * xWidth * xPixel] as const
      const dys = [dyAt + 4 * o, dyItem, dyAt + 4 * o + b * dyItem, dyPixel, dyRow] as const
      const to = out + (part.k * ins + i) * dyPixel + 4 * o
      strand.push(call(name, ...xs, ...dys, (right - left) * dyPixel, (bottom - top) * dyRow, to, 4 * count, 4 * through))
    }
  }
  return strand
}

type Tiles = [name: Name, i: number, ins: number, o: number, outs: number]

/** As much as there is in tiles of four by eight channels, and what is left in smaller ones; `outs` is a multiple of four. */
export function tilesOf({ first, count }: Pick<Part, 'first' | 'count'>, outs: number): Tiles[] {
  const [ins, whole] = [count - (count % 4), outs - (outs % 8)]
  const tiles: Tiles[] = [
    ['filter4x8', first, ins, 0, whole],
    ['filter4x4', first, ins, whole, outs - whole],
    ['filter1x8', first + ins, count - ins, 0, whole],
    ['filter1x4', first + ins, count - ins, whole, outs - whole],
  ]
  return tiles.filter(([, , ins, , outs]) => ins * outs > 0)
}

/** Of the pixels from `first` to `end` of dy along one axis those whose pixel of x, `shift` beyond, is inside of it. */
function within(shift: number, stride: number, size: number, first: number, end: number): [begin: number, end: number] {
  return [Math.max(first, Math.ceil(-shift / stride)), Math.min(end, Math.floor((size - 1 - shift) / stride) + 1)]
}

/** Sums over all but the last axis of `[..., c]`: `[c]`. */
export function channelSums(own: Own, x: Tensor): Tensor1D {
  const out = own.output<Tensor1D>([x.shape.at(-1)!])
  own.numbers(out).set(itemSums(own, x, 1))
  return out
}

/** Rows that are added in float32. */
const ROWS = 256

/** Sums over the pixels of each of so many items: `[items, c]`. Those of many rows are added in float64. */
export function itemSums(own: Own, x: Tensor, items: number): Float64Array {
  const channels = x.shape.at(-1)!
  const totals = new Float64Array(items * channels)
  const rows = x.size / items / channels
  if (channels % 4 !== 0) {
    const numbers = own.numbers(x)
    for (let i = 0; i < numbers.length; i++) totals[Math.floor(i / channels / rows) * channels + (i % channels)]! += numbers[i]!
    return totals
  }
  const pieces = Math.ceil(rows / ROWS)
  const { address, numbers } = own.scratch(items * pieces * channels)
  numbers.fill(0)
  const bytes = 4 * channels
  own.phases(`sums ${items} ${rows} ${channels}`, [own.address(x), address], ([at, sums]) => {
    const strandOf = (item: number, piece: number): Strand => {
      const begin = at! + item * rows * bytes
      const [from, end] = [begin + piece * ROWS * bytes, begin + Math.min(rows, (piece + 1) * ROWS) * bytes]
      return [call('sums', from, end, bytes, sums! + (item * pieces + piece) * bytes)]
    }
    const strands = Array.from({ length: items * pieces }, (_, i) => strandOf(Math.floor(i / pieces), i % pieces))
    return [{ strands, multiplications: 2 * x.size }]
  })
  let at = 0
  for (let item = 0; item < items; item++)
    for (let piece = 0; piece < pieces; piece++)
      for (let channel = 0; channel < channels; channel++) totals[item * channels + channel]! += numbers[at++]!
  return totals
}
