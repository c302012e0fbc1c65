import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '../tf.ts'
import { tf } from '../tf.ts'
import { ownFunctions } from '../wasm/module.ts'
import type { NormOptions } from '../wasm/norm.ts'
import { isSoftware } from '../webgpu/device.ts'
import { convByFunctions } from './convByFunctions.ts'
import { convByKernels, convKernels } from './convByKernels.ts'
import { groupNorm } from './groupNorm.ts'
import { linear } from './linear.ts'
import { upsampleNearest2 } from './resample.ts'
import type { Features, Parameters } from './stage.ts'
import { channelSums, onGPU } from './sums.ts'
import { reversedTranspose } from './transpose.ts'

/** Rows and columns of zeros around an image, in pixels. */
export interface Pad {
  top: number
  bottom: number
  left: number
  right: number
}

interface Geometry {
  stride: 1 | 2
  pad: Pad
}

/** What a convolution reads, if it is not x as it is. */
export interface ConvInput {
  x: Features
  /** Normalises x first. */
  norm?: Norm
  /** Reads each pixel four times then: twice the size. */
  upsample?: boolean
}

export interface Norm extends Parameters, NormOptions {}

export interface ConvOptions extends Geometry {
  /** `[b, out]`, or one row for all items: added to every pixel. */
  perItem?: Tensor2D
  /** Of the shape of what comes out: added. */
  residual?: Tensor4D
  /** What the sum of all is multiplied with. */
  outputScale?: number
  /** On webgpu, by kernels of our own, what comes out is stored as halves, if its channels can be. */
  half?: boolean
}

/**
 * x * W + b for x of `[b, h, w, in]`, W of `[kh, kw, in, out]`: a cross-correlation, as PyTorch's Conv2d. Without `pad` the
 * sides get (k - 1) / 2 zeros, so that an odd kernel with stride 1 keeps the size. x may be normalised and upsampled before, the
 * outcome added to: on webgpu by the same kernel, elsewhere one after the other, but what is added on wasm.
 *
 * On cpu and on wasm without SIMD its gradients are convolutions too: wasm has no kernel for that of the filter, and cpu a very slow one.
 */
export function conv2d(
  input: Tensor4D | ConvInput,
  weight: Tensor4D,
  bias: Tensor1D,
  { stride = 1, pad = samePad(weight), ...added }: Partial<ConvOptions> = {},
): Tensor4D {
  const given: ConvInput = 'shape' in input ? { x: input } : input
  const rest = { weight, bias, stride, pad, ...added }
  const kernels = convKernels({ ...given, ...rest })
  // Devices made of software are quicker with pixels that are there four times: Winograd's way needs them. And so does a gradient with strides.
  const isApart = kernels !== undefined && given.upsample && (stride !== 1 || isSoftware(kernels.device))
  if (kernels) return convByKernels(kernels, { ...(isApart ? { x: asTensor(given) } : given), ...rest })
  const z = asTensor(given)
  const own = ownFunctions()
  if (own) return convByFunctions(own, { ...rest, x: z })
  const y = isPointwise(weight, stride, pad) ? pointwise(z, weight, bias) : (convOp({ stride, pad })(z, weight, bias) as Tensor4D)
  return finished(y, added)
}

/** Two tensors side by side as one. */
export const joined = (x: Features): Tensor4D => ('shape' in x ? x : tf.concat([...x], 3))

/** What a convolution reads as a tensor of its own. */
export function asTensor({ x, norm, upsample }: ConvInput): Tensor4D {
  const z = norm ? groupNorm(joined(x), norm.weight, norm.bias, norm) : joined(x)
  return upsample ? upsampleNearest2(z) : z
}

function finished(y: Tensor4D, { perItem, residual, outputScale = 1 }: Partial<ConvOptions>): Tensor4D {
  const told = perItem ? y.add(perItem.reshape([perItem.shape[0], 1, 1, perItem.shape[1]])) : y
  const sum = residual ? residual.add(told) : told
  return (outputScale === 1 ? sum : sum.mul(outputScale)) as Tensor4D
}

function samePad({ shape: [height, width] }: Tensor4D): Pad {
  const [y, x] = [Math.floor((height - 1) / 2), Math.floor((width - 1) / 2)]
  return { top: y, bottom: y, left: x, right: x }
}

const isPointwise = ({ shape: [height, width] }: Tensor4D, stride: number, { top, bottom, left, right }: Pad) =>
  height * width * stride === 1 && top + bottom + left + right === 0

/** A 1 by 1 convolution is a linear layer of every pixel. */
function pointwise(x: Tensor4D, weight: Tensor4D, bias: Tensor1D): Tensor4D {
  const [b, h, w, from] = x.shape
  return linear(x.reshape([b * h * w, from]) as Tensor2D, weight.reshape([from, -1]) as Tensor2D, bias).reshape([b, h, w, -1])
}

