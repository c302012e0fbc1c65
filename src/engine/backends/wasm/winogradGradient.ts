// Winograd filter gradient F(3x3, 2x2) of a 3x3 convolution. It uses the same tiles of x as the
// convolution: the sum over all tiles is 16 matrix products, from which the nine taps follow.
import type { Phase } from './callPlans.ts'
import type { ConvGeometry, ImageView } from './conv.ts'
import { padItemCall } from './convCalls.ts'
import { channelsPerJob, tileChannels } from './convFilterCalls.ts'
import type { Job } from './jobs.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey, repeatCalls } from './wasmFunctions.ts'
import { canUseWinograd } from './winograd.ts'

/** Numbers of a transformed tile. */
const TILE_NUMBERS = 16

/** Floats of the tiles of some items that are in memory at the same time. */
const MAX_TILE_FLOATS = 2 ** 19

const itemTileFloats = ({ shape: [, height, width, outs] }: ImageView, ins: number) =>
  TILE_NUMBERS * ((height * width) / 4) * (ins + outs)

/** Returns whether {@link winogradFilterGradient} applies, and is faster. */
export function canUseWinogradGradient(
  { shape: [kh, kw, ins, outs] }: ImageView,
  dy: ImageView,
  { stride }: ConvGeometry,
): boolean {
  const [, height, width] = dy.shape
  return (
    kh === 3 &&
    kw === 3 &&
    stride === 1 &&
    canUseWinograd({ height, width, ins, outs }) &&
    itemTileFloats(dy, ins) <= MAX_TILE_FLOATS
  )
}

/** Division of the items, and layout of the scratch memory: sums, padded items, tiles. */
interface BatchLayout {
  /** Items whose tiles are in memory at the same time. */
  itemsPerBatch: number
  itemsPerJob: number
  /** Floats of the sums and of a padded item. */
  sumFloats: number
  paddedFloats: number
  /** Offset of the tiles, in floats. */
  tiles: number
}

function layOutBatches(threads: number, dy: ImageView, ins: number): BatchLayout {
  const [b, height, width, outs] = dy.shape
  const [paddedFloats, sumFloats] = [(height + 2) * (width + 2) * ins, TILE_NUMBERS * ins * outs]
  const fitting = Math.max(1, Math.floor(MAX_TILE_FLOATS / itemTileFloats(dy, ins)))
  const itemsPerBatch = Math.min(b, fitting)
  const itemsPerJob = threads === 1 ? itemsPerBatch : Math.ceil(itemsPerBatch / (4 * threads))
  const buffers = Math.ceil(itemsPerBatch / itemsPerJob)
  const tiles = sumFloats + buffers * paddedFloats
  return { itemsPerBatch, itemsPerJob, sumFloats, paddedFloats, tiles }
}

/** Writes the gradient to `out`. */
export function winogradFilterGradient(
  wasm: WasmFunctions,
  out: ImageView,
  x: ImageView,
  dy: ImageView,
  { pad }: ConvGeometry,
): void {
  const b = dy.shape[0]
  const [ins, outs] = [x.shape[3], dy.shape[3]]
  const layout = layOutBatches(wasm.threads, dy, ins)
  const { itemsPerBatch, sumFloats, tiles } = layout
  const { address, values } = wasm.scratch(tiles + itemsPerBatch * itemTileFloats(dy, ins))
  values.fill(0, 0, sumFloats)
  wasm.startPhases(
    planKey('filter gradient in tiles', ...x.shape, ...dy.shape, pad.top, pad.left),
    [wasm.address(x.of), wasm.address(dy.of), wasm.address(out.of), address],
    ([xAt, dyAt, outAt, scratch]) => {
      const tileLayout = layOutTiles(scratch, scratch + 4 * tiles, dy, ins)
      const phases: Phase[] = []
      for (let first = 0; first < b; first += itemsPerBatch) {
        const count = Math.min(itemsPerBatch, b - first)
        const [, height, width] = dy.shape
        phases.push(transformPhase(layout, tileLayout, [x, xAt], [dy, dyAt], pad, [first, count]), {
          jobs: productJobs(wasm.threads, tileLayout, count, ins, outs),
          multiplications: (count * height * width * TILE_NUMBERS * ins * outs) / 4,
        })
      }
      const plane = 4 * ins * outs
      const last = callRecord('filterFromTiles', scratch, scratch + plane, plane, outAt, plane)
      return [...phases, { jobs: [[last]], multiplications: 0 }]
    },
  )
}

