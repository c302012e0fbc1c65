// The gradients of a convolution with respect to filter and bias on the wasm backend, by functions of our own: XNNPACK has
// none, and a convolution with items and channels exchanged, which has the same outcome, needs all of x and dy transposed.
import type { Tensor1D, Tensor4D } from '../tf.ts'
import type { Own } from './module.ts'

/** Bytes of x and dy that are gone through for one place of the filter after the other: they stay in the cache. */
const BLOCK = 2 ** 17

/** Whether {@link filterGradient} can take it: dy has whole vectors of channels. */
export const canFilter = ({ shape }: Tensor4D) => shape[3] % 4 === 0

interface Geometry {
  stride: 1 | 2
  pad: { top: number; left: number }
}

/** dW[k] = sum x[stride i + k - pad]^T dy[i] over all items and pixels i of dy, for W of `[kh, kw, in, out]`. */
export function filterGradient(own: Own, x: Tensor4D, dy: Tensor4D, shape: Tensor4D['shape'], geometry: Geometry): Tensor4D {
  const [kh, kw, ins, outs] = shape
  const [b, height] = dy.shape
  const out = own.output<Tensor4D>(shape)
  own.numbers(out).fill(0)
  const places = { x: own.address(x), dy: own.address(dy), out: own.address(out) }
  const rows = Math.max(1, Math.floor(BLOCK / 4 / (x.shape[2] * ins * geometry.stride + dy.shape[2] * outs)))
  for (let item = 0; item < b; item++) {
    for (let first = 0; first < height; first += rows) {
      const part = { item, first, end: Math.min(height, first + rows) }
      for (let k = 0; k < kh * kw; k++) addPlace(own, places, x.shape, dy.shape, geometry, part, [Math.floor(k / kw), k % kw, k])
    }
  }
  return out
}

type Shape = Tensor4D['shape']

/** What some rows of dy of an item add to one place of the filter. */
function addPlace(
  own: Own,
  places: { x: number; dy: number; out: number },
  [, xHeight, xWidth, ins]: Shape,
  [, dyHeight, dyWidth, outs]: Shape,
  { stride, pad }: Geometry,
  { item, first, end }: { item: number; first: number; end: number },
  [ky, kx, k]: [number, number, number],
) {
  const [top, bottom] = within(ky - pad.top, stride, xHeight, first, end)
  const [left, right] = within(kx - pad.left, stride, xWidth, 0, dyWidth)
  if (top >= bottom || left >= right) return
  const [xPixel, dyPixel] = [4 * ins, 4 * outs]
  const x = places.x + ((item * xHeight + top * stride + ky - pad.top) * xWidth + left * stride + kx - pad.left) * xPixel
  const dy = places.dy + ((item * dyHeight + top) * dyWidth + left) * dyPixel
  const dyRow = dyWidth * dyPixel
  const steps = [
    stride * xPixel,
    stride * xWidth * xPixel,
    dyPixel,
    dyRow,
    (right - left) * dyPixel,
    (bottom - top) * dyRow,
  ] as const
  const [xStep, xRow, dyStep, , width, height] = steps
  const through = (run: (...numbers: number[]) => void, i: number, ins: number, o: number, outs: number) => {
    if (ins === 0 || outs === 0) return
    run(
      x + 4 * i,
      xStep,
      xRow,
      dy + 4 * o,
      dyStep,
      dyRow,
      width,
      height,
      places.out + k * dyPixel * (xPixel / 4) + i * dyPixel + 4 * o,
      4 * ins,
      4 * outs,
    )
  }
  const [wholeIns, wholeOuts] = [ins - (ins % 4), outs - (outs % 8)]
  through(own.run.filter4x8, 0, wholeIns, 0, wholeOuts)
  through(own.run.filter4x4, 0, wholeIns, wholeOuts, outs - wholeOuts)
  through(own.run.filter1x8, wholeIns, ins - wholeIns, 0, wholeOuts)
  through(own.run.filter1x4, wholeIns, ins - wholeIns, wholeOuts, outs - wholeOuts)
}

/** Of the pixels from `first` to `end` of dy along one axis those whose pixel of x, `shift` beyond, is inside of it. */
function within(shift: number, stride: number, size: number, first: number, end: number): [begin: number, end: number] {
  return [Math.max(first, Math.ceil(-shift / stride)), Math.min(end, Math.floor((size - 1 - shift) / stride) + 1)]
}

/** Sums over all but the last axis of `[b, ..., c]`, c a multiple of four: `[c]`. Those of items are added in float64. */
export function channelSums(own: Own, x: { shape: number[]; size: number; dataId: object; dtype: 'float32' }): Tensor1D {
  const [b, c] = [x.shape[0]!, x.shape.at(-1)!]
  const out = own.output<Tensor1D>([c])
  const { address, numbers } = own.scratch(c)
  const totals = new Float64Array(c)
  const bytes = (4 * x.size) / b
  for (let item = 0; item < b; item++) {
    const begin = own.address(x) + item * bytes
    numbers.fill(0)
    own.run.sums(begin, begin + bytes, 4 * c, address)
    numbers.forEach((sum, channel) => (totals[channel]! += sum))
  }
  own.numbers(out).set(totals)
  return out
}
