// Masks for inpainting: 1 for known numbers, 0 for numbers to generate.
import { EngineError } from '../base/errors.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { processMessages } from '../messages/process.ts'

export const maskShapes = [
  'left',
  'right',
  'top',
  'bottom',
  'center',
  'border',
  'checkerboard',
] as const

export type MaskShape = (typeof maskShapes)[number]

/** Tests if a shape of this size contains (u, v): from 0 to 1, left to right and top to bottom. */
const shapes: { [K in MaskShape]: (u: number, v: number, size: number) => boolean } = {
  left: (u, _, size) => u < size,
  right: (u, _, size) => u >= 1 - size,
  top: (_, v, size) => v < size,
  bottom: (_, v, size) => v >= 1 - size,
  center: (u, v, size) => Math.max(Math.abs(2 * u - 1), Math.abs(2 * v - 1)) < size,
  border: (u, v, size) => Math.max(Math.abs(2 * u - 1), Math.abs(2 * v - 1)) >= 1 - size,
  checkerboard: (u, v, size) => (Math.floor(u / size) + Math.floor(v / size)) % 2 === 0,
}

/**
 * A mask with 1 inside the shape and 0 outside, or the reverse if `inverted`. `[1, h, w, 1]` for
 * images, evaluated at pixel centres; `[1, d]` for points, with their coordinates along u. `size`
 * is a fraction of the side, above 0 and at most 1.
 */
export function mask(
  item: readonly number[],
  shape: MaskShape,
  size: number,
  inverted = false,
): Tensor {
  const { height, width } = maskSize(item)
  const values = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = shapes[shape]((x + 0.5) / width, (y + 0.5) / height, size)
      values[y * width + x] = inside === inverted ? 0 : 1
    }
  }
  return toMask(values, item)
}

const maskSize = (item: readonly number[]) =>
  item.length === 1 ? { height: 1, width: item[0] } : { height: item[0], width: item[1] }

function toMask(values: Float32Array, item: readonly number[]): Tensor {
  const { height, width } = maskSize(item)
  return item.length === 1
    ? tf.tensor(values, [1, width])
    : tf.tensor(values, [1, height, width, 1])
}

/** Half the side of the square in which masks are painted; x points right, y up. */
const REACH = 2

/**
 * A mask with 1 where a disc of the brush was painted and 0 elsewhere, or the reverse if `inverted`;
 * of the shape of {@link mask}. The square of the drawing covers the image, and `radius` is a
 * fraction of its side. Each point marks its own pixel at least. Throws EngineError about `drawing`
 * without points.
 */
export function paintedMask(
  item: readonly number[],
  points: readonly (readonly [number, number])[],
  radius: number,
  inverted = false,
): Tensor {
  if (points.length === 0)
    throw new EngineError(processMessages.nothingPainted, { argument: 'drawing' })
  const { height, width } = maskSize(item)
  const counts = new Int32Array(height * (width + 1))
  for (const [x, y] of points)
    markDisc(
      counts,
      { height, width },
      (x + REACH) / (2 * REACH),
      (REACH - y) / (2 * REACH),
      radius,
    )
  const values = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    let discs = 0
    for (let x = 0; x < width; x++) {
      discs += counts[y * (width + 1) + x]
      values[y * width + x] = discs > 0 === inverted ? 0 : 1
    }
  }
  return toMask(values, item)
}

/**
 * Marks the pixels whose centres are in the disc about (u, v), and the pixel that contains (u, v).
 * `counts` are changes of the number of discs along each row, so that the work does not depend on
 * the width of discs.
 */
function markDisc(
  counts: Int32Array,
  { height, width }: { height: number; width: number },
  u: number,
  v: number,
  radius: number,
) {
  const mark = (y: number, from: number, to: number) => {
    const [first, end] = [Math.max(0, from), Math.min(width, to + 1)]
    if (y < 0 || y >= height || first >= end) return
    counts[y * (width + 1) + first]++
    counts[y * (width + 1) + end]--
  }
  const [column, row] = [Math.floor(u * width), Math.floor(v * height)]
  mark(row, column, column)
  const top = Math.max(0, Math.floor((v - radius) * height))
  const bottom = Math.min(height - 1, Math.ceil((v + radius) * height))
  for (let y = top; y <= bottom; y++) {
    const square = radius ** 2 - ((y + 0.5) / height - v) ** 2
    if (square < 0) continue
    const half = Math.sqrt(square)
    mark(y, Math.ceil((u - half) * width - 0.5), Math.floor((u + half) * width - 0.5))
  }
}
