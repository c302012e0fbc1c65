// Winograd convolution F(2x2, 3x3): 16 multiplications for every 2x2 pixels instead of 36. The
// tiles of a few rows of an item are transformed, multiplied by the filter, and transformed back
// before the next rows, so that they stay in the cache.
import { channelBlocks, convCalls } from './convCalls.ts'
import type { Job } from './jobs.ts'
import { callRecord, repeatCalls } from './wasmFunctions.ts'

/** Numbers of a transformed tile. */
const TILE_NUMBERS = 16

/** Floats of tiles that are in memory at the same time. */
const CACHE_FLOATS = 2 ** 16

/** Channels of x and of y from which the transforms cost less than they save. */
const MIN_CHANNELS = 12

/** Pixels of y, and channels. */
export interface ConvSize {
  height: number
  width: number
  ins: number
  outs: number
}

/** Returns whether Winograd applies to a 3x3 convolution with stride 1, and pays. */
export const canUseWinograd = ({ height, width, ins, outs }: ConvSize) =>
  height % 2 === 0 &&
  width % 2 === 0 &&
  ins % 4 === 0 &&
  outs % 4 === 0 &&
  Math.min(ins, outs) >= MIN_CHANNELS

/** Returns the number of rows of tiles that fit in the cache. */
const maxTileRows = ({ height, width, ins, outs }: ConvSize) =>
  Math.min(
    height / 2,
    Math.max(1, Math.floor(CACHE_FLOATS / (TILE_NUMBERS * (width / 2) * (ins + outs)))),
  )

/** Returns the number of rows of tiles in a pass: the largest that divides all rows evenly. */
function tileRowsPerPass(size: ConvSize): number {
  const { height } = size
  let rows = maxTileRows(size)
  while ((height / 2) % rows !== 0) rows--
  return rows
}

/** Returns the floats of scratch memory for computing y, or a part of it. */
export const tileBufferSize = (size: ConvSize) =>
  TILE_NUMBERS * maxTileRows(size) * (size.width / 2) * (size.ins + size.outs)

/** Returns the floats of a transformed filter. */
export const winogradFilterSize = ({ ins, outs }: ConvSize) => TILE_NUMBERS * ins * outs

/** Transforms a packed filter. */
export const transformFilterJobs = ({ ins, outs }: ConvSize, packed: number, to: number): Job[] =>
  channelBlocks(outs).map(({ lanes, first, count }) =>
    repeatCalls(count, (i) => {
      const [channel, tap] = [first + i * lanes, 4 * lanes * ins]
      const from = packed + 4 * 9 * channel * ins
      const target = to + 4 * channel * ins
      return [callRecord('filterTiles', from, from + tap, tap, target, 4 * ins * outs)]
    }),
  )

/** Sizes and addresses of a Winograd convolution. */
export interface WinogradConv extends ConvSize {
  /** The padded item. */
  x: number
  y: number
  filter: number
  bias: number
  /** A vector of zeros, one for each channel of y. */
  zeros: number
  /** Scratch memory; see {@link tileBufferSize}. */
  tiles: number
}

/** Returns the calls that compute all of y. */
export function winogradJob(conv: WinogradConv): Job {
  const { x, y, filter, bias, zeros, tiles, ...size } = conv
  const { height, width, ins, outs } = size
  const rows = tileRowsPerPass(size)
  const count = (rows * width) / 2
  const [xPixel, yPixel] = [4 * ins, 4 * outs]
  const [xRow, yRow] = [xPixel * (width + 2), yPixel * width]
  const [xPlane, yPlane] = [count * xPixel, count * yPixel]
  const products = tiles + TILE_NUMBERS * xPlane
  const multiply = repeatCalls(TILE_NUMBERS, (i) => {
    const layout = {
      filter: filter + 4 * i * ins * outs,
      bias: zeros,
      x: [xPixel, 0, xPixel, xPixel, xPixel],
      y: [yPixel, yPlane],
      portion: ins,
    } as const
    return convCalls(layout, outs, [tiles + i * xPlane, products + i * yPlane], 1)
  })
  const xTiles = [tiles, tiles + xPlane, (xPixel * width) / 2, xPlane]
  const yTiles = [products, products + yPlane, (yPixel * width) / 2, yPlane]
  return repeatCalls(height / 2 / rows, (pass) => [
    callRecord('inputTiles', x + pass * 2 * rows * xRow, xPixel, xRow, ...xTiles),
    ...multiply,
    callRecord('outputTiles', ...yTiles, bias, y + pass * 2 * rows * yRow, yPixel, yRow),
  ])
}
