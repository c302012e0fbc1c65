// Puts kernels of our own in the place of tfjs's on webgpu, and holds the others to sums in a fixed order. For few outputs with
// 2000 and more terms each tfjs takes MatMulSplitKProgram, whose parts are added with atomics as they come: the last bits
// differ from one time to the next, and a training that goes on would not be the one that never stopped. (Where the second
// matrix is transposed, most of its numbers are even wrong.) Here such products take the program for small outputs.
import { replaceKernel } from '../replaceKernel.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import { convolutions } from './kernels/convStock.ts'
import { pieceKernels } from './kernels/pieces.ts'
import { reductions } from './kernels/reduceStock.ts'
import { segmentKernels } from './kernels/segmentSum.ts'
import { softmaxKernels } from './kernels/softmax.ts'
import type { Call as OwnCall } from './kernels/stockCall.ts'

interface Call {
  inputs: Record<string, Pick<Tensor, 'shape'>>
  attrs: Record<string, unknown>
}

type Kernel = (call: Call) => unknown

/** From so many terms a sum on it may be split. */
const LONG = 2000
const FLAG = 'WEBGPU_MATMUL_PROGRAM_TYPE'
/** tfjs's MatMulProgramType. */
const SMALL_OUTPUT = 2
/** The choice is left to tfjs. */
const ANY = -1

/** By the names tfjs has for them. */
const kernels = { ...convolutions, ...reductions, ...pieceKernels, ...segmentKernels, ...softmaxKernels }

/** Puts them in the place of tfjs's for the whole page; calling it again is harmless. */
export function replaceKernels(): void {
  for (const [name, own] of Object.entries(kernels)) {
    replaceKernel<Kernel>(name, 'webgpu', (stock) => {
      const maySplit = splits[name]
      const rest = maySplit ? inOrder(stock, maySplit) : stock
      return (call) => own(call as unknown as OwnCall) ?? rest(call)
    })
  }
}

function inOrder(stock: Kernel, isConcerned: (call: Call) => boolean): Kernel {
  return (call) => {
    if (tf.env().get(FLAG) !== ANY || !isConcerned(call)) return stock(call)
    tf.env().set(FLAG, SMALL_OUTPUT)
    try {
      return stock(call)
    } finally {
      tf.env().set(FLAG, ANY)
    }
  }
}

/** Fewer outputs have a program of their own, and more tiles of 32 x 32 are enough for tfjs as they are. */
const FEWEST_OUTPUTS = 128
const MOST_TILES = 32

function mayBeSplit({ inputs, attrs }: Call): boolean {
  const [a, b] = [inputs.a!.shape, inputs.b!.shape]
  if (tf.util.sizeFromShape(a.slice(0, -2)) !== 1 || tf.util.sizeFromShape(b.slice(0, -2)) !== 1) return false
  const [rows, terms] = attrs.transposeA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!]
  const columns = b.at(attrs.transposeB ? -2 : -1)!
  const tiles = Math.ceil(rows / 32) * Math.ceil(columns / 32)
  return terms >= LONG && rows * columns > FEWEST_OUTPUTS && tiles <= MOST_TILES
}

const hasLongSums = ({ inputs }: Call) => tf.util.sizeFromShape(inputs.filter!.shape.slice(0, 3)) >= LONG

/** Whether tfjs may add the parts of a sum as they come, of each kernel that does so. */
const splits: Record<string, (call: Call) => boolean> = {
  BatchMatMul: mayBeSplit,
  _FusedMatMul: mayBeSplit,
  // Of a single image, or with a filter as large as the image, a convolution is a product of two matrices.
  Conv2D: hasLongSums,
  FusedConv2D: hasLongSums,
}
