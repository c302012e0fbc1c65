// The convolutions of tfjs by kernels of our own: any program of tfjs, here or elsewhere, that has them is quicker by them.
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
export const convolutions: Record<string, (call: Call) => TensorInfo | undefined> = {
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

function forward({ inputs: { x, filter, bias, preluActivationWeights }, attrs, backend }: Call): TensorInfo | undefined {
  const isFused = preluActivationWeights || (attrs.activation ?? 'linear') !== 'linear'
  const hasOddBias = bias && bias.shape.join() !== `${filter!.shape[3]}`
  if (isFused || hasOddBias) return undefined
  const geometry = geometryOf(backend, x!.shape, filter!, x!, attrs)
  return geometry && convForward(backend, { x: x!, weight: filter!, bias, ...geometry })
}

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
  return products < fewest(backend) ? undefined : { stride, pad: { top, bottom, left, right } }
}

/** A program for a shape is compiled once; a device made of software takes longer for that than for a small convolution. */
const FEWEST_ON_SOFTWARE = 1e7
const fewest = ({ device }: Backend) => (isSoftware(device) ? FEWEST_ON_SOFTWARE : 1)