/** Addresses of the sums and of the first item's tiles; and bytes. */
interface TileLayout {
  scratch: number
  x: number
  dy: number
  /** Distance between items. */
  item: number
  /** Size of a pixel with all channels, and of a plane, which has one number of each tile. */
  xPixel: number
  dyPixel: number
  xPlane: number
  dyPlane: number
}

function layOutTiles(scratch: number, tiles: number, dy: ImageView, ins: number): TileLayout {
  const [, height, width, outs] = dy.shape
  const [xPixel, dyPixel, count] = [4 * ins, 4 * outs, (height * width) / 4]
  const [xPlane, dyPlane] = [count * xPixel, count * dyPixel]
  return {
    scratch,
    x: tiles,
    dy: tiles + TILE_NUMBERS * xPlane,
    item: 4 * itemTileFloats(dy, ins),
    xPixel,
    dyPixel,
    xPlane,
    dyPlane,
  }
}

/** Transforms the items `first` to `first + count` of x, which are padded, and of dy. */
function transformPhase(
  { itemsPerJob, sumFloats, paddedFloats }: BatchLayout,
  layout: TileLayout,
  [x, xAt]: [ImageView, address: number],
  [dy, dyAt]: [ImageView, address: number],
  pad: ConvGeometry['pad'],
  [first, count]: [first: number, count: number],
): Phase {
  const [, height, width] = dy.shape
  const transformItem = (i: number, buffer: number): Job => {
    const padded = layout.scratch + 4 * (sumFloats + buffer * paddedFloats)
    const from = xAt + (first + i) * x.shape[1] * x.shape[2] * layout.xPixel
    const dyFrom = dyAt + (first + i) * height * width * layout.dyPixel
    return [
      padItemCall(from, padded, x.shape, [height + 2, width + 2], { spread: 1, ...pad }),
      ...transformCalls(layout, padded, dyFrom, i, width),
    ]
  }
  const jobs = Array.from({ length: Math.ceil(count / itemsPerJob) }, (_, job) =>
    repeatCalls(Math.min(itemsPerJob, count - job * itemsPerJob), (i) =>
      transformItem(job * itemsPerJob + i, job),
    ),
  )
  return { jobs, multiplications: 2 * count * itemTileFloats(dy, x.shape[3]) }
}

/** Returns the calls that transform an item of x, which is padded, and of dy. */
function transformCalls(
  { x, dy, item, xPixel, dyPixel, xPlane, dyPlane }: TileLayout,
  from: number,
  dyFrom: number,
  i: number,
  width: number,
): Job {
  const [to, dyTo] = [x + i * item, dy + i * item]
  const across = width / 2
  const xTiles = [to, to + xPlane, xPixel * across, xPlane]
  const dyTiles = [dyTo, dyTo + dyPlane, dyPixel * across, dyPlane]
  return [
    callRecord('inputTiles', from, xPixel, xPixel * (width + 2), ...xTiles),
    callRecord('gradientTiles', dyFrom, dyPixel, dyPixel * width, ...dyTiles),
  ]
}

/** Returns the jobs that add x^T dy for each number of all tiles. */
function productJobs(
  threads: number,
  { scratch: sums, x, dy, item, xPixel, dyPixel, xPlane, dyPlane }: TileLayout,
  items: number,
  ins: number,
  outs: number,
) {
  const channels = channelsPerJob(ins, TILE_NUMBERS, threads)
  const jobs: Job[] = []
  for (let i = 0; i < TILE_NUMBERS; i++) {
    for (let first = 0; first < ins; first += channels) {
      const range = { first, count: Math.min(channels, ins - first) }
      const [from, dyFrom] = [x + i * xPlane, dy + i * dyPlane]
      jobs.push(
        tileChannels(range, outs).map(([name, at, count, o, outCount]) => {
          const xs = [from + 4 * at, item, xPixel, 0]
          const dyAt = dyFrom + 4 * o
          const dys = [dyAt, item, dyAt + items * item, dyPixel, dyPlane]
          const to = sums + (i * ins + at) * dyPixel + 4 * o
          return callRecord(name, ...xs, ...dys, dyPlane, dyPlane, to, 4 * count, 4 * outCount)
        }),
      )
    }
  }
  return jobs
}
