import type { Tensor, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { layerOp } from './operation.ts'

/** Nearest-neighbour upsampling of `[b, h, w, c]` by 2: `[b, 2h, 2w, c]`. */
export const upsampleNearest2 = (x: Tensor4D): Tensor4D => upsampleOp(x)

/** 2 x 2 average pooling of `[b, h, w, c]`, h and w even: `[b, h/2, w/2, c]`. */
export const avgPool2 = (x: Tensor4D): Tensor4D => poolOp(x)

const repeat = (x: Tensor): Tensor =>
  tf.image.resizeNearestNeighbor(x as Tensor4D, [2 * x.shape[1]!, 2 * x.shape[2]!])
const pool = (x: Tensor): Tensor => tf.avgPool(x as Tensor4D, 2, 2, 'valid')

// Each is the gradient of the other, up to a factor.
const upsampleOp = layerOp({
  own: (x) => ({
    value: repeat(x as Tensor),
    gradFunc: (dy: Tensor) => pool(dy).mul(4),
  }),
  composed: (x: Tensor4D): Tensor4D => {
    const [b, h, w, c] = x.shape
    const wide = repeatAxis(x.reshape([b * h * w, 1, c]))
    return repeatAxis(wide.reshape([b * h, 1, 2 * w * c])).reshape([b, 2 * h, 2 * w, c])
  },
})

const poolOp = layerOp({
  own: (x) => ({
    value: pool(x as Tensor),
    gradFunc: (dy: Tensor) => repeat(dy).mul(0.25),
  }),
  composed: (x: Tensor4D): Tensor4D => {
    const [b, h, w, c] = x.shape
    const low = x.reshape([(b * h) / 2, 2, w * c]).sum(1)
    const small = low.reshape([(b * h * w) / 4, 2, c]).sum(1)
    return small.mul(0.25).reshape([b, h / 2, w / 2, c])
  },
})

/** Repeats the middle axis, of size 1. */
const repeatAxis = (x: Tensor): Tensor => tf.concat([x, x], 1)
