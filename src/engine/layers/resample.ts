import type { Tensor, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/** Nearest-neighbour upsampling of `[b, h, w, c]` by 2: `[b, 2h, 2w, c]`. */
export const upsampleNearest2 = (x: Tensor4D): Tensor4D => upsampleOp(x) as Tensor4D

/** 2 x 2 average pooling of `[b, h, w, c]`, h and w even: `[b, h/2, w/2, c]`. */
export const avgPool2 = (x: Tensor4D): Tensor4D => poolOp(x) as Tensor4D

const repeat = (x: Tensor): Tensor =>
  tf.image.resizeNearestNeighbor(x as Tensor4D, [2 * x.shape[1]!, 2 * x.shape[2]!])
const pool = (x: Tensor): Tensor => tf.avgPool(x as Tensor4D, 2, 2, 'valid')

// Each is the gradient of the other, up to a factor.
const upsampleOp = tf.customGrad((x) => ({
  value: repeat(x as Tensor),
  gradFunc: (dy: Tensor) => pool(dy).mul(4),
}))

const poolOp = tf.customGrad((x) => ({
  value: pool(x as Tensor),
  gradFunc: (dy: Tensor) => repeat(dy).mul(0.25),
}))
