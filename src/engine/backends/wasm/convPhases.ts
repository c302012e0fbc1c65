// The phases of a convolution: packing the filter, and for every item padding, sums and additions;
// with the layout of their scratch memory.
import type { Phase } from './callPlans.ts'
import type { Chunking, ItemSteps } from './chunks.ts'
import { buildPhases, chunkItems } from './chunks.ts'
import type { FilterOrder, Padding, Shape4D } from './convCalls.ts'
import { addCall, convCalls, packFilterJobs, padItemCall, paddedChannels } from './convCalls.ts'
import { callRecord } from './wasmFunctions.ts'
import type { TilePixels } from '../winogradTransforms.ts'
import type { ConvSize, WinogradPasses } from './winograd.ts'
import {
  chooseTiles,
  divideIntoPasses,
  tileNumbers,
  transformFilterJobs,
  winogradFilterSize,
  winogradMemory,
  winogradPhase,
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
  /** The tiles of a Winograd convolution, if it is one. */
  tiles: TilePixels | undefined
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
    tiles: kh === 3 && kw === 3 && stride === 1 ? chooseTiles(size) : undefined,
  }
}

/** Addresses in the scratch memory, and of the filter that the sums read. */
interface Scratch {
  filter: number
  /** The packed filter before it is transformed, for Winograd. */
  untransformed: number
  /** A vector of zeros, and then one or more that are added to the pixels of y. */
  vectors: number
  /** Buffers of a padded item and of its result. */
  x: (buffer: number) => number
  y: (buffer: number) => number
}

/** How a layer is computed by this number of threads. */
export interface ConvPlan {
  layer: ConvLayer
  threads: number
  /** Of a Winograd convolution. */
  passes: WinogradPasses | undefined
  /** Of any other. */
  chunking: Chunking
}

export function planConv(layer: ConvLayer, threads: number): ConvPlan {
  const { items, size, tiles, places } = layer
  const multiplications = items * size.height * size.width * places * size.ins * size.outs
  return {
    layer,
    threads,
    passes: tiles && divideIntoPasses(tiles, size, items, threads),
    chunking: chunkItems(threads, [items, size.height], multiplications),
  }
}

/** Returns the floats of the filter that the sums read. */
export function filterFloats({ layer: { size, places, computedChannels }, passes }: ConvPlan) {
  return passes ? winogradFilterSize(passes.pixels, size) : places * size.ins * computedChannels
}

/**
 * Returns the size of the scratch memory and of that of each thread in floats, and the layout of the
 * former, with the filter at an address of its own if there is one; `vectors`: floats of its
 * vectors.
 */
export function layOutScratch(plan: ConvPlan, vectors: number) {
  const { layer, passes, chunking } = plan
  const { size, places, rows, columns, unpadded, computedChannels } = layer
  const { height, width, ins, outs } = size
  const untransformed = vectors + filterFloats(plan)
  const begin = untransformed + (passes ? places * ins * computedChannels : 0)
  const xFloats = unpadded ? 0 : rows * columns * ins
  const itemFloats = xFloats + (computedChannels === outs ? 0 : height * width * computedChannels)
  return {
    floats: begin + (passes ? 0 : chunking.buffers * itemFloats),
    threadFloats: passes ? winogradMemory(passes) : 0,
    locate: (address: number, filter = address + 4 * vectors): Scratch => ({
      vectors: address,
      filter,
      untransformed: address + 4 * untransformed,
      x: (buffer) => address + 4 * (begin + buffer * itemFloats),
      y: (buffer) => address + 4 * (begin + buffer * itemFloats + xFloats),
    }),
  }
}

/** Addresses of the tensors, and whether each item has its own bias vector. */
interface ConvTensors {
  x: number
  y: number
  residual: number | undefined
  perItem: boolean
}

/** The cost of packing a weight, in multiplications. */
const PACKING_COST = 20

/** Returns the phases that pack the filter. */
export function packingPhases(
  { layer: { size, places, computedChannels }, threads, passes }: ConvPlan,
  order: FilterOrder,
  weights: number,
  { filter, untransformed }: Scratch,
): Phase[] {
  const { ins, outs } = size
  const packed = passes ? untransformed : filter
  const packing = {
    jobs: packFilterJobs(weights, order, [places, ins, outs], packed, threads),
    multiplications: PACKING_COST * places * ins * computedChannels,
  }
  if (!passes) return [packing]
  const transform = {
    jobs: transformFilterJobs(passes.pixels, size, packed, filter, threads),
    multiplications: PACKING_COST * tileNumbers(passes.pixels) * ins * outs,
  }
  return [packing, transform]
}

/** Returns the phases after the filter has been packed. */
export function convPhases(
  { layer, passes, chunking }: ConvPlan,
  tensors: ConvTensors,
  scratch: Scratch,
): Phase[] {
  const { items, size, places, work, xShape } = layer
  if (passes)
    return [winogradPhase(passes, [xShape, work], winogradAddresses(size, tensors, scratch))]
  const multiplications = items * size.height * size.width * places * size.ins * size.outs
  return buildPhases(chunking, itemSteps(layer, scratch, tensors), {
    multiplications,
    copyWork: multiplications / PACKING_COST,
  })
}

const winogradAddresses = (
  { outs }: ConvSize,
  { x, y, perItem, residual }: ConvTensors,
  { filter, vectors }: Scratch,
) => ({
  x,
  y,
  residual,
  filter,
  zeros: vectors,
  bias: (item: number) => vectors + 4 * outs * (perItem ? item + 1 : 1),
})

/** Builds the calls for an item. */
function itemSteps(
  layer: ConvLayer,
  scratch: Scratch,
  { x, y, perItem, residual }: ConvTensors,
): ItemSteps {
  const { work, size, places, rows, columns, unpadded, xShape } = layer
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
    rows(item, buffer, first, count) {
      const from = (unpadded ? xAddress(item) : scratch.x(buffer)) + first * layout.x[1]
      const to = (hasPaddedChannels ? scratch.y(buffer) : yAddress(item)) + first * layout.y[1]
      const bias = scratch.vectors + 4 * computedChannels * (perItem ? item + 1 : 1)
      return convCalls({ ...layout, bias }, outs, [from, to], count)
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
