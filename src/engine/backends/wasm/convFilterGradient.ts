// Gradients of a convolution's filter on the wasm backend, by custom functions. XNNPACK
// has none, and the equivalent convolution with items and channels exchanged needs x and dy
// transposed entirely.
import type { Tensor2D, Tensor4D } from '../../base/tf.ts'
import type { Phase } from './callPlans.ts'
import type { ConvGeometry, ImageView } from './conv.ts'
import type { Shape4D } from './convCalls.ts'
import { paddedChannels } from './convCalls.ts'
import type { ChannelRange } from './convFilterCalls.ts'
import { channelsPerJob, tileChannels } from './convFilterCalls.ts'
import type { Job } from './jobs.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { callRecord, planKey } from './wasmFunctions.ts'
import { chooseGradientTiles, winogradFilterGradient } from './winogradGradient.ts'

/** Bytes of x and dy that stay in the cache while they are read for all tiles of channels. */
const BLOCK_BYTES = 2 ** 17

/**
 * Returns dW[k] = sum x[stride i + k - pad]^T dy[i] over all items and pixels i of dy, for W of
 * `[kh, kw, in, out]`.
 */
export function wasmConvFilterGradient(
  wasm: WasmFunctions,
  x: Tensor4D,
  dy: Tensor4D,
  shape: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const out = wasm.makeTensor<Tensor4D>(shape)
  writeGradient(
    wasm,
    { of: out, shape },
    { of: x, shape: x.shape },
    { of: dy, shape: dy.shape },
    geometry,
  )
  return out
}

/**
 * Returns x^T dy for x of `[n, in]` and dy of `[n, out]`: the weight gradient of a linear layer.
 */
export function linearWeightGradient(wasm: WasmFunctions, x: Tensor2D, dy: Tensor2D): Tensor2D {
  const [[n, ins], outs] = [x.shape, dy.shape[1]]
  const out = wasm.makeTensor<Tensor2D>([ins, outs])
  const width = ROW_WIDTHS.find((width) => n % width === 0) ?? 1
  const asImage = (of: Tensor2D, channels: number): ImageView => ({
    of,
    shape: [1, n / width, width, channels],
  })
  const geometry = { stride: 1, pad: { top: 0, left: 0 } } as const
  const target: ImageView = { of: out, shape: [1, 1, ins, outs] }
  writeGradient(wasm, target, asImage(x, ins), asImage(dy, outs), geometry)
  return out
}

/** Widths of the rows into which n pixels are arranged. */
const ROW_WIDTHS = [64, 32, 16, 8, 4, 2]

function writeGradient(
  wasm: WasmFunctions,
  out: ImageView,
  x: ImageView,
  dy: ImageView,
  geometry: ConvGeometry,
): void {
  const tiles = chooseGradientTiles(out, dy, geometry)
  if (tiles) return winogradFilterGradient(wasm, out, x, dy, [tiles, geometry])
  const [kh, kw, ins, outs] = out.shape
  const [b, height, width] = dy.shape
  const padded = paddedChannels(outs)
  // If the channels are no multiple of a vector, dy and the sums are padded copies.
  const [pixels, rows] = padded === outs ? [0, 0] : [b * height * width, kh * kw * ins]
  const { address, values } = wasm.scratch((pixels + rows) * padded)
  values.fill(0)
  wasm.newValues(out.of).fill(0)
  const { stride, pad } = geometry
  const shapes = [...x.shape, ...dy.shape, ...out.shape]
  wasm.startPhases(
    planKey('filter gradient', ...shapes, stride, pad.top, pad.left),
    [wasm.address(x.of), wasm.address(dy.of), wasm.address(out.of), address],
    ([xAt, dyAt, outAt, scratch]) => {
      const input = { xShape: x.shape, geometry, x: xAt }
      if (padded === outs) {
        const work = { ...input, dy: dyAt, out: outAt, dyShape: dy.shape }
        return [sumPhase(wasm.threads, work, out.shape)]
      }
      const sums = scratch + 4 * pixels * padded
      const work = { ...input, dy: scratch, out: sums, dyShape: withChannels(dy.shape, padded) }
      return [
        copyRowsPhase([dyAt, outs], [scratch, padded], pixels, outs),
        sumPhase(wasm.threads, work, withChannels(out.shape, padded)),
        copyRowsPhase([sums, padded], [outAt, outs], rows, outs),
      ]
    },
  )
}

