// Convolutions on the wasm backend by functions of our own, and their gradients with respect to x, which are convolutions too.
import type { Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import { call } from './module.ts'
import type { Own } from './module.ts'
import type { Strand } from './strands.ts'

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

/** x W + b of every row, for x of `[n, in]` and W of `[in, out]`. */
export function product(own: Own, x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const [ins, outs] = weight.shape
  const image = rowsAsImage(x)
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  const filter = weight.reshape([1, 1, ins, outs]) as Tensor4D
  return convolve(own, image, filter, bias, [1, image.shape[2]], geometry).reshape([x.shape[0], outs])
}

/** dy W^T: the gradient of {@link product} with respect to x. */
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
  const [ins, places] = [x.shape[3], work.kernel[0] * work.kernel[1]]
  const { rows, columns, whole } = extentOf(work, x.shape)
  const wide = channelsMade(outs)
  // Without zeros around it x is read where it is, and with whole vectors y is made where it is.
  const [xSize, ySize] = [whole ? 0 : rows * columns * ins, wide === outs ? 0 : outHeight * outWidth * wide]
  const together = Math.min(b, Math.max(1, Math.floor(ROOM / (xSize + ySize))))
  const biasAt = places * ins * wide
  const { address, numbers } = own.scratch(biasAt + wide + together * (xSize + ySize))
  numbers.fill(0, biasAt, biasAt + wide)
  if (bias) numbers.set(own.numbers(bias), biasAt)
  own.all(packing(own.address(weight), filter, [places, ins, outs], address), PACKING * biasAt)
  const made = { filter: address, bias: address + 4 * biasAt, ...stepsOf(work, wide, columns, ins), portion: places * ins }
  for (let first = 0; first < b; first += together) {
    const items = Array.from({ length: Math.min(together, b - first) }, (_, i): Item => {
      const room = address + 4 * (biasAt + wide + i * (xSize + ySize))
      const [xAt, yAt] = [own.address(x) + (4 * (first + i) * x.size) / b, own.address(y) + (4 * (first + i) * y.size) / b]
      return {
        before: whole ? [] : [placing(xAt, room, x.shape, [rows, columns], work)],
        x: whole ? xAt : room,
        y: ySize ? room + 4 * xSize : yAt,
        after: ySize ? [narrowing(room + 4 * xSize, wide, yAt, work.shape)] : [],
      }
    })
    make(own, items, { made, outs, height: outHeight }, together * outHeight * outWidth * places * ins * outs)
  }
  return y
}

/** How many multiplications take as long as to pack a weight. */
const PACKING = 20

/** What of x is gone through, with its zeros, and whether that is just x. */
function extentOf({ shape: [, outHeight, outWidth], kernel: [kh, kw], stride, top, left }: Work, [, height, width]: Shape) {
  const [rows, columns] = [(outHeight - 1) * stride + kh, (outWidth - 1) * stride + kw]
  return { rows, columns, whole: rows === height && columns === width && top === 0 && left === 0 }
}

/** What has to be done for an item before it is convolved and after it, and where it then is. */
interface Item {
  before: Strand
  x: number
  y: number
  after: Strand
}

/** Where a convolution finds the filter and the bias, and what it is told of x and y, in bytes: see convFunctions.ts. */
interface Made {
  filter: number
  bias: number
  x: readonly [pixel: number, row: number, line: number, lines: number, run: number]
  y: readonly [pixel: number, row: number]
  /** Floats of the filter for each channel of y. */
  portion: number
}

const stepsOf = ({ shape: [, , width], kernel: [kh, kw], stride }: Work, outs: number, columns: number, ins: number) => {
  const line = 4 * columns * ins
  return {
    x: [4 * stride * ins, stride * line, line, kh * line, 4 * kw * ins],
    y: [4 * outs, 4 * outs * width],
  } as const
}

