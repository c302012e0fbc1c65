// Convolutions on the wasm backend by functions of our own, and their gradients with respect to x, which are convolutions too.
import type { Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './team.ts'

/** Whether {@link convolve} can make so many channels: whole vectors. */
export const canConvolve = (channels: number) => channels % 4 === 0

export interface Geometry {
  stride: 1 | 2
  pad: { top: number; left: number }
}

type Shape = Tensor4D['shape']

/** x * W + b to `[b, height, width, out]`, zeros wherever there is no x. */
export function convolve(
  own: Own,
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  [height, width]: [number, number],
  { stride, pad }: Geometry,
): Tensor4D {
  const [kh, kw, ins, outs] = weight.shape
  const work = { shape: [x.shape[0], height, width, outs] as Shape, kernel: [kh, kw] as const, stride, spread: 1, ...pad }
  // As it lies: from one place, and from one channel of x or y, to the next.
  return run(own, x, work, { weight, place: ins * outs, first: 0, ins: outs, outs: 1 }, bias)
}

/**
 * dx[i] = sum_k dy[(i + pad - k) / stride] W[k]^T: a convolution of dy, with zeros between its pixels for stride 2, with W
 * turned by 180 degrees, in and out exchanged.
 */
export function inputGradient(own: Own, dy: Tensor4D, weight: Tensor4D, shape: Shape, { stride, pad }: Geometry): Tensor4D {
  const [kh, kw, ins, outs] = weight.shape
  const work = { shape, kernel: [kh, kw] as const, stride: 1, spread: stride, top: kh - 1 - pad.top, left: kw - 1 - pad.left }
  const place = ins * outs
  return run(own, dy, work, { weight, place: -place, first: (kh * kw - 1) * place, ins: 1, outs })
}

/** x W + b of every row, for x of `[n, in]` and W of `[in, out]`, out a multiple of four. */
export function product(own: Own, x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const [ins, outs] = weight.shape
  const image = rowsAsImage(x)
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  const filter = weight.reshape([1, 1, ins, outs]) as Tensor4D
  return convolve(own, image, filter, bias, [1, image.shape[2]], geometry).reshape([x.shape[0], outs])
}

/** dy W^T: the gradient of {@link product} with respect to x, of which there is a multiple of four columns. */
export function productInputGradient(own: Own, dy: Tensor2D, weight: Tensor2D): Tensor2D {
  const [ins, outs] = weight.shape
  const image = rowsAsImage(dy)
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  const [b, , width] = image.shape
  return inputGradient(own, image, weight.reshape([1, 1, ins, outs]), [b, 1, width, ins], geometry).reshape([b * width, ins])
}

/** `[n, c]` as items of one row each, of as many pixels as divide n. */
function rowsAsImage(x: Tensor2D): Tensor4D {
  const [n, c] = x.shape
  const width = WIDTHS.find((width) => n % width === 0) ?? n
  return x.reshape([n / width, 1, width, c])
}

/** Pixels of a row that stay in the cache while all channels of y are made. */
const WIDTHS = [64, 48, 32, 24, 16]

interface Work {
  /** Of what comes out. */
  shape: Shape
  kernel: readonly [height: number, width: number]
  stride: number
  /** From one pixel of x to the next in what is gone through, with zeros between. */
  spread: number
  /** Zeros before x; below zero, what is left out of it. */
  top: number
  left: number
}

/** A filter in memory: where its first number is, and how far apart those of neighbouring places and channels are. */
export interface Filter {
  first: number
  place: number
  ins: number
  outs: number
}

/** Floats of items with their zeros that are in memory together. */
const ROOM = 2 ** 19

function run(own: Own, x: Tensor4D, work: Work, { weight, ...filter }: Filter & { weight: Tensor4D }, bias?: Tensor1D): Tensor4D {
  const y = own.output<Tensor4D>(work.shape)
  const [b, outHeight, outWidth, outs] = work.shape
  const [, height, width, ins] = x.shape
  const [kh, kw] = work.kernel
  const [rows, columns] = [(outHeight - 1) * work.stride + kh, (outWidth - 1) * work.stride + kw]
  // Without zeros around it x is read where it is.
  const whole = rows === height && columns === width && work.top === 0 && work.left === 0
  const size = rows * columns * ins
  const together = whole ? b : Math.min(b, Math.max(1, Math.floor(ROOM / size)))
  const places = kh * kw * ins
  const itemsAt = (places + 1) * outs
  const { address, numbers } = own.scratch(itemsAt + (whole ? 0 : together * size))
  pack(own.numbers(weight), filter, kh * kw, ins, outs, numbers)
  numbers.fill(0, places * outs)
  if (bias) numbers.set(own.numbers(bias), places * outs)
  const pixels = own.numbers(x)
  const callsOf = callsFor({ address, places, outs }, stepsOf(work, columns, ins))
  for (let first = 0; first < b; first += together) {
    const strands: Strand[] = []
    for (let i = first; i < Math.min(b, first + together); i++) {
      const at = itemsAt + (i - first) * size
      if (!whole) place(pixels, i, x.shape, numbers.subarray(at, at + size), [rows, columns], work)
      const from = whole ? own.address(x) + 4 * i * size : address + 4 * at
      strands.push(...callsOf(from, own.address(y) + 4 * i * outHeight * outWidth * outs))
    }
    own.all(strands, together * outHeight * outWidth * places * outs)
  }
  return y
}

/** What the functions are told of x and of y, in bytes: see convFunctions.ts. */
function stepsOf({ shape: [, height, width, outs], kernel: [kh, kw], stride }: Work, columns: number, ins: number) {
  const [line, yRow] = [4 * columns * ins, 4 * outs * width]
  return { x: [4 * stride * ins, stride * line, line, kh * line, 4 * kw * ins], y: [4 * outs, yRow, yRow * height] } as const
}

/** The calls that make an item of y, for some of its channels each. At `address` are the packed filter and the bias. */
const callsFor =
  ({ address, places, outs }: { address: number; places: number; outs: number }, steps: ReturnType<typeof stepsOf>) =>
  (from: number, to: number) =>
    portions(outs).map(({ first, count }): Strand => {
      const [weights, addend] = [address + 4 * first * places, address + 4 * (outs * places + first)]
      return [call(count === 8 ? 'conv8' : 'conv4', from, ...steps.x, weights, addend, to + 4 * first, ...steps.y)]
    })

/** Channels of y that are made together: eight, and at the end four. */
export const portions = (outs: number) =>
  Array.from({ length: Math.ceil(outs / 8) }, (_, i) => ({ first: 8 * i, count: Math.min(8, outs - 8 * i) }))

/** The filter in the order in which it is read: of eight channels of y (the last may be four) all places and channels of x. */
export function pack(weights: Float32Array, filter: Filter, places: number, ins: number, outs: number, packed: Float32Array) {
  let at = 0
  for (const { first, count } of portions(outs)) {
    for (let k = 0; k < places; k++) {
      for (let i = 0; i < ins; i++) {
        const from = filter.first + k * filter.place + i * filter.ins + first * filter.outs
        for (let n = 0; n < count; n++) packed[at++] = weights[from + n * filter.outs]!
      }
    }
  }
}

/** Puts an item of x between the zeros that are there. */
function place(x: Float32Array, i: number, shape: Shape, item: Float32Array, size: [number, number], work: Work) {
  const [, height, width, channels] = shape
  const [rows, columns] = size
  const { spread, top, left } = work
  const [first, end] = inside(left, spread, width, columns)
  for (let row = 0; row < height; row++) {
    const target = top + row * spread
    if (target < 0 || target >= rows) continue
    const from = (i * height + row) * width
    const to = target * columns + left
    if (spread === 1) item.set(x.subarray((from + first) * channels, (from + end) * channels), (to + first) * channels)
    else
      for (let pixel = first; pixel < end; pixel++)
        item.set(x.subarray((from + pixel) * channels, (from + pixel + 1) * channels), (to + pixel * spread) * channels)
  }
}

/** The pixels of a row of x that have a place in `columns` of them. */
const inside = (left: number, spread: number, width: number, columns: number): [first: number, end: number] => [
  Math.max(0, Math.ceil(-left / spread)),
  Math.min(width, Math.floor((columns - 1 - left) / spread) + 1),
]
