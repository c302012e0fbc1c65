import type { Tensor1D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'

/** Rows and columns of zeros around an image, in pixels. */
export interface Pad {
  top: number
  bottom: number
  left: number
  right: number
}

/**
 * x * W + b for x of `[b, h, w, in]`, W of `[kh, kw, in, out]`: a cross-correlation, as PyTorch's Conv2d. Without `pad` the
 * sides get (k - 1) / 2 zeros, so that an odd kernel with stride 1 keeps the size.
 */
export function conv2d(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D,
  { stride = 1, pad = samePad(weight) }: { stride?: 1 | 2; pad?: Pad } = {},
): Tensor4D {
  const { top, bottom, left, right } = pad
  return tf
    .conv2d(x, weight, stride, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ])
    .add(bias)
}

function samePad({ shape: [height, width] }: Tensor4D): Pad {
  const [y, x] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)]
  return { top: y, bottom: y, left: x, right: x }
}