/** An item is done by one thread, if there are enough of them, and otherwise rows of it by each. */
function make(
  own: Own,
  items: Item[],
  { made, outs, height }: { made: Made; outs: number; height: number },
  multiplications: number,
) {
  const bands = own.threads === 1 ? 1 : Math.min(height, Math.ceil((2 * own.threads) / items.length))
  const band = Math.ceil(height / bands)
  const through = ({ x, y }: Item, first: number) =>
    convolving(made, outs, [x + first * made.x[1], y + first * made.y[1]], Math.min(band, height - first))
  if (bands === 1) {
    own.all(
      items.map((item) => [...item.before, ...through(item, 0), ...item.after]),
      multiplications,
    )
    return
  }
  const firsts = Array.from({ length: Math.ceil(height / band) }, (_, i) => i * band)
  const of = (calls: 'before' | 'after') => items.map((item) => item[calls]).filter(({ length }) => length > 0)
  own.all(of('before'), multiplications / PACKING)
  own.all(
    items.flatMap((item) => firsts.map((first) => through(item, first))),
    multiplications,
  )
  own.all(of('after'), multiplications / PACKING)
}

/** The calls that make so many rows of y. */
export function convolving(made: Made, outs: number, [x, y]: [x: number, y: number], rows: number): Strand {
  return portionsOf(outs).map(({ lanes, first, count }) => {
    const [weights, addend] = [made.filter + 4 * first * made.portion, made.bias + 4 * first]
    const [portion, height, channels] = [4 * lanes * made.portion, rows * made.y[1], 4 * lanes * count]
    return call(`conv${lanes}`, x, ...made.x, weights, portion, addend, y + 4 * first, ...made.y, height, channels)
  })
}

/** Channels of y that are made together: as often as possible eight, of which the last may be zeros, and at the end four. */
function portionsOf(outs: number): { lanes: 4 | 8; first: number; count: number }[] {
  const eights = Math.floor((outs + 3) / 8)
  const all = [
    { lanes: 8 as const, first: 0, count: eights },
    { lanes: 4 as const, first: 8 * eights, count: 8 * eights < outs ? 1 : 0 },
  ]
  return all.filter(({ count }) => count > 0)
}

/** Channels of y with those that are made in vain. */
export const channelsMade = (outs: number) => portionsOf(outs).reduce((sum, { lanes, count }) => sum + lanes * count, 0)

/** Puts the filter in the order in which it is read: of some channels of y, all places and channels of x. */
export function packing(
  weights: number,
  { first, place, ins: step, outs: apart }: Filter,
  [places, ins, outs]: [places: number, ins: number, outs: number],
  to: number,
): Strand[] {
  const strands: Strand[] = []
  for (const { lanes, first: begin, count } of portionsOf(outs)) {
    for (let channel = begin; channel < begin + lanes * count; channel += lanes) {
      const [from, size, target] = [weights + 4 * (first + channel * apart), 4 * lanes * places * ins, to + 4 * channel * places * ins]
      const filled = Math.min(lanes, outs - channel)
      const isInRows = apart === 1 && place === ins * step && filled === lanes
      strands.push([
        isInRows
          ? call('copyRows', from, 4 * step, target, 4 * lanes, target + size, 4 * lanes)
          : call(`gather${filled as 1}`, from, 4 * apart, 4 * step, 4 * lanes * ins, 4 * place, target, target + size),
      ])
    }
  }
  return strands
}

/** Puts an item of x between the zeros that are there. */
function placing(x: number, item: number, shape: Shape, [rows, columns]: [number, number], { spread, top, left }: Work) {
  const [, height, width, channels] = shape
  const pixel = 4 * channels
  const [firstRow, endRow] = inside(top, spread, height, rows)
  const [first, end] = inside(left, spread, width, columns)
  const from = x + (firstRow * width + first) * pixel
  const to = item + ((top + firstRow * spread) * columns + left + first * spread) * pixel
  const piece = spread === 1 ? (end - first) * pixel : pixel
  const source = [from, (end - first) * pixel, piece, width * pixel, from + (endRow - firstRow) * width * pixel] as const
  return call('place', item, rows * columns * pixel, ...source, to, spread * pixel, spread * columns * pixel, piece)
}

/** The pixels of a row of x that have a place in `columns` of them, if any; the same of rows. */
const inside = (left: number, spread: number, width: number, columns: number): [first: number, end: number] => {
  const first = Math.min(width, Math.max(0, Math.ceil(-left / spread)))
  return [first, Math.max(first, Math.min(width, Math.floor((columns - 1 - left) / spread) + 1))]
}

/** Takes the channels that y has out of those that were made. */
const narrowing = (from: number, wide: number, to: number, [, height, width, outs]: Shape) =>
  call('copyShortRows', from, 4 * wide, to, 4 * outs, to + 4 * height * width * outs, 4 * outs)
