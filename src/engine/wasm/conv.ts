// Convolutions on the wasm backend by functions of our own, and their gradients with respect to x, which are convolutions too.
import type { Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import type { Info } from './call.ts'
import { call, keyOf, repeated } from './module.ts'
import type { Own } from './module.ts'
import type { Call, Strand } from './strands.ts'
import type { Phase } from './plans.ts'
import type { Shares, Steps } from './shares.ts'
import { phasesOf, sharesFor } from './shares.ts'
import type { Size } from './winograd.ts'
import { canTile, packingOfTiles, roomForTiles, tiledFilterSize, tiling } from './winograd.ts'

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

/** What is added to a convolution. */
interface Added {
  bias?: Tensor1D
  /** `[b, out]`, or one row for all items: to every pixel. */
  perItem?: Tensor2D
  /** Of the shape of what comes out. */
  residual?: Tensor4D
}

/** x * W, and what is added, to `[b, height, width, out]`, zeros wherever there is no x. */
export function convolve(
  own: Own,
  x: Tensor4D,
  weight: Tensor4D,
  added: Added,
  [height, width]: [number, number],
  geometry: Geometry,
): Tensor4D {
  const y = own.output<Tensor4D>([x.shape[0], height, width, weight.shape[3]])
  forwardTo(own, image(y), image(x), image(weight), added, geometry)
  return y
}

function forwardTo(own: Own, y: Image, x: Image, weight: Image, added: Added, { stride, pad }: Geometry) {
  const [kh, kw, ins, outs] = weight.shape
  // As it lies: from one place, and from one channel of x or y, to the next.
  const filter = { of: weight.of, place: ins * outs, first: 0, ins: outs, outs: 1 }
  run(own, y, x, { kernel: [kh, kw], stride, spread: 1, ...pad }, filter, added)
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
  forwardTo(own, rowsAsImage(y), rowsAsImage(x), place(weight), bias ? { bias } : {}, single)
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
interface Order {
  first: number
  place: number
  ins: number
  outs: number
}

interface Filter extends Order {
  of: Info
}

function run(own: Own, y: Image, x: Image, work: Work, filter: Filter, added: Added = {}): void {
  const layer = layerOf(y.shape, x.shape, work)
  const { size, items, wide, places } = layer
  const shares = sharesFor(own.threads, items, size.height)
  const rows = rowsAdded(added)
  const { floats, roomAt } = roomFor(layer, shares, wide * (1 + rows))
  const { address, numbers } = own.scratch(floats)
  writeVectors(own, added, numbers.subarray(0, wide * (1 + rows)), size.outs)
  const { of: weights, ...order } = filter
  const residual = added.residual && own.address(added.residual)
  const addresses = [own.address(x.of), own.address(y.of), own.address(weights), address, residual ?? 0]
  const { kernel, stride, spread, top, left } = work
  const about = [...y.shape, ...x.shape, ...kernel, stride, spread, top, left, order.first, order.place, order.ins, order.outs]
  const key = keyOf('conv', ...about, rows, residual === undefined ? 0 : 1)
  own.phases(key, addresses, ([x, y, weights, scratch, other]) => {
    const room = roomAt(scratch!)
    const steps = stepsFor(layer, room, {
      x: x!,
      y: y!,
      perItem: rows > 1,
      residual: residual === undefined ? undefined : other!,
    })
    const multiplications = items * size.height * size.width * places * size.ins * size.outs
    return [
      ...packingFor(layer, weights!, order, room),
      ...phasesOf(shares, steps, { multiplications, ofCopies: multiplications / PACKING }),
    ]
  })
}

/** Puts the filter in the order in which it is read. */
function packingFor({ size, places, wide, isTiled }: Layer, weights: number, order: Order, room: Room): Phase[] {
  const multiplications = PACKING * places * size.ins * wide
  const strands = packing(weights, order, [places, size.ins, size.outs], room.filter)
  const packed = { strands, multiplications }
  return isTiled ? [packed, { strands: packingOfTiles(size, room.filter, room.tiledFilter), multiplications }] : [packed]
}

/** How many multiplications take as long as to pack a weight. */
const PACKING = 20

/** What is convolved, in pixels and floats. */
interface Layer {
  work: Work
  size: Size
  items: number
  /** Of the filter. */
  places: number
  /** Of an item with its zeros; `whole`: it has none, and is read where it is. */
  rows: number
  columns: number
  whole: boolean
  xShape: Shape
  /** Channels that are made. If they are more than y has, they are not made where y is. */
  wide: number
  isTiled: boolean
}

function layerOf([items, height, width, outs]: Shape, xShape: Shape, work: Work): Layer {
  const { kernel, stride, spread, top, left } = work
  const [kh, kw] = kernel
  const size = { height, width, ins: xShape[3], outs }
  const [rows, columns] = [(height - 1) * stride + kh, (width - 1) * stride + kw]
  const whole = spread === 1 && rows === xShape[1] && columns === xShape[2] && top === 0 && left === 0
  const isTiled = kh === 3 && kw === 3 && stride * spread === 1 && canTile(size)
  return { work, size, items, places: kh * kw, rows, columns, whole, xShape, wide: channelsMade(outs), isTiled }
}

/** Where what is needed for a while is, in bytes. */
interface Room {
  filter: number
  tiledFilter: number
  /** What is added: zeros, and then one or more vectors. */
  vectors: number
  /** Of an item with its zeros, of what is made of it, and of tiles. */
  x: (room: number) => number
  y: (room: number) => number
  tiles: (strand: number) => number
}

/** How much room it takes, and where what is, if it begins at an address; `vectors`: floats of what is added. */
function roomFor({ size, places, rows, columns, whole, wide, isTiled }: Layer, shares: Shares, vectors: number) {
  const { height, width, ins, outs } = size
  const filter = vectors + (isTiled ? tiledFilterSize(size) : 0)
  const begin = filter + places * ins * wide
  const ofX = whole ? 0 : rows * columns * ins
  const ofItem = ofX + (wide === outs ? 0 : height * width * wide)
  const ofTiles = isTiled ? roomForTiles({ ...size, height: shares.rows }) : 0
  return {
    floats: begin + shares.rooms * ofItem + shares.strands * ofTiles,
    roomAt: (address: number): Room => ({
      vectors: address,
      tiledFilter: address + 4 * vectors,
      filter: address + 4 * filter,
      x: (room) => address + 4 * (begin + room * ofItem),
      y: (room) => address + 4 * (begin + room * ofItem + ofX),
      tiles: (strand) => address + 4 * (begin + shares.rooms * ofItem + strand * ofTiles),
    }),
  }
}

/** Where tensors are, and whether what is added to pixels differs from item to item. */
interface Places {
  x: number
  y: number
  perItem: boolean
  residual: number | undefined
}

/** The calls that make an item. */
function stepsFor(layer: Layer, room: Room, { x, y, perItem, residual }: Places): Steps {
  const { work, size, places, rows, columns, whole, xShape, wide, isTiled } = layer
  const { height, width, ins, outs } = size
  const [xItem, yItem] = [4 * xShape[1] * xShape[2] * ins, 4 * height * width * outs]
  const isWide = wide !== outs
  const made = { filter: room.filter, ...stepsOf(work, width, wide, columns, ins), portion: places * ins }
  const [xOf, yOf] = [(item: number) => x + item * xItem, (item: number) => y + item * yItem]
  return {
    before: (item, at) => (whole ? [] : [placing(xOf(item), room.x(at), xShape, [rows, columns], work)]),
    rows(item, at, strand, first, count) {
      const from = (whole ? xOf(item) : room.x(at)) + first * made.x[1]
      const to = (isWide ? room.y(at) : yOf(item)) + first * made.y[1]
      const bias = room.vectors + 4 * wide * (perItem ? item + 1 : 1)
      if (!isTiled) return convolving({ ...made, bias }, outs, [from, to], count)
      const tiles = { filter: room.tiledFilter, bias, zeros: room.vectors, room: room.tiles(strand) }
      return tiling({ ...size, height: count, x: from, y: to, ...tiles })
    },
    after: (item, at) => [
      ...(isWide ? [narrowing(room.y(at), wide, yOf(item), size)] : []),
      ...(residual === undefined ? [] : [addition(yOf(item), residual + item * yItem, yItem)]),
    ],
  }
}

/** How many vectors of what is added to all pixels there are: one for each item if they differ. */
const rowsAdded = ({ perItem }: Added) => perItem?.shape[0] ?? 1

/** One of zeros, and those of {@link rowsAdded}, as long as what is made. */
function writeVectors(own: Own, added: Added, vectors: Float32Array, outs: number) {
  const rows = rowsAdded(added)
  const wide = vectors.length / (1 + rows)
  const [bias, perItem] = [added.bias && own.numbers(added.bias), added.perItem && own.numbers(added.perItem)]
  vectors.fill(0)
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < outs; channel++)
      vectors[(1 + row) * wide + channel] = (bias?.[channel] ?? 0) + (perItem?.[row * outs + channel] ?? 0)
}

/** y += x, of so many bytes. */
const addition = (y: number, x: number, bytes: number): Call =>
  bytes % 16 === 0 ? call('addition', y, y + bytes, x, y) : call('addShort', y, y + bytes, x, y)

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
  { first: begin, place, ins: step, outs: apart }: Order,
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
export function placing(
  x: number,
  item: number,
  shape: Shape,
  [rows, columns]: [number, number],
  { spread, top, left }: Pick<Work, 'spread' | 'top' | 'left'>,
) {
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
const narrowing = (from: number, wide: number, to: number, { height, width, outs }: Size) =>
  call('copyShortRows', from, 4 * wide, to, 4 * outs, to + 4 * height * width * outs, 4 * outs)
