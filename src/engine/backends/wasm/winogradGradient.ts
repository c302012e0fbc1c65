// Winograd filter gradients F(3x3, 2x2) and F(3x3, 4x4) of a 3x3 convolution. They use the same
// tiles of x as the convolution: the sum over all tiles is a matrix product for each number of a
// tile, from which the nine taps follow.
import type { Phase } from './callPlans.ts'
import type { ConvGeometry, ImageView } from './conv.ts'
import { padItemCall } from './convCalls.ts'
import { channelsPerJob, tileChannels } from './convFilterCalls.ts'
import type { Job } from './jobs.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey, repeatCalls } from './wasmFunctions.ts'
import type { TilePixels } from '../winogradTransforms.ts'
import { chooseTiles, planeStride, tileNumbers } from './winograd.ts'

/** Floats of the tiles that are in memory at the same time. */
const MAX_TILE_FLOATS = 2 ** 20

/** The most tiles, and the fewest, that are summed in registers before the sum is stored. */
const [MAX_SEGMENT, MIN_SEGMENT] = [48, 8]

/** Returns the tiles of {@link winogradFilterGradient}; undefined if it does not apply or pay. */
export function chooseGradientTiles(
  { shape: [kh, kw, ins, outs] }: ImageView,
  { shape: [, height, width] }: ImageView,
  { stride }: ConvGeometry,
): TilePixels | undefined {
  return kh === 3 && kw === 3 && stride === 1
    ? chooseTiles({ height, width, ins, outs })
    : undefined
}

/** Sizes of a gradient. */
interface GradientSizes {
  pixels: TilePixels
  items: number
  height: number
  width: number
  ins: number
  outs: number
}

/**
 * Division into batches, whose tiles are in memory at the same time, and of a batch into slices:
 * some rows of an item.
 */
interface BatchLayout {
  itemsPerBatch: number
  rowsPerBatch: number
  rowsPerSlice: number
  /** Slices of a job. */
  slicesPerJob: number
  /** Floats of the sums, of the padded slice of each job, and of the tiles. */
  sumFloats: number
  paddedFloats: number
  tileFloats: number
  /** Padded slices. */
  jobs: number
}

const tilesOf = ({ pixels, width }: GradientSizes, items: number, rows: number) =>
  (items * rows * width) / pixels ** 2

function layOutBatches(threads: number, sizes: GradientSizes): BatchLayout {
  const { pixels, items, height, width, ins, outs } = sizes
  const numbers = tileNumbers(pixels)
  const floats = (items: number, rows: number) =>
    numbers * tilesOf(sizes, items, rows) * (ins + outs)
  const itemsPerBatch = Math.min(
    items,
    Math.max(1, Math.floor(MAX_TILE_FLOATS / floats(1, height))),
  )
  const fittingRows = MAX_TILE_FLOATS / (floats(1, height) / height)
  const rowsPerBatch =
    itemsPerBatch > 1 ? height : pixels * largestDivisor(height / pixels, fittingRows / pixels)
  const wanted = threads === 1 ? 1 : Math.ceil((4 * threads) / itemsPerBatch)
  const rowsPerSlice =
    pixels * largestDivisor(rowsPerBatch / pixels, rowsPerBatch / pixels / wanted)
  const slices = (itemsPerBatch * rowsPerBatch) / rowsPerSlice
  const batchTiles = tilesOf(sizes, itemsPerBatch, rowsPerBatch)
  const slicesPerJob = threads === 1 ? slices : Math.ceil(slices / (4 * threads))
  return {
    itemsPerBatch,
    rowsPerBatch,
    rowsPerSlice,
    slicesPerJob,
    sumFloats: numbers * planeStride(ins * outs),
    paddedFloats: (rowsPerSlice + 2) * (width + 2) * ins,
    tileFloats: numbers * (planeStride(batchTiles * ins) + planeStride(batchTiles * outs)),
    jobs: Math.ceil(slices / slicesPerJob),
  }
}

/** Returns the largest divisor of `n` that is at most `limit`, at least 1. */
function largestDivisor(n: number, limit: number): number {
  let divisor = Math.max(1, Math.min(n, Math.floor(limit)))
  while (n % divisor !== 0) divisor--
  return divisor
}

/** Writes the gradient to `out`. */
export function winogradFilterGradient(
  wasm: WasmFunctions,
  out: ImageView,
  x: ImageView,
  dy: ImageView,
  [pixels, { pad }]: readonly [TilePixels, ConvGeometry],
): void {
  const [items, height, width, outs] = dy.shape
  const sizes: GradientSizes = { pixels, items, height, width, ins: x.shape[3], outs }
  const layout = layOutBatches(wasm.threads, sizes)
  const { sumFloats, paddedFloats, tileFloats, jobs } = layout
  const { address, values } = wasm.scratch(sumFloats + jobs * paddedFloats + tileFloats)
  values.fill(0, 0, sumFloats)
  wasm.startPhases(
    planKey('filter gradient in tiles', pixels, ...x.shape, ...dy.shape, pad.top, pad.left),
    [wasm.address(x.of), wasm.address(dy.of), wasm.address(out.of), address],
    ([xAt, dyAt, outAt, scratch]) => {
      const work = { sizes, layout, scratch, x: xAt, dy: dyAt, xShape: x.shape, pad }
      const phases: Phase[] = []
      for (let item = 0; item < items; item += layout.itemsPerBatch)
        for (let row = 0; row < height; row += layout.rowsPerBatch) {
          const count = Math.min(layout.itemsPerBatch, items - item)
          phases.push(
            transformPhase(work, { item, count, row }),
            productPhase(wasm.threads, work, tilesOf(sizes, count, layout.rowsPerBatch)),
          )
        }
      const plane = 4 * x.shape[3] * outs
      const sumPlane = 4 * planeStride(x.shape[3] * outs)
      const sums = [scratch, scratch + plane, sumPlane, outAt, plane]
      const last = callRecord(`filterFromTiles${pixels}`, ...sums)
      return [...phases, { jobs: [[last]], multiplications: 0 }]
    },
  )
}

