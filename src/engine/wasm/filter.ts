// The gradients of a convolution with respect to filter and bias on the wasm backend, by functions of our own: XNNPACK has
// none, and a convolution with items and channels exchanged, which has the same outcome, needs all of x and dy transposed.
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import type { Geometry } from './conv.ts'
import { call } from './module.ts'
import type { Name, Own } from './module.ts'
import type { Strand } from './team.ts'

/** Bytes of x and dy that are gone through again for all tiles of channels: they stay in the cache. */
const BLOCK = 2 ** 17

/** Whether {@link filterGradient} can take it: dy has whole vectors of channels. */
export const canFilter = ({ shape }: Tensor2D | Tensor4D) => shape.at(-1)! % 4 === 0

/** dW[k] = sum x[stride i + k - pad]^T dy[i] over all items and pixels i of dy, for W of `[kh, kw, in, out]`. */
export function filterGradient(own: Own, x: Tensor4D, dy: Tensor4D, shape: Tensor4D['shape'], geometry: Geometry): Tensor4D {
  const [kh, kw, ins, outs] = shape
  const out = own.output<Tensor4D>(shape)
  own.numbers(out).fill(0)
  const work = { x: own.address(x), xShape: x.shape, dy: own.address(dy), dyShape: dy.shape, out: own.address(out), geometry }
  const strands: Strand[] = []
  for (let k = 0; k < kh * kw; k++) {
    for (let i = 0; i < ins; i += INS) {
      strands.push(strandOf(work, { k, ky: Math.floor(k / kw), kx: k % kw, first: i, count: Math.min(INS, ins - i) }))
    }
  }
  own.all(strands, (dy.size / outs) * out.size)
  return out
}

/** x^T dy for x of `[n, in]` and dy of `[n, out]`: the gradient of a linear layer, which is a convolution with one place. */
export function productGradient(own: Own, x: Tensor2D, dy: Tensor2D): Tensor2D {
  const [[n, ins], outs] = [x.shape, dy.shape[1]]
  const width = WIDTHS.find((width) => n % width === 0)!
  const image = (of: Tensor2D, channels: number) => of.reshape([1, n / width, width, channels]) as Tensor4D
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  return filterGradient(own, image(x, ins), image(dy, outs), [1, 1, ins, outs], geometry).reshape([ins, outs])
}

/** Of rows into which n pixels are laid. */
const WIDTHS = [64, 32, 16, 8, 4, 2, 1]

/** Channels of x in a strand. */
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
  const rows = Math.max(1, Math.floor(BLOCK / (xWidth * stride * xPixel + dyRow)))
  const strand: Strand[number][] = []
  for (let item = 0; item < b; item++) {
    for (let from = 0; from < dyHeight; from += rows) {
      const [top, bottom] = within(shiftY, stride, xHeight, from, Math.min(dyHeight, from + rows))
      if (top >= bottom) continue
      const xAt = x + ((item * xHeight + top * stride + shiftY) * xWidth + left * stride + shiftX) * xPixel
      const dyAt = dy + ((item * dyHeight + top) * dyWidth + left) * dyPixel
      for (const [name, i, count, o, through] of tilesOf(part, outs)) {
        const at = [xAt + 4 * i, stride * xPixel, stride * xWidth * xPixel, dyAt + 4 * o, dyPixel, dyRow] as const
        const to = out + (part.k * ins + i) * dyPixel + 4 * o
        strand.push(call(name, ...at, (right - left) * dyPixel, (bottom - top) * dyRow, to, 4 * count, 4 * through))
      }
    }
  }
  return strand
}

type Tiles = [name: Name, i: number, ins: number, o: number, outs: number]

/** As much as there is in tiles of four by eight channels, and what is left in smaller ones. */
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

/** Rows that are added in float32. */
const ROWS = 256

/** Sums over all but the last axis of `[..., c]`, c a multiple of four: `[c]`. Those of many rows are added in float64. */
export function channelSums(own: Own, x: Tensor): Tensor1D {
  const bytes = 4 * x.shape.at(-1)!
  const out = own.output<Tensor1D>([bytes / 4])
  const { address, numbers } = own.scratch(bytes / 4)
  const totals = new Float64Array(numbers.length)
  const end = own.address(x) + 4 * x.size
  for (let from = own.address(x); from < end; from += ROWS * bytes) {
    numbers.fill(0)
    own.run('sums', from, Math.min(end, from + ROWS * bytes), bytes, address)
    numbers.forEach((sum, channel) => (totals[channel]! += sum))
  }
  own.numbers(out).set(totals)
  return out
}
