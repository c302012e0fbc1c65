// Winograd convolutions F(2x2, 3x3) and F(4x4, 3x3): 16 multiplications for every 2x2 pixels, or 36
// for every 4x4, instead of 36 or 144. The tiles of some items, or of some rows of one, are
// transformed, multiplied by the filter, and transformed back before the next ones, so that they
// stay in the cache.
import type { TilePixels } from '../winogradTransforms.ts'
import type { Phase } from './callPlans.ts'
import { chooseJobCount } from './chunks.ts'
import type { Padding, Shape4D } from './convCalls.ts'
import { addCall, blockJobs, channelBlocks, convCalls, padItemCall } from './convCalls.ts'
import type { Job } from './jobs.ts'
import { callRecord, inThreadMemory, repeatCalls } from './wasmFunctions.ts'

/** Returns the numbers of a transformed tile. */
export const tileNumbers = (pixels: TilePixels) => (pixels + 2) ** 2

/** Floats of tiles that are in memory at the same time. */
const CACHE_FLOATS = 2 ** 17

/** Channels of x and of y from which the transforms cost less than they save. */
const MIN_CHANNELS = { 2: 12, 4: 16 } as const

/**
 * Tiles of an item from which transforming the filter to 36 numbers pays. The number of items does
 * not count, so that an item has the same bits in every batch.
 */
const MIN_LARGE_TILES = 4

/** Pixels of y, and channels. */
export interface ConvSize {
  height: number
  width: number
  ins: number
  outs: number
}

/**
 * Returns the tiles of the fastest Winograd convolution, for a 3x3 convolution with stride 1;
 * undefined if none applies or pays.
 */
export function chooseTiles({ height, width, ins, outs }: ConvSize): TilePixels | undefined {
  const canUse = (pixels: TilePixels) =>
    height % pixels === 0 &&
    width % pixels === 0 &&
    ins % 4 === 0 &&
    outs % 4 === 0 &&
    Math.min(ins, outs) >= MIN_CHANNELS[pixels]
  if (canUse(4) && (height * width) / 16 >= MIN_LARGE_TILES) return 4
  return canUse(2) ? 2 : undefined
}

/**
 * Returns the floats from a plane of `floats` numbers to the next one: a line of the cache more,
 * since distances that are powers of two would put all planes into the same few lines.
 */
export const planeStride = (floats: number) => floats + 16

/** Returns the floats of a transformed filter. */
export const winogradFilterSize = (pixels: TilePixels, { ins, outs }: ConvSize) =>
  tileNumbers(pixels) * planeStride(ins * outs)

/** Transforms a packed filter. */
export const transformFilterJobs = (
  pixels: TilePixels,
  { ins, outs }: ConvSize,
  packed: number,
  to: number,
  threads: number,
): Job[] =>
  channelBlocks(outs).flatMap(({ lanes, first, count }) =>
    blockJobs(count, threads, (i) => {
      const [channel, tap] = [first + i * lanes, 4 * lanes * ins]
      const from = packed + 4 * 9 * channel * ins
      const target = to + 4 * channel * ins
      const plane = 4 * planeStride(ins * outs)
      return [callRecord(`filterTiles${pixels}`, from, from + tap, tap, target, plane)]
    }),
  )

// ---- division into passes

/** Passes compute entire items, or some rows of one. Their results do not depend on each other. */
export interface WinogradPasses {
  pixels: TilePixels
  size: ConvSize
  items: number
  itemsPerPass: number
  /** Pixel rows of y. */
  rowsPerPass: number
  /** Each job computes all rows of some items, or the rows of one pass. */
  itemsPerJob: number
  rowsPerJob: number
}

export function divideIntoPasses(
  pixels: TilePixels,
  size: ConvSize,
  items: number,
  threads: number,
): WinogradPasses {
  const { height, width, ins, outs } = size
  const [across, tileRows] = [width / pixels, height / pixels]
  const total = items * across * tileRows
  const fitting = Math.floor(CACHE_FLOATS / (tileNumbers(pixels) * (ins + outs)))
  const tiles = threads === 1 ? fitting : Math.min(fitting, Math.ceil(total / (4 * threads)))
  const itemsPerPass = Math.min(items, Math.max(1, Math.floor(tiles / (across * tileRows))))
  let rows = Math.min(tileRows, Math.max(1, Math.floor(tiles / across)))
  while (tileRows % rows !== 0) rows--
  const multiplications = items * height * width * 9 * ins * outs
  const jobs = chooseJobCount(threads, multiplications)
  return {
    pixels,
    size,
    items,
    itemsPerPass,
    rowsPerPass: rows * pixels,
    itemsPerJob: itemsPerPass * Math.ceil(items / itemsPerPass / jobs),
    rowsPerJob: threads === 1 ? height : rows * pixels,
  }
}

const countJobs = ({ items, itemsPerJob, rowsPerJob, size: { height } }: WinogradPasses) =>
  Math.ceil(items / itemsPerJob) * (height / rowsPerJob)

