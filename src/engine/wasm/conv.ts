// Convolutions on the wasm backend by functions of our own, and their gradients with respect to x, which are convolutions too.
import type { Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import type { Info } from './call.ts'
import { call, repeated } from './module.ts'
import type { Own } from './module.ts'
import type { Call, Strand } from './strands.ts'
import { canTile, filterRoom, packTiles, roomForTiles, tiling } from './winograd.ts'

export interface Geometry {
  stride: 1 | 2
  pad: { top: number; left: number }
}

type Shape = Tensor4D['shape']

/** A tensor as an image, whatever its own shape is. */
export interface Image {
  of: Info
  shape: Shape
}

const image = (of: Tensor4D): Image => ({ of, shape: of.shape })

/** x * W + b to `[b, height, width, out]`, zeros wherever there is no x. */
export function convolve(
  own: Own,
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  [height, width]: [number, number],
  geometry: Geometry,
): Tensor4D {
  const y = own.output<Tensor4D>([x.shape[0], height, width, weight.shape[3]])
  forwardTo(own, image(y), image(x), image(weight), bias, geometry)
  return y
}

function forwardTo(own: Own, y: Image, x: Image, weight: Image, bias: Tensor1D | undefined, { stride, pad }: Geometry) {
  const [kh, kw, ins, outs] = weight.shape
  // As it lies: from one place, and from one channel of x or y, to the next.
  const filter = { of: weight.of, place: ins * outs, first: 0, ins: outs, outs: 1 }
  run(own, y, x, { kernel: [kh, kw], stride, spread: 1, ...pad }, filter, bias)
}

/**
 * dx[i] = sum_k dy[(i + pad - k) / stride] W[k]^T: a convolution of dy, with zeros between its pixels for stride 2, with W
 * turned by 180 degrees, in and out exchanged.
 */
export function inputGradient(own: Own, dy: Tensor4D, weight: Tensor4D, shape: Shape, geometry: Geometry): Tensor4D {
  const dx = own.output<Tensor4D>(shape)
  backwardTo(own, image(dx), image(dy), image(weight), geometry)
  return dx
}

function backwardTo(own: Own, dx: Image, dy: Image, weight: Image, { stride, pad }: Geometry) {
  const [kh, kw, ins, outs] = weight.shape
  const place = ins * outs
  const filter = { of: weight.of, place: -place, first: (kh * kw - 1) * place, ins: 1, outs }
  run(own, dx, dy, { kernel: [kh, kw], stride: 1, spread: stride, top: kh - 1 - pad.top, left: kw - 1 - pad.left }, filter)
}

const single = { stride: 1, pad: { top: 0, left: 0 } } as const

const place = (weight: Tensor2D): Image => ({ of: weight, shape: [1, 1, ...weight.shape] })

/** x W + b of every row, for x of `[n, in]` and W of `[in, out]`. */
export function product(own: Own, x: Tensor2D, weight: Tensor2D, bias?: Tensor1D): Tensor2D {
  const y = own.output<Tensor2D>([x.shape[0], weight.shape[1]])
  forwardTo(own, rowsAsImage(y), rowsAsImage(x), place(weight), bias, single)
  return y
}

/** dy W^T: the gradient of {@link product} with respect to x. */
export function productInputGradient(own: Own, dy: Tensor2D, weight: Tensor2D): Tensor2D {
  const dx = own.output<Tensor2D>([dy.shape[0], weight.shape[0]])
  backwardTo(own, rowsAsImage(dx), rowsAsImage(dy), place(weight), single)
  return dx
}

/** `[n, c]` as items of one row each, of as many pixels as divide n. */
function rowsAsImage(x: Tensor2D): Image {
  const [n, c] = x.shape
  const width = WIDTHS.find((width) => n % width === 0) ?? n
  return { of: x, shape: [n / width, 1, width, c] }
}

/** Pixels of a row that stay in the cache while all channels of y are made. */
const WIDTHS = [64, 48, 32, 24, 16]

interface Work {
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
  of: Info
  first: number
  place: number
  ins: number
  outs: number
}

function run(own: Own, y: Image, x: Image, work: Work, filter: Filter, bias?: Tensor1D): void {
  const [b, height, width, outs] = y.shape
  const [ins, places] = [x.shape[3], work.kernel[0] * work.kernel[1]]
  const { rows, columns, whole } = extentOf(work, y.shape, x.shape)
  const wide = channelsMade(outs)
  const size = { height, width, ins, outs }
  const isTiled = places === 9 && work.kernel[0] === 3 && work.stride * work.spread === 1 && canTile(size)
  // Without zeros around it x is read where it is, and with whole vectors y is made where it is.
  const [xSize, ySize] = [whole ? 0 : rows * columns * ins, wide === outs ? 0 : height * width * wide]
  const shares = shared(own.threads, b, height)
  const tileRoom = isTiled ? roomForTiles({ ...size, height: shares.rows }) : 0
  const { tiled, packed } = isTiled ? filterRoom(size) : { tiled: 0, packed: places * ins * wide }
  const { address, numbers } = own.scratch(tiled + packed + 2 * wide + shares.rooms * (xSize + ySize) + shares.strands * tileRoom)
  const biasAt = tiled + packed
  numbers.fill(0, biasAt, biasAt + 2 * wide)
  if (bias) numbers.set(own.numbers(bias), biasAt)
  const packedAt = address + 4 * tiled
  if (isTiled) packTiles(own, own.address(filter.of), filter, size, address, packedAt, PACKING * packed)
  else own.all(packing(own.address(filter.of), filter, [places, ins, outs], packedAt), PACKING * packed)

  const [xItem, yItem] = [4 * x.shape[1] * x.shape[2] * ins, 4 * height * width * outs]
  const [xAt, yAt, rooms] = [own.address(x.of), own.address(y.of), address + 4 * (biasAt + 2 * wide)]
  const [roomAt, tilesAt] = [
    (room: number) => rooms + 4 * room * (xSize + ySize),
    (strand: number) => rooms + 4 * (shares.rooms * (xSize + ySize) + strand * tileRoom),
  ]
  const made = {
    filter: packedAt,
    bias: address + 4 * biasAt,
    ...stepsOf(work, width, wide, columns, ins),
    portion: places * ins,
  }
  const [fromOf, toOf] = [
    (item: number, room: number) => (whole ? xAt + item * xItem : roomAt(room)),
    (item: number, room: number) => (ySize ? roomAt(room) + 4 * xSize : yAt + item * yItem),
  ]
  const shareOf: Steps = {
    before: (item, room) => (whole ? [] : [placing(xAt + item * xItem, roomAt(room), x.shape, [rows, columns], work)]),
    rows(item, room, strand, first, count) {
      const at = [fromOf(item, room) + first * made.x[1], toOf(item, room) + first * made.y[1]] as const
      if (!isTiled) return convolving(made, outs, at, count)
      const zeros = made.bias + 4 * wide
      return tiling({
        ...size,
        height: count,
        x: at[0],
        y: at[1],
        filter: address,
        bias: made.bias,
        zeros,
        room: tilesAt(strand),
      })
    },
    after: (item, room) => (ySize ? [narrowing(toOf(item, room), wide, yAt + item * yItem, y.shape)] : []),
  }
  runShares(own, shares, shareOf, b * height * width * places * ins * outs)
}

/** How items are shared out among threads. */
interface Shares {
  /** Items, and rows of each. */
  items: number
  height: number
  /** Strands, and how many items each does; or, if there are too few items for all threads, how many rows of one. */
  strands: number
  some: number
  rows: number
  /** How many items have a room at once. */
  rooms: number
}

function shared(threads: number, items: number, height: number): Shares {
  if (threads === 1 || items >= 2 * threads) {
    const some = threads === 1 ? items : Math.ceil(items / (4 * threads))
    const strands = Math.ceil(items / some)
    return { items, height, strands, some, rows: height, rooms: strands }
  }
  // Two by two, as tiles have them.
  const rows = Math.min(height, 2 * Math.ceil((height * items) / (4 * threads)))
  return { items, height, strands: items * Math.ceil(height / rows), some: 1, rows, rooms: items }
}

/** The calls for an item, with the number of its room and of the strand. */
interface Steps {
  before(item: number, room: number): Strand
  rows(item: number, room: number, strand: number, first: number, count: number): Strand
  after(item: number, room: number): Strand
}

function runShares(own: Own, { items, height, strands, some, rows }: Shares, steps: Steps, multiplications: number) {
  if (rows === height) {
    const strandOf = (strand: number) =>
      repeated(Math.min(some, items - strand * some), (i) => {
        const item = strand * some + i
        return [...steps.before(item, strand), ...steps.rows(item, strand, strand, 0, height), ...steps.after(item, strand)]
      })
    own.all(
      Array.from({ length: strands }, (_, strand) => strandOf(strand)),
      multiplications,
    )
    return
  }
  const forEach = (of: (item: number, room: number) => Strand) =>
    own.all(
      Array.from({ length: items }, (_, item) => of(item, item)).filter(({ length }) => length > 0),
      multiplications / PACKING,
    )
  const bands = strands / items
  forEach(steps.before)
  own.all(
    Array.from({ length: strands }, (_, strand) => {
      const [item, first] = [Math.floor(strand / bands), (strand % bands) * rows]
      return steps.rows(item, item, strand, first, Math.min(rows, height - first))
    }),
    multiplications,
  )
  forEach(steps.after)
}

/** How many multiplications take as long as to pack a weight. */
const PACKING = 20

/** What of x is gone through, with its zeros, and whether that is just x. */
function extentOf({ kernel: [kh, kw], stride, top, left }: Work, [, outHeight, outWidth]: Shape, [, height, width]: Shape) {
  const [rows, columns] = [(outHeight - 1) * stride + kh, (outWidth - 1) * stride + kw]
  return { rows, columns, whole: rows === height && columns === width && top === 0 && left === 0 }
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

function stepsOf({ kernel: [kh, kw], stride }: Work, width: number, outs: number, columns: number, ins: number) {
  const line = 4 * columns * ins
  return { x: [4 * stride * ins, stride * line, line, kh * line, 4 * kw * ins], y: [4 * outs, 4 * outs * width] } as const
}

/** The calls that make so many rows of y, from these addresses on. */
export function convolving(made: Made, outs: number, [x, y]: readonly [x: number, y: number], rows: number): Strand {
  return portionsOf(outs).map(({ lanes, first, count }) => {
    const [weights, addend] = [made.filter + 4 * first * made.portion, made.bias + 4 * first]
    const [portion, height, channels] = [4 * lanes * made.portion, rows * made.y[1], 4 * lanes * count]
    return call(`conv${lanes}`, x, ...made.x, weights, portion, addend, y + 4 * first, ...made.y, height, channels)
  })
}

/** Channels of y that are made together: as often as possible eight, of which the last may be zeros, and at the end four. */
export function portionsOf(outs: number): { lanes: 4 | 8; first: number; count: number }[] {
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
  { first: begin, place, ins: step, outs: apart }: Omit<Filter, 'of'>,
  [places, ins, outs]: [places: number, ins: number, outs: number],
  to: number,
): Strand[] {
  const packed = (channel: number, lanes: number, filled: number): Call => {
    const [from, size, target] = [
      weights + 4 * (begin + channel * apart),
      4 * lanes * places * ins,
      to + 4 * channel * places * ins,
    ]
    return apart === 1 && place === ins * step && filled === lanes
      ? call('copyRows', from, 4 * step, target, 4 * lanes, target + size, 4 * lanes)
      : call(`gather${filled as 1}`, from, 4 * apart, 4 * step, 4 * lanes * ins, 4 * place, target, target + size)
  }
  return portionsOf(outs).flatMap(({ lanes, first, count }) => {
    const filled = Math.min(lanes, outs - first - lanes * (count - 1))
    const full = filled === lanes ? count : count - 1
    const last = first + lanes * full
    return [
      ...(full ? [repeated(full, (i) => [packed(first + i * lanes, lanes, lanes)])] : []),
      ...(full < count ? [[packed(last, lanes, filled)]] : []),
    ]
  })
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
