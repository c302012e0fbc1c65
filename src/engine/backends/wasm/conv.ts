// Convolutions on the wasm backend by custom functions, and their input gradients, which are
// convolutions too; linear layers as 1x1 convolutions.
import type { Tensor1D, Tensor2D, Tensor4D } from '../../base/tf.ts'
import type { FilterOrder, Shape4D } from './convCalls.ts'
import type { ConvWork } from './convPhases.ts'
import {
  convPhases,
  describeLayer,
  filterFloats,
  layOutScratch,
  packingPhases,
  planConv,
} from './convPhases.ts'
import type { TensorHandle } from './kernelCall.ts'
import type { WasmFunctions } from './wasmFunctions.ts'
import { planKey } from './wasmFunctions.ts'

export interface ConvGeometry {
  stride: 1 | 2
  pad: { top: number; left: number }
}

/** A tensor with the shape of an image, which may differ from its own. */
export interface ImageView {
  of: TensorHandle
  shape: Shape4D
}

const asImage = (of: Tensor4D): ImageView => ({ of, shape: of.shape })

/** Tensors that are added to the output. */
interface Added {
  bias?: Tensor1D
  /** `[b, out]`, or one row for all items: added to every pixel. */
  perItem?: Tensor2D
  /** With the shape of the output. */
  residual?: Tensor4D
}

/** Returns x * W plus the added tensors, `[b, height, width, out]`, with zeros wherever x ends. */
export function convolve(
  wasm: WasmFunctions,
  x: Tensor4D,
  weight: Tensor4D,
  added: Added,
  [height, width]: [number, number],
  geometry: ConvGeometry,
): Tensor4D {
  const y = wasm.makeTensor<Tensor4D>([x.shape[0], height, width, weight.shape[3]])
  writeForward(wasm, asImage(y), asImage(x), asImage(weight), added, geometry)
  return y
}

function writeForward(
  wasm: WasmFunctions,
  y: ImageView,
  x: ImageView,
  weight: ImageView,
  added: Added,
  { stride, pad }: ConvGeometry,
) {
  const [kh, kw, ins, outs] = weight.shape
  const filter = { of: weight.of, place: ins * outs, first: 0, ins: outs, outs: 1 }
  runWasmConv(wasm, y, x, { kernel: [kh, kw], stride, spread: 1, ...pad }, filter, added)
}

/**
 * Returns dx[i] = sum_k dy[(i + pad - k) / stride] W[k]^T: a convolution of dy, dilated by the
 * stride, with W rotated by 180 degrees and transposed.
 */
export function wasmConvInputGradient(
  wasm: WasmFunctions,
  dy: Tensor4D,
  weight: Tensor4D,
  shape: Shape4D,
  geometry: ConvGeometry,
): Tensor4D {
  const dx = wasm.makeTensor<Tensor4D>(shape)
  writeInputGradient(wasm, asImage(dx), asImage(dy), asImage(weight), geometry)
  return dx
}

function writeInputGradient(
  wasm: WasmFunctions,
  dx: ImageView,
  dy: ImageView,
  weight: ImageView,
  { stride, pad }: ConvGeometry,
) {
  const [kh, kw, ins, outs] = weight.shape
  const place = ins * outs
  const filter = { of: weight.of, place: -place, first: (kh * kw - 1) * place, ins: 1, outs }
  const [top, left] = [kh - 1 - pad.top, kw - 1 - pad.left]
  runWasmConv(wasm, dx, dy, { kernel: [kh, kw], stride: 1, spread: stride, top, left }, filter)
}

// ---- linear layers

const pointwise = { stride: 1, pad: { top: 0, left: 0 } } as const

const asFilter = (weight: Tensor2D): ImageView => ({ of: weight, shape: [1, 1, ...weight.shape] })

/** Returns x W + b of every row, for x of `[n, in]` and W of `[in, out]`. */
export function wasmLinearForward(
  wasm: WasmFunctions,
  x: Tensor2D,
  weight: Tensor2D,
  bias?: Tensor1D,
): Tensor2D {
  const y = wasm.makeTensor<Tensor2D>([x.shape[0], weight.shape[1]])
  const added = bias ? { bias } : {}
  writeForward(wasm, rowsAsImage(y), rowsAsImage(x), asFilter(weight), added, pointwise)
  return y
}

