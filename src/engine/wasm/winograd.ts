// Winograd's convolution F(2x2, 3x3): 16 multiplications where two by two pixels take 36. The tiles of some rows of an item are
// transformed, multiplied by the filter, channel by channel, and transformed back before the next ones are begun, so that they
// stay in the cache.
import { convolving, portionsOf } from './conv.ts'
import { call, repeated } from './module.ts'
import type { Strand } from './strands.ts'

/** Numbers of a tile. */
const NUMBERS = 16

/** Floats of tiles that are in memory together. */
const CACHE = 2 ** 16

/** Channels of x and of y from which the transforms cost less than they save. */
const CHANNELS = 12

/** What is convolved: pixels of y, and channels. */
export interface Size {
  height: number
  width: number
  ins: number
  outs: number
}

/** Whether it pays, of a convolution with three by three places and stride 1. */
export const canTile = ({ height, width, ins, outs }: Size) =>
  height % 2 === 0 && width % 2 === 0 && ins % 4 === 0 && outs % 4 === 0 && Math.min(ins, outs) >= CHANNELS

/** Rows of tiles that have room together. */
const mostRows = ({ height, width, ins, outs }: Size) =>
  Math.min(height / 2, Math.max(1, Math.floor(CACHE / (NUMBERS * (width / 2) * (ins + outs)))))

/** Rows of tiles that are made together, so that all `height` rows of y are made in equal parts. */
function rowsTogether(size: Size): number {
  const { height } = size
  let rows = mostRows(size)
  while ((height / 2) % rows !== 0) rows--
  return rows
}

/** Floats that it takes to make y, or less of it. */
export const roomForTiles = (size: Size) => NUMBERS * mostRows(size) * (size.width / 2) * (size.ins + size.outs)

/** Floats of the filter as it is used. */
export const tiledFilterSize = ({ ins, outs }: Size) => NUMBERS * ins * outs

/** Transforms a filter that is packed. */
export const packingOfTiles = ({ ins, outs }: Size, packed: number, to: number): Strand[] =>
  portionsOf(outs).map(({ lanes, first, count }) =>
    repeated(count, (i) => {
      const [channel, place] = [first + i * lanes, 4 * lanes * ins]
      const from = packed + 4 * 9 * channel * ins
      return [call('filterTiles', from, from + place, place, to + 4 * channel * ins, 4 * ins * outs)]
    }),
  )

export interface Tiled extends Size {
  /** The item with its zeros around it. */
  x: number
  y: number
  filter: number
  bias: number
  /** As many zeros as y has channels. */
  zeros: number
  /** See {@link roomForTiles}. */
  room: number
}

/** The calls that make all of y. */
export function tiling({ x, y, filter, bias, zeros, room, ...size }: Tiled): Strand {
  const { height, width, ins, outs } = size
  const rows = rowsTogether(size)
  const tiles = (rows * width) / 2
  const [xPixel, yPixel] = [4 * ins, 4 * outs]
  const [xRow, yRow] = [xPixel * (width + 2), yPixel * width]
  const [xPlane, yPlane] = [tiles * xPixel, tiles * yPixel]
  const products = room + NUMBERS * xPlane
  const multiplied = repeated(NUMBERS, (i) => {
    const made = {
      filter: filter + 4 * i * ins * outs,
      bias: zeros,
      x: [xPixel, 0, xPixel, xPixel, xPixel],
      y: [yPixel, yPlane],
      portion: ins,
    } as const
    return convolving(made, outs, [room + i * xPlane, products + i * yPlane], 1)
  })
  return repeated(height / 2 / rows, (part) => [
    call('inputTiles', x + part * 2 * rows * xRow, xPixel, xRow, room, room + xPlane, (xPixel * width) / 2, xPlane),
    ...multiplied,
    call(
      'outputTiles',
      products,
      products + yPlane,
      (yPixel * width) / 2,
      yPlane,
      bias,
      y + part * 2 * rows * yRow,
      yPixel,
      yRow,
    ),
  ])
}