/** Returns the floats of a thread's memory: a padded item, and the tiles of a pass. */
function layOutJob({ pixels, size, itemsPerPass, rowsPerPass }: WinogradPasses) {
  const { width, ins, outs } = size
  const tiles = (itemsPerPass * rowsPerPass * width) / pixels ** 2
  const padded = (rowsPerPass + 2) * (width + 2) * ins
  const planes = planeStride(tiles * ins) + planeStride(tiles * outs)
  return { padded, floats: padded + tileNumbers(pixels) * planes }
}

/** Returns the floats of a thread's memory. */
export const winogradMemory = (passes: WinogradPasses) => layOutJob(passes).floats

// ---- calls

/** Addresses of a Winograd convolution. */
export interface WinogradAddresses {
  x: number
  y: number
  /** The transformed filter. */
  filter: number
  /** The vector that is added to the pixels of an item. */
  bias: (item: number) => number
  /** A vector of zeros, one for each channel of y. */
  zeros: number
  /** Added to y. */
  residual: number | undefined
}

/** Some items, some of their rows, and the memory of the thread. */
interface Pass {
  item: number
  count: number
  row: number
  memory: number
}

/** Returns the phase that computes all of y. It needs {@link winogradMemory}. */
export function winogradPhase(
  passes: WinogradPasses,
  [xShape, padding]: readonly [Shape4D, Padding],
  addresses: WinogradAddresses,
): Phase {
  const { size, items, itemsPerPass, rowsPerPass, itemsPerJob, rowsPerJob } = passes
  const { height, width, ins, outs } = size
  const buildPass = passBuilder(passes, xShape, padding, addresses)
  const buildJob = (index: number, memory: number): Job => {
    const parts = height / rowsPerJob
    const [first, firstRow] = [
      Math.floor(index / parts) * itemsPerJob,
      (index % parts) * rowsPerJob,
    ]
    const count = Math.min(itemsPerJob, items - first)
    const full = Math.floor(count / itemsPerPass)
    const rest = count - full * itemsPerPass
    const rows = Array.from(
      { length: rowsPerJob / rowsPerPass },
      (_, i) => firstRow + i * rowsPerPass,
    )
    return rows.flatMap((row) => {
      const pass = (i: number, count: number) =>
        buildPass({ item: first + i * itemsPerPass, count, row, memory })
      return [
        ...(full > 0 ? repeatCalls(full, (i) => pass(i, itemsPerPass)) : []),
        ...(rest > 0 ? pass(full, rest) : []),
      ]
    })
  }
  return {
    jobs: Array.from({ length: countJobs(passes) }, (_, index) =>
      inThreadMemory((memory) => buildJob(index, memory)),
    ),
    multiplications: items * height * width * 9 * ins * outs,
  }
}

/** Returns a function that builds the calls of a pass. */
function passBuilder(
  passes: WinogradPasses,
  xShape: Shape4D,
  padding: Padding,
  { x, y, filter, bias, zeros, residual }: WinogradAddresses,
) {
  const { pixels, size, rowsPerPass } = passes
  const { height, width, ins, outs } = size
  const [xPixel, yPixel] = [4 * ins, 4 * outs]
  const [xRow, yRow] = [xPixel * (width + 2), yPixel * width]
  const [xItem, yItem] = [xPixel * xShape[1] * xShape[2], yRow * height]
  const [tilesPerItem, across] = [(rowsPerPass * width) / pixels ** 2, width / pixels]
  const numbers = tileNumbers(pixels)
  return ({ item, count, row, memory }: Pass): Job => {
    const tileCount = count * tilesPerItem
    const [xPlane, yPlane] = [4 * planeStride(tileCount * ins), 4 * planeStride(tileCount * outs)]
    const tiles = memory + 4 * layOutJob(passes).padded
    const products = tiles + numbers * xPlane
    const transformItem = (i: number): Job => {
      const to = tiles + i * tilesPerItem * xPixel
      const shape = [rowsPerPass + 2, width + 2] as const
      const place = { ...padding, top: padding.top - row }
      const planes = [to, to + tilesPerItem * xPixel, across * xPixel, xPlane]
      return [
        padItemCall(x + (item + i) * xItem, memory, xShape, [...shape], place),
        callRecord(`inputTiles${pixels}`, memory, xPixel, xRow, ...planes),
      ]
    }
    const multiplyPlane = (i: number): Job => {
      const layout = {
        filter: filter + 4 * i * planeStride(ins * outs),
        bias: zeros,
        x: [xPixel, 0, xPixel, xPixel, xPixel],
        y: [yPixel, tileCount * yPixel],
        portion: ins,
      } as const
      return convCalls(layout, outs, [tiles + i * xPlane, products + i * yPlane], 1)
    }
    const finishItem = (i: number): Job => {
      const from = products + i * tilesPerItem * yPixel
      const planes = [from, from + tilesPerItem * yPixel, across * yPixel, yPlane]
      const offset = (item + i) * yItem + row * yRow
      const target = [bias(item + i), y + offset, yPixel, yRow]
      return [
        callRecord(`outputTiles${pixels}`, ...planes, ...target),
        ...(residual === undefined
          ? []
          : [addCall(y + offset, residual + offset, rowsPerPass * yRow)]),
      ]
    }
    return [
      ...repeatCalls(count, transformItem),
      ...repeatCalls(numbers, multiplyPlane),
      ...repeatCalls(count, finishItem),
    ]
  }
}
