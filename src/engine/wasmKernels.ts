// Replaces kernels of tfjs's wasm backend that copy more than they have to: Identity copies its input, where all other
// backends share it (and every tensor that is saved for a gradient goes through it); Slice and SplitV read the whole
// input out of the heap before they take a part, so that to split a vector into n costs n copies of it; Concat of short
// rows makes two objects a row. The numbers are the same.
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

type Info = Pick<Tensor, 'shape' | 'dtype' | 'dataId'>

/** What is used here of the backend. */
interface WasmBackend {
  incRef(dataId: object): void
  makeOutput(shape: number[], dtype: string): Info
  typedArrayFromHeap(info: Info): Numbers
}

type Numbers = Float32Array | Int32Array | Uint8Array

interface Call {
  inputs: Info | Info[] | Record<string, Info>
  attrs: Record<string, unknown>
  backend: WasmBackend
}

/** Replaces them for the whole page; calling it again is harmless. To be called after tfjs-backend-wasm was imported. */
export function copyLessOnWasm(): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const stock = tf.getKernel(kernelName, 'wasm')
    if (!stock || replaced.has(stock.kernelFunc)) continue
    // Strings are not in the heap: they stay with the stock kernel.
    const kernelFunc = (call: Call) => (isOfStrings(call) ? stock.kernelFunc(call as never) : kernel(call)) as never
    tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({ ...stock, kernelFunc: kernelFunc as never })
    replaced.add(kernelFunc as never)
  }
}

const replaced = new WeakSet<object>()

const isOfStrings = ({ inputs }: Call) => (Object.values(inputs) as Info[]).some(({ dtype }) => dtype === 'string')

const kernels: Record<string, (call: Call) => Info | Info[]> = { Identity: identity, Slice: slice, SplitV: split, Concat: concat }

function identity({ inputs, backend }: Call): Info {
  const { x } = inputs as { x: Info }
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

function slice({ inputs, attrs, backend }: Call): Info {
  const { x } = inputs as { x: Info }
  const [begin, size] = tf.slice_util.parseSliceParams(x as Tensor, attrs.begin as number[], attrs.size as number[]) as [
    number[],
    number[],
  ]
  return part(x, begin, size, backend)
}

function split({ inputs, attrs, backend }: Call): Info[] {
  const { x } = inputs as { x: Info }
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]!
  const sizes = tf.backend_util.prepareSplitSize(x as Tensor, attrs.numOrSizeSplits as number[], axis)
  const begin = x.shape.map(() => 0)
  return sizes.map((length) => {
    const size = x.shape.map((whole, i) => (i === axis ? length : whole))
    const piece = part(x, [...begin], size, backend)
    begin[axis]! += length
    return piece
  })
}

/** The box of `size` at `begin`, row by row; a row is what lies together in both. */
function part(x: Info, begin: number[], size: number[], backend: WasmBackend): Info {
  const out = backend.makeOutput(size, x.dtype)
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)] // after the heap has grown
  const strides = stridesOf(x.shape)
  const rowAxis = innermostCut(x.shape, size)
  const row = size.slice(rowAxis).reduce((product, length) => product * length, 1)
  const outer = size.slice(0, rowAxis)
  const rows = outer.reduce((product, length) => product * length, 1)
  const start = begin.reduce((offset, position, axis) => offset + position * strides[axis]!, 0)
  const position = outer.map(() => 0)
  let offset = start
  for (let i = 0; i < rows; i++) {
    copy(from, offset, to, i * row, row)
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!
      if (++position[axis]! < outer[axis]!) break
      offset -= strides[axis]! * outer[axis]!
      position[axis] = 0
    }
  }
  return out
}

/** Row-major, one for each axis. */
const stridesOf = (shape: number[]) => shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1))

/** The innermost axis of which not all is taken: from there on the numbers lie together. */
function innermostCut(shape: number[], size: number[]): number {
  for (let axis = shape.length - 1; axis > 0; axis--) if (size[axis] !== shape[axis]) return axis
  return 0
}

function concat({ inputs, attrs, backend }: Call): Info {
  const all = inputs as Info[]
  const axis = tf.util.parseAxisParam(attrs.axis as number, all[0]!.shape)[0]!
  const shapes = all.map(({ shape }) => shape)
  tf.backend_util.assertParamsConsistent(shapes, axis)
  const out = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), all[0]!.dtype)
  const to = backend.typedArrayFromHeap(out)
  const rows = out.shape.slice(0, axis).reduce((product, length) => product * length, 1)
  const stride = to.length / rows
  let begin = 0
  for (const input of all) {
    const from = backend.typedArrayFromHeap(input)
    const row = from.length / rows
    for (let i = 0; i < rows; i++) copy(from, i * row, to, i * stride + begin, row)
    begin += row
  }
  return out
}

/** Below this a loop is quicker than two views and a copy. */
const SHORT = 64

function copy(from: Numbers, at: number, to: Numbers, target: number, length: number) {
  if (length >= SHORT) to.set(from.subarray(at, at + length), target)
  else for (let i = 0; i < length; i++) to[target + i] = from[at + i]!
}
