// Identity, Slice, SplitV and Concat in the heap of the wasm backend.
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { chooseJobCount } from './chunks.ts'
import type { Job } from './jobs.ts'
import type { HeapArray, KernelCall, StockWasmBackend, TensorHandle } from './kernelCall.ts'
import { activeWasm, callRecord } from './wasmFunctions.ts'

const { sizeFromShape } = tf.util

/** Returns another tensor that shares the data. */
export function wasmIdentity({ inputs, backend }: KernelCall): TensorHandle {
  const { x } = inputs as { x: TensorHandle }
  backend.incRef(x.dataId)
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
}

export function wasmSlice({ inputs, attrs, backend }: KernelCall): TensorHandle {
  const { x } = inputs as { x: TensorHandle }
  const [begin, size] = tf.slice_util.parseSliceParams(
    x as Tensor,
    attrs.begin as number[],
    attrs.size as number[],
  ) as [number[], number[]]
  tf.slice_util.assertParamsValid(x as Tensor, begin, size)
  return copyBox(x, begin, size, backend)
}

export function wasmSplit({ inputs, attrs, backend }: KernelCall): TensorHandle[] {
  const { x } = inputs as { x: TensorHandle }
  const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]
  const sizes = tf.backend_util.prepareSplitSize(
    x as Tensor,
    attrs.numOrSizeSplits as number[],
    axis,
  )
  const begin = x.shape.map(() => 0)
  return sizes.map((length) => {
    const part = copyBox(x, [...begin], x.shape.with(axis, length), backend)
    begin[axis] += length
    return part
  })
}

/** Copies the box of `size` at `begin` row by row, where a row is contiguous in both tensors. */
function copyBox(
  x: TensorHandle,
  begin: number[],
  size: number[],
  backend: StockWasmBackend,
): TensorHandle {
  const out = backend.makeOutput(size, x.dtype)
  // Views of the heap are taken after the output has made it grow.
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)]
  const strides = rowMajorStrides(x.shape)
  const rowAxis = innermostSlicedAxis(x.shape, size)
  const row = sizeFromShape(size.slice(rowAxis))
  const outer = size.slice(0, rowAxis)
  const rows = sizeFromShape(outer)
  const start = begin.reduce((offset, position, axis) => offset + position * strides[axis], 0)
  // If only one axis is sliced, the rows are equally spaced.
  const isEven = outer.every((length, axis) => length === x.shape[axis])
  const source = { from, at: start, step: from.length / rows }
  const jobs = isEven && copyRowsJobs(source, { to, target: 0, step: row }, row, rows)
  if (jobs) {
    activeWasm()?.startJobs(jobs, rows * row)
    return out
  }
  const position = outer.map(() => 0)
  let offset = start
  for (let i = 0; i < rows; i++) {
    copyRow(from, offset, to, i * row, row)
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      offset += strides[axis]
      if (++position[axis] < outer[axis]) break
      offset -= strides[axis] * outer[axis]
      position[axis] = 0
    }
  }
  return out
}

const rowMajorStrides = (shape: number[]) =>
  shape.map((_, axis) => sizeFromShape(shape.slice(axis + 1)))

/** Returns the innermost axis that is sliced, from which on elements are contiguous. */
function innermostSlicedAxis(shape: number[], size: number[]): number {
  for (let axis = shape.length - 1; axis > 0; axis--) if (size[axis] !== shape[axis]) return axis
  return 0
}

export function wasmConcat({ inputs, attrs, backend }: KernelCall): TensorHandle {
  const all = inputs as TensorHandle[]
  const axis = tf.util.parseAxisParam(attrs.axis as number, all[0].shape)[0]
  const shapes = all.map(({ shape }) => shape)
  tf.backend_util.assertParamsConsistent(shapes, axis)
  const out = backend.makeOutput(tf.backend_util.computeOutShape(shapes, axis), all[0].dtype)
  const to = backend.typedArrayFromHeap(out)
  const rows = sizeFromShape(out.shape.slice(0, axis))
  const stride = to.length / rows
  const jobs: Job[] = []
  let begin = 0
  for (const input of all) {
    const from = backend.typedArrayFromHeap(input)
    const row = from.length / rows
    const target = { to, target: begin, step: stride }
    const own = copyRowsJobs({ from, at: 0, step: row }, target, row, rows)
    if (own) jobs.push(...own)
    else for (let i = 0; i < rows; i++) copyRow(from, i * row, to, i * stride + begin, row)
    begin += row
  }
  // All at once: starting jobs may make the heap grow, which ends its views, and the output of an
  // operation has to be made right before its only jobs; see WasmFunctions.inputValues.
  if (jobs.length > 0) activeWasm()?.startJobs(jobs, to.length)
  return out
}

/**
 * Returns jobs that copy equally spaced rows with a custom function; undefined unless there are
 * several rows of entire vectors.
 */
function copyRowsJobs(
  { from, at, step }: { from: HeapArray; at: number; step: number },
  { to, target, step: toStep }: { to: HeapArray; target: number; step: number },
  row: number,
  rows: number,
): Job[] | undefined {
  const wasm = activeWasm()
  if (!wasm || rows < 2 || row === 0 || row % 4 !== 0 || to.BYTES_PER_ELEMENT !== 4)
    return undefined
  const [source, begin] = [from.byteOffset + 4 * at, to.byteOffset + 4 * target]
  const rowsPerJob = Math.ceil(rows / chooseJobCount(wasm.threads, rows * row))
  return Array.from({ length: Math.ceil(rows / rowsPerJob) }, (_, job): Job => {
    const [first, last] = [job * rowsPerJob, Math.min(rows, (job + 1) * rowsPerJob) - 1]
    const [xAt, yAt] = [source + 4 * step * first, begin + 4 * toStep * first]
    const end = begin + 4 * toStep * last + 1
    return [callRecord('copyRows', xAt, 4 * step, yAt, 4 * toStep, end, 4 * row)]
  })
}

/** For shorter rows a loop is faster than two views and a copy. */
const MIN_VIEW_LENGTH = 64

function copyRow(from: HeapArray, at: number, to: HeapArray, target: number, length: number) {
  if (length >= MIN_VIEW_LENGTH) to.set(from.subarray(at, at + length), target)
  else for (let i = 0; i < length; i++) to[target + i] = from[at + i]
}
