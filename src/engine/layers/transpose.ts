// Transposes of large tensors. The kernel of the wasm backend walks through memory in steps of a whole row, which caches
// take badly when rows are a power of two; in two passes over smaller blocks it is three times as quick.
import type { Tensor2D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'

const inBlocks = () => tf.getBackend() === 'wasm'

/** Rows of a block: with a few dozen columns it stays in the cache. */
const BLOCK = 64

/** `[n, c]` to `[c, n]`. */
export function transposed(x: Tensor2D): Tensor2D {
  const [n, c] = x.shape
  if (!inBlocks() || n <= BLOCK || n % BLOCK !== 0) return x.transpose()
  const blocks = x.reshape([n / BLOCK, BLOCK, c]).transpose([0, 2, 1])
  return blocks.transpose([1, 0, 2]).reshape([c, n])
}

/** `[b, h, w, c]` to `[c, h, w, b]`. */
export function reversedTranspose(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape
  if (!inBlocks()) return x.transpose([3, 1, 2, 0])
  const rows = x.reshape([b, h * w * c]).transpose()
  return rows
    .reshape([h * w, c, b])
    .transpose([1, 0, 2])
    .reshape([c, h, w, b])
}
