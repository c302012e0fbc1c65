// The phases of a convolution: packing the filter, and for every item padding, sums and additions;
// with the layout of their scratch memory.
import type { Phase } from './callPlans.ts'
import type { Chunking, ItemSteps } from './chunks.ts'
import { buildPhases } from './chunks.ts'
import type { FilterOrder, Padding, Shape4D } from './convCalls.ts'
import { convCalls, packFilterJobs, padItemCall, paddedChannels } from './convCalls.ts'
import type { CallRecord } from './jobs.ts'
import { callRecord } from './wasmFunctions.ts'
import type { ConvSize } from './winograd.ts'
import {
  canUseWinograd,
  tileBufferSize,
  transformFilterJobs,
  winogradFilterSize,
  winogradJob,
} from './winograd.ts'

export interface ConvWork extends Padding {
  kernel: readonly [height: number, width: number]
  stride: number
}

/** Sizes of a convolution, in pixels and floats. */
export interface ConvLayer {
  work: ConvWork
  size: ConvSize
  items: number
  /** Taps of the filter. */
  places: number
  /** Size of a padded item. */
  rows: number
  columns: number
  /** There is no padding, so items are read where they are. */
  unpadded: boolean
  xShape: Shape4D
  /** Channels of y with padding. If they are more than y has, they are computed in a buffer. */
  computedChannels: number
  useWinograd: boolean
}

export function describeLayer(
  [items, height, width, outs]: Shape4D,
  xShape: Shape4D,
  work: ConvWork,
): ConvLayer {
  const { kernel, stride, spread, top, left } = work
  const [kh, kw] = kernel
  const size = { height, width, ins: xShape[3], outs }
  const [rows, columns] = [(height - 1) * stride + kh, (width - 1) * stride + kw]
  return {
    work,
    size,
    items,
    places: kh * kw,
    rows,
    columns,
    unpadded:
      spread === 1 && rows === xShape[1] && columns === xShape[2] && top === 0 && left === 0,
    xShape,
    computedChannels: paddedChannels(outs),
    useWinograd: kh === 3 && kw === 3 && stride * spread === 1 && canUseWinograd(size),
  }
}

/** Addresses in the scratch memory. */
interface Scratch {
  filter: number
  winogradFilter: number
  /** A vector of zeros, and then one or more that are added to the pixels of y. */
  vectors: number
  /** Buffers of a padded item and of its result, and Winograd tiles. */
  x: (buffer: number) => number
  y: (buffer: number) => number
  tiles: (job: number) => number
}

/**
 * Returns the size of the scratch memory in floats, and its layout; `vectors`: floats of its
 * vectors.
 */
export function layOutScratch(layer: ConvLayer, chunking: Chunking, vectors: number) {
  const { size, places, rows, columns, unpadded, computedChannels, useWinograd } = layer
  const { height, width, ins, outs } = size
  const filter = vectors + (useWinograd ? winogradFilterSize(size) : 0)
  const begin = filter + places * ins * computedChannels
  const xFloats = unpadded ? 0 : rows * columns * ins
  const itemFloats = xFloats + (computedChannels === outs ? 0 : height * width * computedChannels)
  const tileFloats = useWinograd ? tileBufferSize({ ...size, height: chunking.rowsPerJob }) : 0
  const tiles = begin + chunking.buffers * itemFloats
  return {
    floats: tiles + chunking.jobs * tileFloats,
    locate: (address: number): Scratch => ({
      vectors: address,
      winogradFilter: address + 4 * vectors,
      filter: address + 4 * filter,
      x: (buffer) => address + 4 * (begin + buffer * itemFloats),
      y: (buffer) => address + 4 * (begin + buffer * itemFloats + xFloats),
      tiles: (job) => address + 4 * (tiles + job * tileFloats),
    }),
  }
}

/** Addresses of the tensors, and whether each item has its own bias vector. */
interface ConvTensors {
  x: number
  y: number
  weights: number
  residual: number | undefined
  perItem: boolean
}

/** The cost of packing a weight, in multiplications. */
const PACKING_COST = 20

