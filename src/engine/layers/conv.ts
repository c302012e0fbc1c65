// Convolutions of images, with fused prologue and epilogue.
import { activeBackend } from '../base/backend.ts'
import type { ConvGeometry, ConvInput, ConvOptions, Pad } from '../base/layerTypes.ts'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { convInputTensor } from './convInput.ts'
import { linear } from './linear.ts'
import { layerOp } from './operation.ts'
import { channelSums, onGPU } from '../base/sums.ts'
import { reverseAxesTranspose } from './transpose.ts'

/**
 * x * W + b for x of `[b, h, w, in]`, W of `[kh, kw, in, out]`: a cross-correlation, as PyTorch's
 * Conv2d. The default padding is (k - 1) / 2 zeros per side, so that an odd kernel with stride 1
 * keeps the size. Optional normalisation and upsampling of x and additions to the result are fused
 * on webgpu, additions also on wasm; elsewhere they are separate operations.
 *
 * On cpu and on wasm without SIMD the gradients are convolutions as well: tfjs's wasm has no kernel
 * for the filter gradient, and its cpu kernel is very slow.
 */
export function conv2d(
  input: Tensor4D | ConvInput,
  weight: Tensor4D,
  bias: Tensor1D,
  { stride = 1, pad = samePad(weight), ...added }: Partial<ConvOptions> = {},
): Tensor4D {
  const read: ConvInput = 'shape' in input ? { x: input } : input
  const fused = activeBackend().conv2d?.({ ...read, weight, bias, stride, pad, ...added })
  if (fused) return fused
  const x = convInputTensor(read)
  const y = isPointwise(weight, stride, pad)
    ? pointwise(x, weight, bias)
    : convOp({ stride, pad })(x, weight, bias)
  return finishConv(y, added)
}

function finishConv(
  y: Tensor4D,
  { perItem, residual, outputScale = 1 }: Partial<ConvOptions>,
): Tensor4D {
  const shifted = perItem ? y.add(perItem.reshape([perItem.shape[0], 1, 1, perItem.shape[1]])) : y
  const sum = residual ? residual.add(shifted) : shifted
  return (outputScale === 1 ? sum : sum.mul(outputScale)) as Tensor4D
}

function samePad({ shape: [height, width] }: Tensor4D): Pad {
  const [y, x] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)]
  return { top: y, bottom: y, left: x, right: x }
}

const isPointwise = (
  { shape: [height, width] }: Tensor4D,
  stride: number,
  { top, bottom, left, right }: Pad,
) => height * width * stride === 1 && top + bottom + left + right === 0

/** A 1 x 1 convolution as a linear layer per pixel. */
function pointwise(x: Tensor4D, weight: Tensor4D, bias: Tensor1D): Tensor4D {
  const [b, h, w, from] = x.shape
  return linear(
    x.reshape([b * h * w, from]) as Tensor2D,
    weight.reshape([from, -1]) as Tensor2D,
    bias,
  ).reshape([b, h, w, -1])
}

const convOp = (options: ConvGeometry) =>
  layerOp({
    own: (...args: unknown[]) => {
      const [x, weight, bias, save] = args as [
        Tensor4D,
        Tensor4D,
        Tensor1D,
        (tensors: Tensor[]) => void,
      ]
      save([x, weight])
      return {
        value: convForward(x, weight, bias, options),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [x, weight] = saved as [Tensor4D, Tensor4D]
          return [...convGradientsOf(x, weight, dy as Tensor4D, options), channelSums(dy)]
        },
      }
    },
    composed: (x: Tensor4D, weight: Tensor4D, bias: Tensor1D): Tensor4D =>
      composedConv(x, weight, bias, options),
  })

/**
 * The convolution as one product of the pixels below the kernel with the weights. tfjs has no
 * gradient of the filter gradient of its convolution.
 */
function composedConv(
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [kh, kw, from, to] = weight.shape
  const [b, height, width] = x.shape
  const rows = Math.floor((height + pad.top + pad.bottom - kh) / stride) + 1
  const columns = Math.floor((width + pad.left + pad.right - kw) / stride) + 1
  // The last step of the kernel may end beyond the padding, where it skips pixels anyway.
  const padded = x.pad([
    [0, 0],
    [pad.top, pad.bottom + stride],
    [pad.left, pad.right + stride],
    [0, 0],
  ])
  const below = Array.from({ length: kh * kw }, (_, k) => {
    const start = [0, Math.floor(k / kw), k % kw, 0]
    const window = padded.slice(start, [b, rows * stride, columns * stride, from]) as Tensor4D
    return stride === 1 ? window : skipPixels(window, stride)
  })
  const pixels = tf.concat(below, 3).reshape([b * rows * columns, kh * kw * from]) as Tensor2D
  return tf
    .matMul(pixels, weight.reshape([kh * kw * from, to]) as Tensor2D)
    .add(bias)
    .reshape([b, rows, columns, to])
}

/** The first of every `stride` rows and columns. */
function skipPixels(x: Tensor4D, stride: number): Tensor4D {
  const [b, h, w, c] = x.shape
  const [rows, columns] = [h / stride, w / stride]
  const first = x
    .reshape([b * rows, stride, w * c])
    .slice([0, 0, 0], [b * rows, 1, w * c])
    .reshape([b * rows * columns, stride, c])
  return first.slice([0, 0, 0], [b * rows * columns, 1, c]).reshape([b, rows, columns, c])
}

