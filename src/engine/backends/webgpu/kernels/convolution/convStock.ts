// Overrides tfjs's convolutions and matrix products by custom kernels, so that any tfjs program
// gets them.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import { rulesFor } from '../software/rules.ts'
import { convFilterGradient } from './convFilterGradient.ts'
import { convByGemm } from './convForward.ts'
import type { Pad } from './convInput.ts'
import { noPad } from './convInput.ts'
import { convInputGradient } from './convInputGradient.ts'
import type { KernelOverride, StockCall } from '../elementwise/stockCall.ts'

/** By kernel name. */
export const convOverrides: Record<string, KernelOverride> = {
  BatchMatMul: matMulOverride,
  _FusedMatMul: matMulOverride,
  Conv2D: convOverride,
  FusedConv2D: convOverride,
  Conv2DBackpropInput({ inputs: { dy, filter }, attrs, backend }) {
    const inputShape = attrs.inputShape as number[]
    const geometry = supportedGeometry(backend, inputShape, filter, dy, attrs)
    return (
      geometry && convInputGradient(backend, { dy, weight: filter, inputShape, ...geometry })[0]
    )
  },
  Conv2DBackpropFilter({ inputs: { x, dy }, attrs, backend }) {
    const filterShape = attrs.filterShape as number[]
    const filter = { shape: filterShape, dtype: x.dtype }
    const geometry = supportedGeometry(backend, x.shape, filter, dy, attrs)
    return (
      geometry && convFilterGradient(backend, { x, dy, filterShape, bias: false, ...geometry })[0]
    )
  },
}

function convOverride(call: StockCall): TensorInfo | undefined {
  const { inputs, attrs, backend } = call
  const { x, filter, bias } = inputs
  if (!isLinear(call) || (bias && bias.shape.join() !== `${filter.shape[3]}`)) return undefined
  const geometry = supportedGeometry(backend, x.shape, filter, x, attrs)
  return geometry && convByGemm(backend, { x, weight: filter, bias, ...geometry })
}

const isLinear = ({
  inputs: { preluActivationWeights },
  attrs: { activation = 'linear' },
}: StockCall) => !preluActivationWeights && activation === 'linear'

/**
 * [1, m, k] by [1, k, n], with at most one transposed, as a 1x1 convolution or one of its
 * gradients.
 */
function matMulOverride(call: StockCall): TensorInfo | undefined {
  const { inputs, attrs, backend } = call
  const { a, b, bias } = inputs
  const { transposeA, transposeB } = attrs
  const [aFirst, aSecond] = a.shape.slice(-2)
  const [rows, terms] = transposeA ? [aSecond, aFirst] : [aFirst, aSecond]
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)]
  const isPlain =
    isLinear(call) &&
    [a, b].every(({ dtype }) => dtype === 'float32') &&
    !(transposeA && transposeB)
  const isSingle =
    tf.util.sizeFromShape(a.shape) === rows * terms &&
    tf.util.sizeFromShape(b.shape) === terms * columns
  const isBiasUnsupported = bias && (transposeA || transposeB || bias.shape.join() !== `${columns}`)
  if (!isPlain || !isSingle || isBiasUnsupported) return undefined
  if (Math.min(rows, columns) < MIN_ROWS) return undefined
  if (!isWorthCompiling(backend, rows * terms * columns)) return undefined
  const product = transposeA
    ? transposedLeftProduct(backend, a, b, [terms, rows, columns])
    : transposeB
      ? transposedRightProduct(backend, a, b, [rows, terms, columns])
      : convByGemm(backend, {
          x: matrixAsPixels(a, rows, terms),
          weight: matrixAsFilter(b, terms, columns),
          bias,
          ...pointwise,
        })
  const batch = a.shape.length >= b.shape.length ? a.shape : b.shape
  return { ...product, shape: [...batch.slice(0, -2), rows, columns] }
}

