import type { Tensor3D } from '../tf.ts'
import { tf } from '../tf.ts'

/** Multiplications in the product of one item, above which it is worth a call of its own on wasm. */
const LARGE = 20_000

/**
 * Matrix products item by item: `[b, n, k]` and `[b, k, m]` give `[b, n, m]`. The wasm backend has a quick product for two
 * matrices, but not for batches of them.
 */
export function products(a: Tensor3D, b: Tensor3D): Tensor3D {
  const [items, n, k] = a.shape
  const [, , m] = b.shape
  if (tf.getBackend() !== 'wasm' || items === 1 || n * k * m < LARGE) return tf.matMul(a, b)
  const [left, right] = [tf.split(a, items), tf.split(b, items)]
  return tf.concat(left.map((matrix, i) => tf.matMul(matrix, right[i]!)))
}
