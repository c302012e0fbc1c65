// Replaces kernels of tfjs's WebGPU backend, and makes the others sum in a fixed order.
//
// For products with few outputs and at least 2000 terms, tfjs uses MatMulSplitKProgram, which adds
// partial sums with atomics: the last bits vary from run to run, and a resumed training would
// differ from one that never stopped. (If the second matrix is transposed, most of its results are
// even wrong.) Such products use the program for small outputs instead.
import { replaceKernel } from '../replaceKernel.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { concatSplitOverrides } from './kernels/elementwise/concatSplit.ts'
import { convOverrides } from './kernels/convolution/convStock.ts'
import { reduceOverrides } from './kernels/elementwise/reduceStock.ts'
import { segmentOverrides } from './kernels/elementwise/segmentSum.ts'
import { softmaxOverrides } from './kernels/attention/softmax.ts'
import type { StockCall } from './kernels/elementwise/stockCall.ts'

interface Call {
  inputs: Record<string, Pick<Tensor, 'shape'>>
  attrs: Record<string, unknown>
}

type Kernel = (call: Call) => unknown

/** The number of terms from which tfjs may split a sum. */
const MIN_SPLIT_TERMS = 2000
const MATMUL_FLAG = 'WEBGPU_MATMUL_PROGRAM_TYPE'
/** A value of tfjs's MatMulProgramType. */
const SMALL_OUTPUT_PROGRAM = 2
/** Leaves the choice to tfjs. */
const NO_PREFERENCE = -1

/** By kernel name. */
const overrides = {
  ...convOverrides,
  ...reduceOverrides,
  ...concatSplitOverrides,
  ...segmentOverrides,
  ...softmaxOverrides,
}

/** Replaces the kernels globally. Calling it again is harmless. */
export function overrideWebGPUKernels(): void {
  for (const [name, override] of Object.entries(overrides)) {
    replaceKernel<Kernel>(name, 'webgpu', (stock) => {
      const maySplit = splitChecks[name]
      const fallback = maySplit ? withFixedOrder(stock, maySplit) : stock
      return (call) => override(call as typeof call & StockCall) ?? fallback(call)
    })
  }
}

function withFixedOrder(stock: Kernel, maySplit: (call: Call) => boolean): Kernel {
  return (call) => {
    if (tf.env().get(MATMUL_FLAG) !== NO_PREFERENCE || !maySplit(call)) return stock(call)
    tf.env().set(MATMUL_FLAG, SMALL_OUTPUT_PROGRAM)
    try {
      return stock(call)
    } finally {
      tf.env().set(MATMUL_FLAG, NO_PREFERENCE)
    }
  }
}

/** tfjs does not split products with fewer outputs, or with more tiles of 32 x 32. */
const MIN_OUTPUTS = 128
const MAX_TILES = 32

function mayBeSplit({ inputs, attrs }: Call): boolean {
  const [a, b] = [inputs.a.shape, inputs.b.shape]
  if (tf.util.sizeFromShape(a.slice(0, -2)) !== 1 || tf.util.sizeFromShape(b.slice(0, -2)) !== 1)
    return false
  const [first, second] = a.slice(-2)
  const [rows, terms] = attrs.transposeA ? [second, first] : [first, second]
  const columns = b[b.length - (attrs.transposeB ? 2 : 1)]
  const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32)
  return terms >= MIN_SPLIT_TERMS && rows * columns > MIN_OUTPUTS && tiles <= MAX_TILES
}

const hasLongSums = ({ inputs }: Call) =>
  tf.util.sizeFromShape(inputs.filter.shape.slice(0, 3)) >= MIN_SPLIT_TERMS

/** For each kernel that may split sums: whether it may do so in this call. */
const splitChecks: Record<string, (call: Call) => boolean> = {
  BatchMatMul: mayBeSplit,
  _FusedMatMul: mayBeSplit,
  // With a single image, or a filter as large as the image, a convolution is a matrix product.
  Conv2D: hasLongSums,
  FusedConv2D: hasLongSums,
}