/** a^T b of [pixels, from] and [pixels, to]: the gradient of a 1x1 filter. */
const transposedLeftProduct = (
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
  [pixels, from, to]: MatMulExtents,
) =>
  convFilterGradient(backend, {
    x: { ...a, shape: [pixels, 1, 1, from] },
    dy: { ...b, shape: [pixels, 1, 1, to] },
    filterShape: [1, 1, from, to],
    bias: false,
    ...pointwise,
  })[0]

/** a b^T of [pixels, from] and [to, from]: the gradient of a 1x1 convolution's input. */
const transposedRightProduct = (
  backend: WebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
  [pixels, from, to]: MatMulExtents,
) =>
  convInputGradient(backend, {
    dy: matrixAsPixels(a, pixels, from),
    weight: matrixAsFilter(b, to, from),
    inputShape: [1, 1, pixels, to],
    ...pointwise,
  })[0]

type MatMulExtents = readonly [pixels: number, from: number, to: number]

const pointwise = { stride: 1, pad: noPad } as const

const matrixAsPixels = (x: TensorInfo, pixels: number, channels: number): TensorInfo => ({
  ...x,
  shape: [1, 1, pixels, channels],
})

const matrixAsFilter = (weight: TensorInfo, from: number, to: number): TensorInfo => ({
  ...weight,
  shape: [1, 1, from, to],
})

/** A product with fewer rows or columns does not fill a tile. */
const MIN_ROWS = 16

interface Geometry {
  stride: 1 | 2
  pad: Pad
  /**
   * F(2x2, 3x3) on software devices, whose error is close to that of a sum: programs of tfjs may have
   * any data.
   */
  tilePixels: 2
}

type Typed = Pick<TensorInfo, 'shape' | 'dtype'>

/**
 * Returns stride and padding if the kernels support them, and the work is worth compiling a
 * program.
 */
function supportedGeometry(
  backend: WebGPUBackend,
  inputShape: readonly number[],
  filter: Typed,
  { dtype }: Typed,
  { strides, pad, dimRoundingMode, dataFormat = 'NHWC', dilations = 1 }: Record<string, unknown>,
): Geometry | undefined {
  const isFloat = dtype === 'float32' && filter.dtype === 'float32'
  if (dataFormat !== 'NHWC' || !isFloat || inputShape[3] !== filter.shape[2]) return undefined
  type Info = Parameters<typeof tf.backend_util.computeConv2DInfo>
  const info = tf.backend_util.computeConv2DInfo(
    inputShape as Info[0],
    filter.shape as Info[1],
    strides as number,
    dilations as number,
    pad as 'same',
    dimRoundingMode as 'floor',
  )
  const { strideHeight: stride, strideWidth, dilationHeight, dilationWidth, padInfo } = info
  if ((stride !== 1 && stride !== 2) || strideWidth !== stride) return undefined
  if (dilationHeight * dilationWidth !== 1) return undefined
  const { top, bottom, left, right } = padInfo
  const outHeight = Math.floor((info.inHeight + top + bottom - info.filterHeight) / stride) + 1
  const outWidth = Math.floor((info.inWidth + left + right - info.filterWidth) / stride) + 1
  if (outHeight !== info.outHeight || outWidth !== info.outWidth) return undefined
  const products = info.batchSize * outHeight * outWidth * tf.util.sizeFromShape(filter.shape)
  return isWorthCompiling(backend, products)
    ? { stride, pad: { top, bottom, left, right }, tilePixels: 2 }
    : undefined
}

/**
 * A software device takes longer to compile a program than to run a convolution smaller than this.
 */
const MIN_SOFTWARE_WORK = 2e6

/**
 * Returns whether a convolution with this many products is worth compiling a program for its shape.
 */
export const isWorthCompiling = ({ device }: WebGPUBackend, products: number) =>
  rulesFor(device).compilesFast || products >= MIN_SOFTWARE_WORK
