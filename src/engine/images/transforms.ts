// Geometric transforms and filters of images [b, h, w, c], all linear and differentiable.
import type { Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import {
  applyPixelMap,
  createPixelMap,
  type PixelSource,
  rememberPixelMap,
  type Size,
} from './pixelMap.ts'

const imageSize = ({ shape }: Tensor4D): Size => [shape[1], shape[2]]

export const flipAxes = ['horizontal', 'vertical', 'both'] as const
export type FlipAxis = (typeof flipAxes)[number]

/** Mirrors left and right (`horizontal`), top and bottom (`vertical`), or both. */
export function flipImages(x: Tensor4D, axis: FlipAxis): Tensor4D {
  const axes = { horizontal: [2], vertical: [1], both: [1, 2] }[axis]
  return tf.reverse(x, axes)
}

/**
 * Rotates counter-clockwise by `degrees`. Multiples of 90 are exact and exchange the sides; other
 * angles keep the size, interpolate bilinearly, and fill with `fill` what was outside.
 */
export function rotateImages(x: Tensor4D, degrees: number, fill: number): Tensor4D {
  const turns = degrees / 90
  return Number.isInteger(turns)
    ? turnImages(x, ((turns % 4) + 4) % 4)
    : rotateBilinear(x, degrees, fill)
}

function turnImages(x: Tensor4D, quarters: number): Tensor4D {
  if (quarters === 0) return x.clone()
  if (quarters === 2) return flipImages(x, 'both')
  return tf.tidy(() => tf.reverse(tf.transpose(x, [0, 2, 1, 3]), [quarters === 1 ? 1 : 2]))
}

function rotateBilinear(x: Tensor4D, degrees: number, fill: number): Tensor4D {
  const size = imageSize(x)
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [middleY, middleX] = size.map((side) => (side - 1) / 2)
  const map = rememberPixelMap(`rotate ${size.join()} ${degrees}`, () =>
    createPixelMap(size, size, (row, column) => {
      const [dy, dx] = [row - middleY, column - middleX]
      // Rows count downwards, so that the source is at the angle in the other direction.
      return bilinearSources(middleY + dy * cos + dx * sin, middleX + dx * cos - dy * sin)
    }),
  )
  return applyWithFill(x, fill, (image) => applyPixelMap(image, map))
}

/** The four pixels around a position, with their bilinear weights. */
function bilinearSources(y: number, x: number): PixelSource[] {
  const [top, left] = [Math.floor(y), Math.floor(x)]
  const [down, right] = [y - top, x - left]
  return [
    [top, left, (1 - down) * (1 - right)],
    [top, left + 1, (1 - down) * right],
    [top + 1, left, down * (1 - right)],
    [top + 1, left + 1, down * right],
  ]
}

/** Runs a map that takes pixels outside as 0, so that they become `fill`. */
const applyWithFill = (x: Tensor4D, fill: number, map: (x: Tensor4D) => Tensor4D): Tensor4D =>
  fill === 0 ? map(x) : tf.tidy(() => map(x.sub(fill)).add(fill))

/** Content beyond an edge. `reflect` mirrors at the edge pixel without repeating it. */
export const edgeModes = ['fill', 'wrap', 'reflect', 'edge'] as const
export type EdgeMode = (typeof edgeModes)[number]

/** The position inside 0 ... size - 1 that stands for `at`; -1 for a filled one. */
export function findEdgeSource(at: number, size: number, mode: EdgeMode): number {
  if (at >= 0 && at < size) return at
  switch (mode) {
    case 'fill':
      return -1
    case 'wrap':
      return ((at % size) + size) % size
    case 'edge':
      return at < 0 ? 0 : size - 1
    case 'reflect': {
      const period = Math.max(1, 2 * (size - 1))
      const within = ((at % period) + period) % period
      return within < size ? within : period - within
    }
  }
}

interface Window {
  top: number
  left: number
  height: number
  width: number
}

/**
 * Takes a window of the image, which may reach beyond it: crops, pads and shifts. Whole pixels, so
 * that values are exact (up to the rounding of x - fill + fill).
 */
export function takeWindow(
  x: Tensor4D,
  { top, left, height, width }: Window,
  edges: { mode: EdgeMode; fill: number },
): Tensor4D {
  const size = imageSize(x)
  const inside = top >= 0 && left >= 0 && top + height <= size[0] && left + width <= size[1]
  if (inside)
    return tf.slice(x, [0, top, left, 0], [x.shape[0], height, width, x.shape[3]]) as Tensor4D
  const key = `window ${[...size, top, left, height, width, edges.mode].join()}`
  const map = rememberPixelMap(key, () =>
    createPixelMap(size, [height, width], (row, column) => [
      [
        findEdgeSource(top + row, size[0], edges.mode),
        findEdgeSource(left + column, size[1], edges.mode),
        1,
      ],
    ]),
  )
  const fill = edges.mode === 'fill' ? edges.fill : 0
  return applyWithFill(x, fill, (image) => applyPixelMap(image, map))
}

export const resizeMethods = ['bilinear', 'nearest'] as const
export type ResizeMethod = (typeof resizeMethods)[number]

/**
 * Resizes with aligned edges: pixel centres are at (i + 1/2) of the scale, as in torch's
 * `interpolate` without `align_corners` and antialiasing. `nearest` takes floor(i scale).
 */
export function resizeImages(x: Tensor4D, to: Size, method: ResizeMethod): Tensor4D {
  const size = imageSize(x)
  const [scaleY, scaleX] = size.map((side, i) => side / to[i])
  const center = (i: number, scale: number, side: number) =>
    Math.min(side - 1, Math.max(0, (i + 0.5) * scale - 0.5))
  const map = rememberPixelMap(`resize ${size.join()} ${to.join()} ${method}`, () =>
    createPixelMap(size, to, (row, column) =>
      method === 'nearest'
        ? [[Math.floor(row * scaleY), Math.floor(column * scaleX), 1]]
        : bilinearSources(center(row, scaleY, size[0]), center(column, scaleX, size[1])),
    ),
  )
  return applyPixelMap(x, map)
}

/** Standard deviations at which the kernel of a blur ends. */
const KERNEL_REACH = 4

/**
 * Blurs with a Gaussian of the standard deviation `sigma` in pixels, along both axes; `edges` are
 * those of {@link findEdgeSource}, without `fill`. The kernel is sampled at whole pixels and
 * normalised, so that constant images stay as they are. A sigma of 0 changes nothing.
 */
export function blurImages(x: Tensor4D, sigma: number, edges: Exclude<EdgeMode, 'fill'>): Tensor4D {
  if (sigma === 0) return x.clone()
  return tf.tidy(() => filterAxis(filterAxis(x, 1, sigma, edges), 2, sigma, edges))
}

function filterAxis(
  x: Tensor4D,
  axis: 1 | 2,
  sigma: number,
  edges: Exclude<EdgeMode, 'fill'>,
): Tensor4D {
  const side = x.shape[axis]
  const order = axis === 1 ? [0, 2, 3, 1] : [0, 1, 3, 2]
  const back = axis === 1 ? [0, 3, 1, 2] : [0, 1, 3, 2]
  const last = tf.transpose(x, order)
  const matrix = tf.tensor2d(blurMatrix(side, sigma, edges), [side, side])
  const filtered = tf.matMul(last.reshape([-1, side]), matrix)
  return tf.transpose(filtered.reshape(last.shape), back) as Tensor4D
}

/** `[side, side]`: column i has the weights of output pixel i. */
function blurMatrix(side: number, sigma: number, edges: EdgeMode): Float32Array {
  const reach = Math.ceil(KERNEL_REACH * sigma)
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-((k - reach) ** 2) / (2 * sigma * sigma)),
  )
  const sum = kernel.reduce((total, weight) => total + weight, 0)
  const matrix = new Float32Array(side * side)
  for (let i = 0; i < side; i++)
    kernel.forEach((weight, k) => {
      matrix[findEdgeSource(i + k - reach, side, edges) * side + i] += weight / sum
    })
  return matrix
}
