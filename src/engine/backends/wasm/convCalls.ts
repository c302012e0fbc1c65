// Builders of the calls that a convolution is made of: the sums, packing the filter, padding an
// item.
import type { Tensor4D } from '../../base/tf.ts'
import type { CallRecord, Job } from './jobs.ts'
import { callRecord, repeatCalls } from './wasmFunctions.ts'

export type Shape4D = Tensor4D['shape']

/** Addresses and strides in bytes that a convolution function is given; see convFunctions.ts. */
export interface ConvLayout {
  filter: number
  bias: number
  x: readonly [pixel: number, row: number, line: number, lines: number, run: number]
  y: readonly [pixel: number, row: number]
  /** Floats of the filter for each channel of y. */
  portion: number
}

/** Returns the calls for some rows of y, which begin at these addresses. */
export function convCalls(
  layout: ConvLayout,
  outs: number,
  [x, y]: readonly [x: number, y: number],
  rows: number,
): Job {
  return channelBlocks(outs).map(({ lanes, first, count }) => {
    const [weights, bias] = [layout.filter + 4 * first * layout.portion, layout.bias + 4 * first]
    const [portion, height] = [4 * lanes * layout.portion, rows * layout.y[1]]
    const channels = 4 * lanes * count
    const source = [x, ...layout.x, weights, portion, bias]
    return callRecord(`conv${lanes}`, ...source, y + 4 * first, ...layout.y, height, channels)
  })
}

/**
 * Returns the blocks of y's channels that are computed together: eight as often as possible, of
 * which the last may be padding, and four at the end.
 */
export function channelBlocks(outs: number): { lanes: 4 | 8; first: number; count: number }[] {
  const eights = Math.floor((outs + 3) / 8)
  const blocks = [
    { lanes: 8 as const, first: 0, count: eights },
    { lanes: 4 as const, first: 8 * eights, count: 8 * eights < outs ? 1 : 0 },
  ]
  return blocks.filter(({ count }) => count > 0)
}

/** Returns the number of channels of y, including padding. */
export const paddedChannels = (outs: number) =>
  channelBlocks(outs).reduce((sum, { lanes, count }) => sum + lanes * count, 0)

/** The layout of a filter in memory: the offset of its first number, and strides, in floats. */
export interface FilterOrder {
  first: number
  /** From one tap to the next. */
  place: number
  /** From one input channel to the next. */
  ins: number
  /** From one output channel to the next. */
  outs: number
}

/** Returns jobs for `count` blocks of channels, four for each thread. */
export function blockJobs(count: number, threads: number, build: (block: number) => Job): Job[] {
  const blocks = Math.max(1, threads === 1 ? count : Math.ceil(count / (4 * threads)))
  return Array.from({ length: Math.ceil(count / blocks) }, (_, job) => {
    const first = job * blocks
    return repeatCalls(Math.min(blocks, count - first), (i) => build(first + i))
  })
}

/**
 * Packs a filter in the order of access: for each block of output channels, all taps and inputs.
 */
export function packFilterJobs(
  weights: number,
  order: FilterOrder,
  [places, ins, outs]: [places: number, ins: number, outs: number],
  to: number,
  threads: number,
): Job[] {
  const { first: begin, place, ins: step, outs: stride } = order
  const packBlock = (channel: number, lanes: number, filled: number): CallRecord => {
    const [from, size] = [weights + 4 * (begin + channel * stride), 4 * lanes * places * ins]
    const target = to + 4 * channel * places * ins
    if (stride === 1 && place === ins * step && filled === lanes)
      return callRecord('copyRows', from, 4 * step, target, 4 * lanes, target + size, 4 * lanes)
    const strides = [4 * stride, 4 * step, 4 * lanes * ins, 4 * place]
    return callRecord(`gather${filled as 1}`, from, ...strides, target, target + size)
  }
  return channelBlocks(outs).flatMap(({ lanes, first, count }) => {
    const filled = Math.min(lanes, outs - first - lanes * (count - 1))
    const full = filled === lanes ? count : count - 1
    const last = first + lanes * full
    return [
      ...blockJobs(full, threads, (i) => [packBlock(first + i * lanes, lanes, lanes)]),
      ...(full < count ? [[packBlock(last, lanes, filled)]] : []),
    ]
  })
}

/** y += x, of this many bytes. */
export const addCall = (y: number, x: number, bytes: number): CallRecord =>
  bytes % 16 === 0
    ? callRecord('addition', y, y + bytes, x, y)
    : callRecord('addShort', y, y + bytes, x, y)

/** Positions of x's pixels in a padded item: `spread` apart, after `top` and `left` zeros. */
export interface Padding {
  spread: number
  /** Negative where pixels of x are cropped. */
  top: number
  left: number
}

/** Copies an item of x into a padded buffer of `rows` by `columns` pixels. */
export function padItemCall(
  x: number,
  item: number,
  [, height, width, channels]: Shape4D,
  [rows, columns]: [number, number],
  { spread, top, left }: Padding,
) {
  const pixel = 4 * channels
  const [firstRow, endRow] = pixelsWithin(top, spread, height, rows)
  const [first, end] = pixelsWithin(left, spread, width, columns)
  const from = x + (firstRow * width + first) * pixel
  const to = item + ((top + firstRow * spread) * columns + left + first * spread) * pixel
  const piece = spread === 1 ? (end - first) * pixel : pixel
  const sourceEnd = from + (endRow - firstRow) * width * pixel
  const source = [from, (end - first) * pixel, piece, width * pixel, sourceEnd]
  const target = [to, spread * pixel, spread * columns * pixel, piece]
  return callRecord('padItem', item, rows * columns * pixel, ...source, ...target)
}

/**
 * Returns the range of pixels of a row of x that are within `columns` padded ones; also for rows.
 */
const pixelsWithin = (
  left: number,
  spread: number,
  width: number,
  columns: number,
): [first: number, end: number] => {
  const first = Math.min(width, Math.max(0, Math.ceil(-left / spread)))
  return [first, Math.max(first, Math.min(width, Math.floor((columns - 1 - left) / spread) + 1))]
}