const withChannels = ([a, b, c]: Shape4D, channels: number): Shape4D => [a, b, c, channels]

/** Copies `outs` channels of rows that have different widths. */
const copyRowsPhase = (
  [from, width]: [address: number, width: number],
  [to, toWidth]: [address: number, width: number],
  rows: number,
  outs: number,
): Phase => {
  const end = to + 4 * toWidth * rows
  const copy = callRecord('copyShortRows', from, 4 * width, to, 4 * toWidth, end, 4 * outs)
  return { jobs: [[copy]], multiplications: 0 }
}

interface GradientWork {
  x: number
  xShape: Shape4D
  dy: number
  dyShape: Shape4D
  out: number
  geometry: ConvGeometry
}

/** Adds the gradient to `out`. */
function sumPhase(threads: number, work: GradientWork, [kh, kw, ins, outs]: Shape4D): Phase {
  const channels = channelsPerJob(ins, kh * kw, threads)
  const jobs: Job[] = []
  for (let k = 0; k < kh * kw; k++) {
    for (let first = 0; first < ins; first += channels) {
      const tap = { k, ky: Math.floor(k / kw), kx: k % kw }
      jobs.push(filterPartJob(work, { ...tap, first, count: Math.min(channels, ins - first) }))
    }
  }
  const [b, height, width] = work.dyShape
  return { jobs, multiplications: b * height * width * kh * kw * ins * outs }
}

/** A tap of the filter, and some channels of x. */
interface FilterPart extends ChannelRange {
  k: number
  ky: number
  kx: number
}

/** Returns the calls that sum one part of dW, item by item. */
function filterPartJob(
  { x, xShape, dy, dyShape, out, geometry: { stride, pad } }: GradientWork,
  part: FilterPart,
): Job {
  const [b, xHeight, xWidth, ins] = xShape
  const [, dyHeight, dyWidth, outs] = dyShape
  const [shiftY, shiftX] = [part.ky - pad.top, part.kx - pad.left]
  const [left, right] = pixelsInside(shiftX, stride, xWidth, 0, dyWidth)
  if (left >= right) return []
  const [xPixel, dyPixel, dyRow] = [4 * ins, 4 * outs, 4 * outs * dyWidth]
  const [xItem, dyItem] = [xPixel * xWidth * xHeight, dyRow * dyHeight]
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (xWidth * stride * xPixel + dyRow)))
  const job: Job[number][] = []
  for (let from = 0; from < dyHeight; from += rows) {
    const end = Math.min(dyHeight, from + rows)
    const [top, bottom] = pixelsInside(shiftY, stride, xHeight, from, end)
    if (top >= bottom) continue
    const xAt = x + ((top * stride + shiftY) * xWidth + left * stride + shiftX) * xPixel
    const dyAt = dy + top * dyRow + left * dyPixel
    const [width, height] = [(right - left) * dyPixel, (bottom - top) * dyRow]
    for (const [name, i, count, o, outCount] of tileChannels(part, outs)) {
      const xs = [xAt + 4 * i, xItem, stride * xPixel, stride * xWidth * xPixel] as const
      const dys = [dyAt + 4 * o, dyItem, dyAt + 4 * o + b * dyItem, dyPixel, dyRow] as const
      const to = out + (part.k * ins + i) * dyPixel + 4 * o
      job.push(callRecord(name, ...xs, ...dys, width, height, to, 4 * count, 4 * outCount))
    }
  }
  return job
}

/**
 * Returns those of the pixels `first` to `end` of dy, along one axis, whose pixel of x, `shift`
 * further, is inside of x.
 */
function pixelsInside(
  shift: number,
  stride: number,
  size: number,
  first: number,
  end: number,
): [begin: number, end: number] {
  return [
    Math.max(first, Math.ceil(-shift / stride)),
    Math.min(end, Math.floor((size - 1 - shift) / stride) + 1),
  ]
}
