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

/** A call of a kernel of tfjs. */
export interface Call {
  inputs: Record<string, TensorInfo>
  attrs: Record<string, unknown>
  backend: Backend
}

/** By the names tfjs has for them. Each leaves to tfjs, with undefined, what it does not take. */
export const stockKernels: Record<string, (call: Call) => TensorInfo | undefined> = {
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

/** [1, m, k] by [1, k, n], as a convolution of m pixels. */
function product(call: Call): TensorInfo | undefined {
  const { inputs, attrs, backend } = call
  const { bias } = inputs
  const [a, b] = [inputs.a!, inputs.b!]
  const [rows, terms, columns] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!]
  const isPlain = !attrs.transposeA && !attrs.transposeB && isLinear(call) && [a, b].every(({ dtype }) => dtype === 'float32')
  const isOne = tf.util.sizeFromShape(a.shape) === rows * terms && tf.util.sizeFromShape(b.shape) === terms * columns
  if (!isPlain || !isOne || (bias && bias.shape.join() !== `${columns}`)) return undefined
  if (Math.min(rows, columns) < FEWEST_ROWS || !isWorthIt(backend, rows * terms * columns)) return undefined
  const x = { ...a, shape: [1, 1, rows, terms] }
  const weight = { ...b, shape: [1, 1, terms, columns] }
  const y = convForward(backend, { x, weight, bias, stride: 1, pad: { top: 0, bottom: 0, left: 0, right: 0 } })
  return { ...y, shape: [...a.shape.slice(0, -1), columns] }
}

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
