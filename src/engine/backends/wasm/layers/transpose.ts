// Transposes of large tensors on wasm. The kernel walks through memory in steps of a full row,
// which caches take badly when rows are a power of two: two passes over smaller blocks take a third
// of the time.
import type { Tensor2D, Tensor4D } from '../../../base/tf.ts'

/** Rows of a block: with a few dozen columns it stays in the cache. */
const BLOCK = 64

/** `[n, c]` to `[c, n]`. */
export function transpose(x: Tensor2D): Tensor2D {
  const [n, c] = x.shape
  if (n <= BLOCK || n % BLOCK !== 0) return x.transpose()
  const blocks = x.reshape([n / BLOCK, BLOCK, c]).transpose([0, 2, 1])
  return blocks.transpose([1, 0, 2]).reshape([c, n])
}

/** `[b, h, w, c]` to `[c, h, w, b]`. */
export function reverseAxes(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape
  const rows = x.reshape([b, h * w * c]).transpose()
  return rows
    .reshape([h * w, c, b])
    .transpose([1, 0, 2])
    .reshape([c, h, w, b])
}
