// The convolutions of tfjs, and its products of two matrices, by kernels of our own: any program of tfjs that has them is
// quicker by them.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import { isSoftware } from '../device.ts'
import { convFilterGradient } from './convFilterGradient.ts'
import { convForward } from './convForward.ts'
import type { Pad } from './convInput.ts'
import { convInputGradient } from './convInputGradient.ts'
import type { Call, StockKernel } from './stockCall.ts'

/** By the names tfjs has for them. */
export const convolutions: Record<string, StockKernel> = {
  BatchMatMul: product,
  _FusedMatMul: product,
  Conv2D: forward,
  FusedConv2D: forward,
  Conv2DBackpropInput({ inputs: { dy, filter }, attrs, backend }) {
    const geometry = geometryOf(backend, attrs.inputShape as number[], filter!, dy!, attrs)
    return (
      geometry &&
      convInputGradient(backend, { dy: dy!, weight: filter!, inputShape: attrs.inputShape as number[], ...geometry })[0]
    )
  },
  Conv2DBackpropFilter({ inputs: { x, dy }, attrs, backend }) {
    const filterShape = attrs.filterShape as number[]
    const geometry = geometryOf(backend, x!.shape, { shape: filterShape, dtype: x!.dtype }, dy!, attrs)
    return geometry && convFilterGradient(backend, { x: x!, dy: dy!, filterShape, bias: false, ...geometry })[0]
  },
}

function forward(call: Call): TensorInfo | undefined {
  const { inputs, attrs, backend } = call
  const { x, filter, bias } = inputs
  if (!isLinear(call) || (bias && bias.shape.join() !== `${filter!.shape[3]}`)) return undefined
  const geometry = geometryOf(backend, x!.shape, filter!, x!, attrs)
  return geometry && convForward(backend, { x: x!, weight: filter!, bias, ...geometry })
}

const isLinear = ({ inputs: { preluActivationWeights }, attrs: { activation = 'linear' } }: Call) =>
  !preluActivationWeights && activation === 'linear'

/** [1, m, k] by [1, k, n], either of them transposed, as a convolution of pixels or one of its gradients. */
function product(call: Call): TensorInfo | undefined {
  const { inputs, attrs, backend } = call
  const { bias } = inputs
  const [a, b] = [inputs.a!, inputs.b!]
  const { transposeA, transposeB } = attrs
  const [rows, terms] = (transposeA ? [-1, -2] : [-2, -1]).map((axis) => a.shape.at(axis)!) as [number, number]
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const isPlain = isLinear(call) && [a, b].every(({ dtype }) => dtype === 'float32') && !(transposeA && transposeB)
  const isOne = tf.util.sizeFromShape(a.shape) === rows * terms && tf.util.sizeFromShape(b.shape) === terms * columns
  if (!isPlain || !isOne || (bias && (transposeA || transposeB || bias.shape.join() !== `${columns}`))) return undefined
  if (Math.min(rows, columns) < FEWEST_ROWS || !isWorthIt(backend, rows * terms * columns)) return undefined
  const made = transposeA
    ? filterProduct(backend, a, b, [terms, rows, columns])
    : transposeB
      ? inputProduct(backend, a, b, [rows, terms, columns])
      : convForward(backend, { x: asPixels(a, rows, terms), weight: asFilter(b, terms, columns), bias, ...POINT })
  const batch = a.shape.length >= b.shape.length ? a.shape : b.shape
  return { ...made, shape: [...batch.slice(0, -2), rows, columns] }
}

/** a^T b of [pixels, from] and [pixels, to]: the gradient of a filter of one pixel. */
const filterProduct = (backend: Backend, a: TensorInfo, b: TensorInfo, [pixels, from, to]: Extents) =>
  convFilterGradient(backend, {
    x: { ...a, shape: [pixels, 1, 1, from] },
    dy: { ...b, shape: [pixels, 1, 1, to] },
    filterShape: [1, 1, from, to],
    bias: false,
    ...POINT,
  })[0]!

/** a b^T of [pixels, from] and [to, from]: the gradient of what such a filter has read. */
const inputProduct = (backend: Backend, a: TensorInfo, b: TensorInfo, [pixels, from, to]: Extents) =>
  convInputGradient(backend, {
    dy: asPixels(a, pixels, from),
    weight: asFilter(b, to, from),
    inputShape: [1, 1, pixels, to],
    ...POINT,
  })[0]!

type Extents = readonly [pixels: number, from: number, to: number]

const POINT = { stride: 1, pad: { top: 0, bottom: 0, left: 0, right: 0 } } as const

const asPixels = (x: TensorInfo, pixels: number, channels: number): TensorInfo => ({ ...x, shape: [1, 1, pixels, channels] })

const asFilter = (weight: TensorInfo, from: number, to: number): TensorInfo => ({ ...weight, shape: [1, 1, from, to] })

/** A product of fewer rows or columns fills no tile. */
const FEWEST_ROWS = 16

interface Geometry {
  stride: 1 | 2
  pad: Pad
}

type Typed = Pick<TensorInfo, 'shape' | 'dtype'>

/** Stride and pads, if they are ones that our kernels have, and the work is worth a program of its own. */
function geometryOf(
  backend: Backend,
  inputShape: readonly number[],
  filter: Typed,
  { dtype }: Typed,
  { strides, pad, dimRoundingMode, dataFormat = 'NHWC', dilations = 1 }: Record<string, unknown>,
): Geometry | undefined {
  if (dataFormat !== 'NHWC' || dtype !== 'float32' || filter.dtype !== 'float32' || inputShape[3] !== filter.shape[2])
    return undefined
  type Info = Parameters<typeof tf.backend_util.computeConv2DInfo>
  const shapes = [inputShape, filter.shape] as unknown as [Info[0], Info[1]]
  const info = tf.backend_util.computeConv2DInfo(
    ...shapes,
    strides as number,
    dilations as number,
    pad as 'same',
    dimRoundingMode as 'floor',
  )
  const { strideHeight: stride, strideWidth, dilationHeight, dilationWidth, padInfo } = info
  if ((stride !== 1 && stride !== 2) || strideWidth !== stride || dilationHeight * dilationWidth !== 1) return undefined
  const { top, bottom, left, right } = padInfo
  const outHeight = Math.floor((info.inHeight + top + bottom - info.filterHeight) / stride) + 1
  const outWidth = Math.floor((info.inWidth + left + right - info.filterWidth) / stride) + 1
  if (outHeight !== info.outHeight || outWidth !== info.outWidth) return undefined
  const products = info.batchSize * outHeight * outWidth * tf.util.sizeFromShape(filter.shape)
  return isWorthIt(backend, products) ? { stride, pad: { top, bottom, left, right } } : undefined
}

/** A program for a shape is compiled once; a device made of software takes longer for that than for a small convolution. */
const FEWEST_ON_SOFTWARE = 2e6

/** Whether a convolution of so many products is worth a program of its own. */
export const isWorthIt = ({ device }: Backend, products: number) => !isSoftware(device) || products >= FEWEST_ON_SOFTWARE