/** Returns dy W^T, the input gradient of {@link wasmLinearForward}. */
export function linearBackwardInput(wasm: WasmFunctions, dy: Tensor2D, weight: Tensor2D): Tensor2D {
  const dx = wasm.makeTensor<Tensor2D>([dy.shape[0], weight.shape[0]])
  writeInputGradient(wasm, rowsAsImage(dx), rowsAsImage(dy), asFilter(weight), pointwise)
  return dx
}

/** Views `[n, c]` as items of one row each, with a number of pixels that divides n. */
function rowsAsImage(x: Tensor2D): ImageView {
  const [n, c] = x.shape
  const width = ROW_WIDTHS.find((width) => n % width === 0) ?? n
  return { of: x, shape: [n / width, 1, width, c] }
}

/** Pixels of a row that stay in the cache while all channels of y are computed. */
const ROW_WIDTHS = [64, 48, 32, 24, 16]

// ---- any convolution

interface Filter extends FilterOrder {
  of: TensorHandle
}

function runWasmConv(
  wasm: WasmFunctions,
  y: ImageView,
  x: ImageView,
  work: ConvWork,
  { of: weights, ...order }: Filter,
  added: Added = {},
): void {
  const layer = describeLayer(y.shape, x.shape, work)
  const plan = planConv(layer, wasm.threads)
  const addedRows = countAddedRows(added)
  const vectorFloats = layer.computedChannels * (1 + addedRows)
  const { floats, threadFloats, locate } = layOutScratch(plan, vectorFloats)
  wasm.reserveThreadMemory(threadFloats)
  const { first, place, ins, outs } = order
  const filterOrder = planKey('', first, place, ins, outs, layer.tiles ?? 0)
  const kept = wasm.packedFilters.find(weights.dataId, filterOrder, filterFloats(plan))
  const { address, values } = wasm.scratch(floats)
  writeVectors(wasm, added, values.subarray(0, vectorFloats), layer.size.outs)
  const residual = added.residual && wasm.address(added.residual)
  const hasResidual = residual !== undefined
  const { kernel, stride, spread, top, left } = work
  const layout = [...kernel, stride, spread, top, left, addedRows, hasResidual ? 1 : 0]
  const isPacked = kept?.isPacked ?? false
  const name = kept ? `conv, ${isPacked ? 'packed' : 'kept'}` : 'conv'
  wasm.startPhases(
    planKey(name + filterOrder, ...y.shape, ...x.shape, ...layout),
    [
      wasm.address(x.of),
      wasm.address(y.of),
      wasm.address(weights),
      address,
      residual ?? 0,
      kept?.address ?? 0,
    ],
    ([x, y, weights, scratch, residual, keptFilter]) => {
      const tensors = { x, y, residual: hasResidual ? residual : undefined, perItem: addedRows > 1 }
      const places = locate(scratch, kept && keptFilter)
      return [
        ...(isPacked ? [] : packingPhases(plan, order, weights, places)),
        ...convPhases(plan, tensors, places),
      ]
    },
  )
  if (kept) kept.isPacked = true
}

/** Returns the number of vectors that are added to pixels: one for each item if they differ. */
const countAddedRows = ({ perItem }: Added) => perItem?.shape[0] ?? 1

/**
 * Writes a vector of zeros, and the sum of bias and perItem for each added row, padded with zeros.
 */
function writeVectors(wasm: WasmFunctions, added: Added, vectors: Float32Array, outs: number) {
  const rows = countAddedRows(added)
  const length = vectors.length / (1 + rows)
  const bias = added.bias && wasm.inputValues(added.bias)
  const perItem = added.perItem && wasm.inputValues(added.perItem)
  vectors.fill(0)
  for (let row = 0; row < rows; row++)
    for (let channel = 0; channel < outs; channel++)
      vectors[(1 + row) * length + channel] =
        (bias?.[channel] ?? 0) + (perItem?.[row * outs + channel] ?? 0)
}
