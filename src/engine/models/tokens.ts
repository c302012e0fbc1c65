// Tokens for cross-attention without a language model: from labels and from images.
import { spaceToDepth } from '../layers/patches.ts'
import type { Tensor3D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Interleaves the labels of several wires by item. A single label on a wire applies to all items.
 * Returns undefined if the wires disagree on the number of items.
 */
export function labelRows(wires: readonly Int32Array[]): Int32Array | undefined {
  const items = Math.max(...wires.map(({ length }) => length))
  if (wires.some(({ length }) => length !== 1 && length !== items)) return undefined
  return Int32Array.from({ length: items * wires.length }, (_, i) => {
    const labels = wires[i % wires.length]
    return labels[labels.length === 1 ? 0 : Math.floor(i / wires.length)]
  })
}

/**
 * One token per patch of `[b, h, w, c]` after average pooling by `shrink`: its pixels, then a
 * position encoding. `[b, n, patch² c + 4 frequencies]`; `shrink patch` divides h and w.
 */
export function pixelTokens(
  x: Tensor4D,
  { shrink, patch, frequencies }: PixelTokenOptions,
): Tensor3D {
  const small = shrink > 1 ? tf.avgPool(x, shrink, shrink, 'valid') : x
  const patches = patch > 1 ? (spaceToDepth(small, patch) as Tensor4D) : small
  const [batch, rows, columns, width] = patches.shape
  const tokens = patches.reshape([batch, rows * columns, width]) as Tensor3D
  if (frequencies === 0) return tokens
  const places = tf.tensor3d(placeFeatures(rows, columns, frequencies), [
    1,
    rows * columns,
    4 * frequencies,
  ])
  return tf.concat([tokens, places.tile([batch, 1, 1])], 2)
}

export interface PixelTokenOptions {
  shrink: number
  patch: number
  frequencies: number
}

/**
 * Position encoding: sine and cosine of π 2^k u for height and width, u from 0 to 1 over the image.
 */
function placeFeatures(rows: number, columns: number, frequencies: number): Float32Array {
  const features: number[] = []
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (const u of [(i + 0.5) / rows, (j + 0.5) / columns]) {
        for (let k = 0; k < frequencies; k++)
          features.push(Math.sin(Math.PI * 2 ** k * u), Math.cos(Math.PI * 2 ** k * u))
      }
    }
  }
  return Float32Array.from(features)
}

/**
 * Tiles `rows` x `columns` images of `[b, h, w, c]`: `[b / (rows columns), rows h, columns w, c]`.
 */
export function mosaic(x: Tensor4D, rows: number, columns: number): Tensor4D {
  const [b, h, w, c] = x.shape
  const apart = x.reshape([b / columns, columns, h, w * c]).transpose([0, 2, 1, 3])
  return apart.reshape([b / (rows * columns), rows * h, columns * w, c]) as Tensor4D
}