export function convPhases(
  layer: ConvLayer,
  chunking: Chunking,
  order: FilterOrder,
  tensors: ConvTensors,
  scratch: Scratch,
): Phase[] {
  const { items, size, places } = layer
  const multiplications = items * size.height * size.width * places * size.ins * size.outs
  return [
    ...packingPhases(layer, tensors.weights, order, scratch),
    ...buildPhases(chunking, itemSteps(layer, scratch, tensors), {
      multiplications,
      copyWork: multiplications / PACKING_COST,
    }),
  ]
}

function packingPhases(
  { size, places, computedChannels, useWinograd }: ConvLayer,
  weights: number,
  order: FilterOrder,
  { filter, winogradFilter }: Scratch,
): Phase[] {
  const multiplications = PACKING_COST * places * size.ins * computedChannels
  const jobs = packFilterJobs(weights, order, [places, size.ins, size.outs], filter)
  const transformJobs = () => transformFilterJobs(size, filter, winogradFilter)
  return [
    { jobs, multiplications },
    ...(useWinograd ? [{ jobs: transformJobs(), multiplications }] : []),
  ]
}

/** Builds the calls for an item. */
function itemSteps(
  layer: ConvLayer,
  scratch: Scratch,
  { x, y, perItem, residual }: ConvTensors,
): ItemSteps {
  const { work, size, places, rows, columns, unpadded, xShape, useWinograd } = layer
  const { computedChannels } = layer
  const { height, width, ins, outs } = size
  const [xItem, yItem] = [4 * xShape[1] * xShape[2] * ins, 4 * height * width * outs]
  const hasPaddedChannels = computedChannels !== outs
  const layout = {
    filter: scratch.filter,
    ...convStrides(work, width, computedChannels, columns, ins),
    portion: places * ins,
  }
  const [xAddress, yAddress] = [
    (item: number) => x + item * xItem,
    (item: number) => y + item * yItem,
  ]
  return {
    before: (item, buffer) =>
      unpadded
        ? []
        : [padItemCall(xAddress(item), scratch.x(buffer), xShape, [rows, columns], work)],
    rows(item, buffer, job, first, count) {
      const from = (unpadded ? xAddress(item) : scratch.x(buffer)) + first * layout.x[1]
      const to = (hasPaddedChannels ? scratch.y(buffer) : yAddress(item)) + first * layout.y[1]
      const bias = scratch.vectors + 4 * computedChannels * (perItem ? item + 1 : 1)
      if (!useWinograd) return convCalls({ ...layout, bias }, outs, [from, to], count)
      const { winogradFilter: filter, vectors: zeros } = scratch
      const tiles = scratch.tiles(job)
      return winogradJob({ ...size, height: count, x: from, y: to, filter, bias, zeros, tiles })
    },
    after: (item, buffer) => [
      ...(hasPaddedChannels
        ? [dropPaddingCall(scratch.y(buffer), computedChannels, yAddress(item), size)]
        : []),
      ...(residual === undefined ? [] : [addCall(yAddress(item), residual + item * yItem, yItem)]),
    ],
  }
}

function convStrides(
  { kernel: [kh, kw], stride }: ConvWork,
  width: number,
  outs: number,
  columns: number,
  ins: number,
) {
  const line = 4 * columns * ins
  return {
    x: [4 * stride * ins, stride * line, line, kh * line, 4 * kw * ins],
    y: [4 * outs, 4 * outs * width],
  } as const
}

/** y += x, of this many bytes. */
const addCall = (y: number, x: number, bytes: number): CallRecord =>
  bytes % 16 === 0
    ? callRecord('addition', y, y + bytes, x, y)
    : callRecord('addShort', y, y + bytes, x, y)

/** Copies the channels of y out of those that were computed. */
const dropPaddingCall = (
  from: number,
  computedChannels: number,
  to: number,
  { height, width, outs }: ConvSize,
) => {
  const end = to + 4 * height * width * outs
  return callRecord('copyShortRows', from, 4 * computedChannels, to, 4 * outs, end, 4 * outs)
}