const convOp = (options: Geometry) =>
  tf.customGrad((...args: unknown[]) => {
    const [x, weight, bias, save] = args as [Tensor4D, Tensor4D, Tensor1D, (tensors: Tensor[]) => void]
    save([x, weight])
    return {
      value: forward(x, weight, bias, options),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, weight] = saved as [Tensor4D, Tensor4D]
        return [...gradients(x, weight, dy as Tensor4D, options), channelSums(dy)]
      },
    }
  })

const forward = (x: Tensor4D, weight: Tensor4D, bias: Tensor1D, { stride, pad }: Geometry): Tensor4D =>
  tf.fused.conv2d({ x, filter: weight, strides: stride, pad: explicit(pad), bias })

/** dx and dW. On GPUs by tfjs's own kernels: what is quick on wasm does not fill a GPU. */
const gradients = (x: Tensor4D, weight: Tensor4D, dy: Tensor4D, options: Geometry): Tensor[] =>
  onGPU()
    ? [inputByKernel(x, weight, dy, options), filterByKernel(x, weight, dy, options)]
    : [inputGradient(dy, weight, x.shape, options), filterGradient(x, dy, weight.shape, options)]

const inputByKernel = (x: Tensor4D, filter: Tensor4D, dy: Tensor4D, options: Geometry) =>
  kernel('Conv2DBackpropInput', { dy, filter }, { inputShape: x.shape }, options)

const filterByKernel = (x: Tensor4D, filter: Tensor4D, dy: Tensor4D, options: Geometry) =>
  kernel('Conv2DBackpropFilter', { x, dy }, { filterShape: filter.shape }, options)

function kernel(name: string, inputs: Record<string, Tensor>, shape: object, { stride, pad }: Geometry): Tensor {
  const attrs = { strides: [stride, stride], pad: explicit(pad), dataFormat: 'NHWC', ...shape }
  return tf.engine().runKernel(name, inputs, attrs as never) as Tensor
}

type Shape4D = Tensor4D['shape']
type ExplicitPad = [[number, number], [number, number], [number, number], [number, number]]

const explicit = ({ top, bottom, left, right }: Pad): ExplicitPad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

/**
 * dx[i] = sum_k dy[(i + pad - k) / stride] W[k]^T: a convolution of dy, with zeros between its pixels for stride 2, with W
 * turned by 180 degrees, in and out exchanged.
 */
function inputGradient(dy: Tensor4D, weight: Tensor4D, shape: Shape4D, { stride, pad }: Geometry): Tensor4D {
  const [, height, width] = shape
  const spread = stride === 1 ? dy : dilate(dy)
  const [kh, kw] = weight.shape
  // What the outcome has of zeros at its sides; below zero, that many pixels of dy reach no pixel of x.
  const around = {
    top: kh - 1 - pad.top,
    bottom: height - spread.shape[1] + pad.top,
    left: kw - 1 - pad.left,
    right: width - spread.shape[2] + pad.left,
  }
  return tf.conv2d(crop(spread, around), turned(weight), 1, explicit(atLeastZero(around)))
}

/** W turned by 180 degrees, with in and out exchanged. The rows go round by a product: reversing is slow on wasm. */
function turned(weight: Tensor4D): Tensor4D {
  const [kh, kw, from, to] = weight.shape
  const backwards = tf.tensor2d(reversedIdentity(kh * kw), [kh * kw, kh * kw])
  const rows = tf.matMul(backwards, weight.reshape([kh * kw, from * to]) as Tensor2D)
  return rows.reshape([kh, kw, from, to]).transpose([0, 1, 3, 2])
}

const reversedIdentity = (n: number) =>
  Float32Array.from({ length: n * n }, (_, i) => Number((i % n) + Math.floor(i / n) === n - 1))

/** A zero after each row and column. */
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

/** Takes off what the pads have below zero. */
function crop(x: Tensor4D, pad: Pad): Tensor4D {
  const [top, bottom, left, right] = [pad.top, pad.bottom, pad.left, pad.right].map((size) => Math.max(0, -size)) as [
    number,
    number,
    number,
    number,
  ]
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
 * dW[k] = sum_i x[stride i + k - pad]^T dy[i] over all items: a convolution of x with dy as its filter, where the channels
 * of x are the items of the batch and the items are the channels.
 */
function filterGradient(x: Tensor4D, dy: Tensor4D, shape: Shape4D, { stride, pad }: Geometry): Tensor4D {
  const [kh, kw, from, to] = shape
  const filter = dy.transpose([1, 2, 0, 3])
  const all = tf.conv2d(reversedTranspose(x), filter as Tensor4D, 1, explicit(pad), 'NHWC', stride)
  // With stride 2 there can be a row and a column that no pixel of dy looked at.
  return all.slice([0, 0, 0, 0], [from, kh, kw, to]).transpose([1, 2, 0, 3])
}
