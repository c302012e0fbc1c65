// Copies, splits and joins in the heap of the wasm backend.
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Call, Info, Numbers, WasmBackend } from './call.ts'
import { ownFunctions } from './module.ts'

const { sizeFromShape } = tf.util

/** Another tensor of the same numbers. */
export function identity({ inputs, backend }: Call): Info {
  const { x } = inputs as { x: Info }
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

export function slice({ inputs, attrs, backend }: Call): Info {
  const { x } = inputs as { x: Info }
  const [begin, size] = tf.slice_util.parseSliceParams(x as Tensor, attrs.begin as number[], attrs.size as number[]) as [
    number[],
    number[],
  ]
  tf.slice_util.assertParamsValid(x as Tensor, begin, size)
  return part(x, begin, size, backend)
}

export function split({ inputs, attrs, backend }: Call): Info[] {
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
  const row = sizeFromShape(size.slice(rowAxis))
  const outer = size.slice(0, rowAxis)
  // If only one axis is cut the rows are evenly apart.
  const evenly = outer.every((length, axis) => length === x.shape[axis])
  const rows = sizeFromShape(outer)
  const start = begin.reduce((offset, position, axis) => offset + position * strides[axis]!, 0)
  if (evenly && copyRows({ from, at: start, step: from.length / rows }, { to, target: 0, step: row }, row, rows)) return out
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
const stridesOf = (shape: number[]) => shape.map((_, axis) => sizeFromShape(shape.slice(axis + 1)))

/** The innermost axis of which not all is taken: from there on the numbers lie together. */
function innermostCut(shape: number[], size: number[]): number {
  for (let axis = shape.length - 1; axis > 0; axis--) if (size[axis] !== shape[axis]) return axis
  return 0
}

export function concat({ inputs, attrs, backend }: Call): Info {
  const all = inputs as Info[]
  const axis = tf.util.parseAxisParam(attrs.axis as number, all[0]!.shape)[0]!
  const shapes = all.map(({ shape }) => shape)
  tf.backend_util.assertParamsConsistent(shapes, axis)
  const out = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), all[0]!.dtype)
  const to = backend.typedArrayFromHeap(out)
  const rows = sizeFromShape(out.shape.slice(0, axis))
  const stride = to.length / rows
  let begin = 0
  for (const input of all) {
    const from = backend.typedArrayFromHeap(input)
    const row = from.length / rows
    if (!copyRows({ from, at: 0, step: row }, { to, target: begin, step: stride }, row, rows))
      for (let i = 0; i < rows; i++) copy(from, i * row, to, i * stride + begin, row)
    begin += row
  }
  return out
}

/** Copies rows that are evenly apart, if that is something for our own function: many of them, in whole vectors. */
function copyRows(
  { from, at, step }: { from: Numbers; at: number; step: number },
  { to, target, step: toStep }: { to: Numbers; target: number; step: number },
  row: number,
  rows: number,
): boolean {
  const own = ownFunctions()
  if (!own || rows < 2 || row === 0 || row % 4 !== 0 || to.BYTES_PER_ELEMENT !== 4) return false
  const [source, begin] = [from.byteOffset + 4 * at, to.byteOffset + 4 * target]
  own.run('copyRows', source, 4 * step, begin, 4 * toStep, begin + 4 * toStep * (rows - 1) + 1, 4 * row)
  return true
}

/** Below this a loop is quicker than two views and a copy. */
const SHORT = 64

function copy(from: Numbers, at: number, to: Numbers, target: number, length: number) {
  if (length >= SHORT) to.set(from.subarray(at, at + length), target)
  else for (let i = 0; i < length; i++) to[target + i] = from[at + i]!
}
