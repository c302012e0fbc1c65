// Masks for inpainting: 1 for known numbers, 0 for numbers to generate.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

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
  const [height, width] = item.length === 1 ? [1, item[0]] : [item[0], item[1]]
  const values = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = shapes[shape]((x + 0.5) / width, (y + 0.5) / height, size)
      values[y * width + x] = inside === inverted ? 0 : 1
    }
  }
  return item.length === 1
    ? tf.tensor(values, [1, width])
    : tf.tensor(values, [1, height, width, 1])
}
