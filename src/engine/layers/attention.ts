import type { Tensor3D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'

/**
 * softmax(q k^T / sqrt(c / heads)) v (Vaswani et al. 2017, equation 1), for every head by itself: q of `[b, n, c]`, k and v
 * of `[b, m, c]`, with the heads side by side in c.
 */
export function attention(q: Tensor3D, k: Tensor3D, v: Tensor3D, heads: number): Tensor3D {
  const scale = 1 / Math.sqrt(q.shape[2] / heads)
  const split = (x: Tensor3D) => x.reshape([x.shape[0], x.shape[1], heads, -1]).transpose([0, 2, 1, 3]) as Tensor4D
  const scores = tf.matMul(split(q), split(k), false, true).mul(scale)
  return tf.matMul(tf.softmax(scores), split(v)).transpose([0, 2, 1, 3]).reshape(q.shape)
}