const convForward = (
  x: Tensor4D,
  weight: Tensor4D,
  bias: Tensor1D,
  { stride, pad }: ConvGeometry,
): Tensor4D =>
  tf.fused.conv2d({ x, filter: weight, strides: stride, pad: toExplicitPadding(pad), bias })

/** Returns dx and dW. GPUs use tfjs's kernels: the convolutions below do not saturate a GPU. */
const convGradientsOf = (
  x: Tensor4D,
  weight: Tensor4D,
  dy: Tensor4D,
  options: ConvGeometry,
): Tensor[] =>
  onGPU()
    ? [inputByKernel(x, weight, dy, options), filterByKernel(x, weight, dy, options)]
    : [inputGradient(dy, weight, x.shape, options), filterGradient(x, dy, weight.shape, options)]

const inputByKernel = (x: Tensor4D, filter: Tensor4D, dy: Tensor4D, options: ConvGeometry) =>
  kernel('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }, options)

const filterByKernel = (x: Tensor4D, filter: Tensor4D, dy: Tensor4D, options: ConvGeometry) =>
  kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }, options)

function kernel(
  name: string,
  inputs: Record<string, Tensor>,
  shape: object,
  { stride, pad }: ConvGeometry,
): Tensor {
  const attrs = {
    strides: [stride, stride],
    pad: toExplicitPadding(pad),
    dataFormat: 'NHWC',
    ...shape,
  }
  return tf.engine().runKernel(name, inputs, attrs as never) as Tensor
}

type Shape4D = Tensor4D['shape']
type ExplicitPad = [[number, number], [number, number], [number, number], [number, number]]

const toExplicitPadding = ({ top, bottom, left, right }: Pad): ExplicitPad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

/**
 * dx[i] = sum_k dy[(i + pad - k) / stride] W[k]^T: a convolution of dy, dilated for stride 2, with
 * W rotated by 180 degrees and its in and out channels exchanged.
 */
function inputGradient(
  dy: Tensor4D,
  weight: Tensor4D,
  shape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [, height, width] = shape
  const spread = stride === 1 ? dy : dilate(dy)
  const [kh, kw] = weight.shape
  // Padding of dy. If negative, that many pixels of dy contribute to no pixel of x.
  const around = {
    top: kh - 1 - pad.top,
    bottom: height - spread.shape[1] + pad.top,
    left: kw - 1 - pad.left,
    right: width - spread.shape[2] + pad.left,
  }
  return tf.conv2d(
    crop(spread, around),
    rotateFilter(weight),
    1,
    toExplicitPadding(atLeastZero(around)),
  )
}

/** Rotates W by 180 degrees and exchanges in and out. Uses a product with a permutation, because
 * reverse is slow on wasm. */
function rotateFilter(weight: Tensor4D): Tensor4D {
  const [kh, kw, from, to] = weight.shape
  const backwards = tf.tensor2d(reversalMatrix(kh * kw), [kh * kw, kh * kw])
  const rows = tf.matMul(backwards, weight.reshape([kh * kw, from * to]) as Tensor2D)
  return rows.reshape([kh, kw, from, to]).transpose([0, 1, 3, 2])
}

const reversalMatrix = (n: number) =>
  Float32Array.from({ length: n * n }, (_, i) => Number((i % n) + Math.floor(i / n) === n - 1))

/** Inserts a zero after each row and column. */
function dilate(x: Tensor4D): Tensor4D {
  const [b, h, w, c] = x.shape
  const wider = x.reshape([b * h * w, 1, c]).pad([
    [0, 0],
    [0, 1],
    [0, 0],
  ])
  return wider
    .reshape([b * h, 1, 2 * w * c])
    .pad([
      [0, 0],
      [0, 1],
      [0, 0],
    ])
    .reshape([b, 2 * h, 2 * w, c])
}

/** Crops by the negative part of the padding. */
function crop(x: Tensor4D, pad: Pad): Tensor4D {
  const [top, bottom, left, right] = [pad.top, pad.bottom, pad.left, pad.right].map((size) =>
    Math.max(0, -size),
  ) as [number, number, number, number]
  if (top + bottom + left + right === 0) return x
  const [b, h, w, c] = x.shape
  return x.slice([0, top, left, 0], [b, h - top - bottom, w - left - right, c])
}

const atLeastZero = ({ top, bottom, left, right }: Pad): Pad => ({
  top: Math.max(0, top),
  bottom: Math.max(0, bottom),
  left: Math.max(0, left),
  right: Math.max(0, right),
})

/**
 * dW[k] = sum_i x[stride i + k - pad]^T dy[i] over all items: a convolution of x with dy as its
 * filter, with the roles of items and channels exchanged.
 */
function filterGradient(
  x: Tensor4D,
  dy: Tensor4D,
  shape: Shape4D,
  { stride, pad }: ConvGeometry,
): Tensor4D {
  const [kh, kw, from, to] = shape
  const filter = dy.transpose([1, 2, 0, 3])
  const all = tf.conv2d(
    reverseAxesTranspose(x),
    filter as Tensor4D,
    1,
    toExplicitPadding(pad),
    'NHWC',
    stride,
  )
  // With stride 2, the last row and column may be unused.
  return all.slice([0, 0, 0, 0], [from, kh, kw, to]).transpose([1, 2, 0, 3])
}