interface GradientWork {
  sizes: GradientSizes
  layout: BatchLayout
  /** Addresses. */
  scratch: number
  x: number
  dy: number
  xShape: ImageView['shape']
  pad: ConvGeometry['pad']
}

/** Returns the addresses of the tiles, and the bytes of a plane, for a batch of `tiles`. */
function layOutTiles(
  { sizes: { pixels, ins, outs }, layout, scratch }: GradientWork,
  tiles: number,
) {
  const x = scratch + 4 * (layout.sumFloats + layout.jobs * layout.paddedFloats)
  const [xPlane, dyPlane] = [4 * planeStride(tiles * ins), 4 * planeStride(tiles * outs)]
  return { x, dy: x + tileNumbers(pixels) * xPlane, xPlane, dyPlane }
}

/** Some rows of some items. */
interface Batch {
  item: number
  count: number
  row: number
}

/** Transforms the slices of x, which are padded, and of dy. */
function transformPhase(work: GradientWork, { item, count, row }: Batch): Phase {
  const { sizes, layout, scratch, xShape, pad } = work
  const { pixels, height, width, ins, outs } = sizes
  const { rowsPerBatch, rowsPerSlice, slicesPerJob, sumFloats, paddedFloats } = layout
  const tiles = layOutTiles(work, tilesOf(sizes, count, rowsPerBatch))
  const [xPixel, dyPixel, across] = [4 * ins, 4 * outs, width / pixels]
  const slicesPerItem = rowsPerBatch / rowsPerSlice
  const sliceTiles = tilesOf(sizes, 1, rowsPerSlice)
  const transformSlice = (slice: number, job: number): Job => {
    const index = item + Math.floor(slice / slicesPerItem)
    const first = row + (slice % slicesPerItem) * rowsPerSlice
    const padded = scratch + 4 * (sumFloats + job * paddedFloats)
    const from = work.x + index * xShape[1] * xShape[2] * xPixel
    const dyFrom = work.dy + (index * height + first) * width * dyPixel
    const [to, dyTo] = [
      tiles.x + slice * sliceTiles * xPixel,
      tiles.dy + slice * sliceTiles * dyPixel,
    ]
    const place = { spread: 1, top: pad.top - first, left: pad.left }
    const xTiles = [to, to + sliceTiles * xPixel, across * xPixel, tiles.xPlane]
    const dyTiles = [dyTo, dyTo + sliceTiles * dyPixel, across * dyPixel, tiles.dyPlane]
    return [
      padItemCall(from, padded, xShape, [rowsPerSlice + 2, width + 2], place),
      callRecord(`inputTiles${pixels}`, padded, xPixel, xPixel * (width + 2), ...xTiles),
      callRecord(`gradientTiles${pixels}`, dyFrom, dyPixel, dyPixel * width, ...dyTiles),
    ]
  }
  const slices = count * slicesPerItem
  const jobs = Array.from({ length: Math.ceil(slices / slicesPerJob) }, (_, job) => {
    const [begin, length] = [
      job * slicesPerJob,
      Math.min(slicesPerJob, slices - job * slicesPerJob),
    ]
    // Slices of one item are padded differently, so that they are no progression.
    return slicesPerItem === 1
      ? repeatCalls(length, (i) => transformSlice(begin + i, job))
      : Array.from({ length }, (_, i) => transformSlice(begin + i, job)).flat()
  })
  return { jobs, multiplications: 2 * tileNumbers(pixels) * slices * sliceTiles * (ins + outs) }
}

/** Adds x^T dy over the tiles of a batch, for each number of a tile. */
function productPhase(threads: number, work: GradientWork, tiles: number): Phase {
  const { scratch: sums, sizes } = work
  const { pixels, ins, outs } = sizes
  const { x, dy, xPlane, dyPlane } = layOutTiles(work, tiles)
  const [numbers, xPixel, dyPixel] = [tileNumbers(pixels), 4 * ins, 4 * outs]
  const segment = segmentTiles(tiles)
  const [xSegment, dySegment] = [segment * xPixel, segment * dyPixel]
  const channels = channelsPerJob(ins, numbers, threads)
  const jobs: Job[] = []
  for (let i = 0; i < numbers; i++) {
    for (let first = 0; first < ins; first += channels) {
      const range = { first, count: Math.min(channels, ins - first) }
      jobs.push(
        tileChannels(range, outs).map(([name, at, count, o, outCount]) => {
          const xs = [x + i * xPlane + 4 * at, xSegment, xPixel, 0]
          const dyAt = dy + i * dyPlane + 4 * o
          const dys = [dyAt, dySegment, dyAt + tiles * dyPixel, dyPixel, dySegment]
          const to = sums + 4 * (i * planeStride(ins * outs) + at * outs + o)
          return callRecord(name, ...xs, ...dys, dySegment, dySegment, to, 4 * count, 4 * outCount)
        }),
      )
    }
  }
  return { jobs, multiplications: tiles * numbers * ins * outs }
}

/** Returns how many of the tiles are summed in registers. */
function segmentTiles(count: number): number {
  const segment = largestDivisor(count, MAX_SEGMENT)
  return segment < MIN_SEGMENT ? count : segment
}
