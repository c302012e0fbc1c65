// Masks: which numbers of an item are kept (1) and which are made anew (0).
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

export const maskShapes = ['left', 'right', 'top', 'bottom', 'center', 'border', 'checkerboard'] as const

export type MaskShape = (typeof maskShapes)[number]

/** Whether the place (u, v), from 0 to 1 across and down, belongs to the shape of this size. */
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
 * 1 where the shape is and 0 elsewhere, or the other way round: `[1, h, w, 1]` for images. Points have their coordinates across:
 * `[1, d]`, of which only u counts. `size` is the share of a side, above 0 and at most 1. Places are the middles of pixels.
 */
export function mask(item: readonly number[], shape: MaskShape, size: number, inverted = false): Tensor {
  const [height, width] = item.length === 1 ? [1, item[0]!] : [item[0]!, item[1]!]
  const values = new Float32Array(height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = shapes[shape]((x + 0.5) / width, (y + 0.5) / height, size)
      values[y * width + x] = inside === inverted ? 0 : 1
    }
  }
  return item.length === 1 ? tf.tensor(values, [1, width]) : tf.tensor(values, [1, height, width, 1])
}
