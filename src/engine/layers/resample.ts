import type { Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'

/** Each pixel of `[b, h, w, c]` four times: `[b, 2h, 2w, c]`. */
export function upsampleNearest2(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape
  const rows = tf.concat([x.reshape([b * h, 1, w, c]), x.reshape([b * h, 1, w, c])], 1)
  const columns = rows.reshape([b * h * 2 * w, 1, c])
  return tf.concat([columns, columns], 1).reshape([b, 2 * h, 2 * w, c])
}

/** The mean of every 2 by 2 pixels of `[b, h, w, c]`: `[b, h/2, w/2, c]`. */
export const avgPool2 = (x: Tensor4D): Tensor4D => tf.avgPool(x, 2, 2, 'valid')
