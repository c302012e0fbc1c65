// Convolutions with groups and any stride, and transposed ones, from those of `conv.ts`.
import type { ConvOptions, Pad } from '../base/layerTypes.ts'
import type { Tensor1D, Tensor2D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { conv2d } from './conv.ts'
import { linear } from './linear.ts'
import { spaceToDepth } from './patches.ts'

interface ConvolveOptions extends Pick<ConvOptions, 'half'> {
  stride: number
  groups: number
  pad: Pad
}

/**
 * Convolution of `[b, h, w, in]` by `[k, k, in / groups, out]`. Strides above 2 are those of
 * patches: the kernel, without padding.
 */
export function convolve(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  { stride, groups, pad, half = false }: ConvolveOptions,
): Tensor4D {
  const out = weight.shape[3]
  const shift = bias ?? (tf.zeros([out]) as Tensor1D)
  if (stride > 2) return convolvePatches(x, weight, bias, stride)
  const options = { stride: stride as 1 | 2, pad, half }
  if (groups === 1) return conv2d(x, weight, shift, options)
  const xs = tf.split(x, groups, 3)
  const weights = tf.split(weight, groups, 3)
  const shifts = tf.split(shift, groups)
  return tf.concat(
    xs.map((part, i) =>
      conv2d(part as Tensor4D, weights[i] as Tensor4D, shifts[i] as Tensor1D, options),
    ),
    3,
  )
}

/** A linear layer of patches that do not overlap. */
function convolvePatches(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  size: number,
): Tensor4D {
  const [b, height, width] = x.shape
  const [rows, columns] = [Math.floor(height / size), Math.floor(width / size)]
  const whole = x.slice([0, 0, 0, 0], [b, rows * size, columns * size, x.shape[3]])
  const patches = spaceToDepth(whole, size).reshape([b * rows * columns, -1]) as Tensor2D
  const matrix = weight.reshape([-1, weight.shape[3]]) as Tensor2D
  return linear(patches, matrix, bias).reshape([b, rows, columns, -1])
}

/**
 * The adjoint of a convolution from `out` to `in` channels by `[k, k, out, in]`: a convolution of
 * the image with zeros between its pixels, with the kernel turned by 180 degrees.
 */
export function convolveTransposed(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D | undefined,
  stride: number,
  { top, left, bottom, right }: Pad,
): Tensor4D {
  const [kh, kw, out] = weight.shape
  const turned = tf.reverse(weight, [0, 1]).transpose([0, 1, 3, 2]) as Tensor4D
  const around = {
    top: kh - 1 - top,
    left: kw - 1 - left,
    bottom: kh - 1 - bottom,
    right: kw - 1 - right,
  }
  const cut = cropTo(spread(x, stride), around)
  const pad = {
    top: Math.max(0, around.top),
    left: Math.max(0, around.left),
    bottom: Math.max(0, around.bottom),
    right: Math.max(0, around.right),
  }
  return conv2d(cut, turned, bias ?? (tf.zeros([out]) as Tensor1D), { stride: 1, pad })
}

/** Puts `stride` - 1 zeros between the pixels. */
function spread(x: Tensor4D, stride: number): Tensor4D {
  if (stride === 1) return x
  const [b, h, w, c] = x.shape
  const more = stride - 1
  const columns = x
    .reshape([b * h * w, 1, c])
    .pad([
      [0, 0],
      [0, more],
      [0, 0],
    ])
    .reshape([b * h, 1, w * stride * c])
  const rows = columns.pad([
    [0, 0],
    [0, more],
    [0, 0],
  ])
  return (rows.reshape([b, h * stride, w * stride, c]) as Tensor4D).slice(
    [0, 0, 0, 0],
    [b, (h - 1) * stride + 1, (w - 1) * stride + 1, c],
  )
}

/** Cuts off what a negative padding takes away. */
function cropTo(x: Tensor4D, { top, left, bottom, right }: Pad): Tensor4D {
  const [b, h, w, c] = x.shape
  const [t, l, d, r] = [top, left, bottom, right].map((size) => Math.max(0, -size))
  return t + l + d + r === 0 ? x : x.slice([0, t, l, 0], [b, h - t - d, w - l - r, c])
}
