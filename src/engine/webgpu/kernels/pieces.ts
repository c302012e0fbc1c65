// Tensors side by side as one, and one as several, by one dispatch for as many as a dispatch binds. tfjs splits by a dispatch for
// each piece, and joins more than it can bind by joining what it has joined.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import type { Backend } from '../backend.ts'
import type { Bound } from '../wgsl.ts'
import { float32, mainCode, runSized } from './sized.ts'
import type { StockKernel } from './stockCall.ts'

/** By the names tfjs has for them. */
export const pieceKernels: Record<string, StockKernel> = {
  Concat({ inputs, attrs, backend }) {
    const all = Object.values(inputs)
    const shapes = all.map(({ shape }) => shape)
    const axis = tf.util.parseAxisParam(attrs.axis as number, shapes[0]!)[0]!
    tf.backend_util.assertParamsConsistent(shapes, axis)
    const pieces = all.filter(({ shape }) => tf.util.sizeFromShape(shape) > 0)
    return pieces.length > 1 && isOurs(backend, pieces) ? joined(backend, pieces, axis) : undefined
  },
  SplitV({ inputs: { x }, attrs, backend }) {
    const axis = tf.util.parseAxisParam(attrs.axis as number, x!.shape)[0]!
    const sizes = tf.backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits as number[], axis)
    return sizes.length > 1 && sizes.every((size) => size > 0) && isOurs(backend, [x!])
      ? apart(backend, x!, sizes, axis)
      : undefined
  },
  /** One that moves no number, since it moves axes of size 1 alone, gives the same ones another shape. */
  Transpose({ inputs: { x }, attrs, backend }) {
    const order = attrs.perm as number[]
    const long = order.filter((axis) => x!.shape[axis] !== 1)
    if (long.some((axis, i) => i > 0 && axis < long[i - 1]!)) return undefined
    backend.incRef(x!.dataId)
    return { dataId: x!.dataId, dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) }
  },
}

const isOurs = (backend: Backend, tensors: readonly TensorInfo[]) =>
  tensors.every(({ dtype, shape }) => dtype === 'float32' && tf.util.sizeFromShape(shape) > 0) &&
  !backend.shouldExecuteOnCPU([...tensors])

/** Pieces that are alike but along `axis` as one. Reads each, writes as much. */
export function joined(backend: Backend, pieces: readonly TensorInfo[], axis: number): TensorInfo {
  const sizes = pieces.map(({ shape }) => shape[axis]!)
  const shape = pieces[0]!.shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  let whole: TensorInfo | undefined
  for (const some of rowsOf(backend, shape, sizes, axis))
    [whole] = move(backend, some, 'join', [whole ?? float32(shape)], pieces.slice(some.first, some.first + some.widths.length))
  return whole!
}

/** Pieces of these sizes along `axis`. Reads x, writes as much. */
export function apart(backend: Backend, x: TensorInfo, sizes: readonly number[], axis: number): TensorInfo[] {
  return rowsOf(backend, x.shape, sizes, axis).flatMap((some) => {
    const outputs = some.widths.map((_, i) => float32(x.shape.with(axis, sizes[some.first + i]!)))
    return move(backend, some, 'split', outputs, [x])
  })
}

/** The whole as a matrix of `rows` of `all` numbers, and some pieces of it: from number `from` of a row on, of `widths`. */
interface Rows {
  rows: number
  all: number
  from: number
  widths: readonly number[]
  /** Which piece is the first of them. */
  first: number
}

/** As many pieces at a time as a dispatch binds beside the whole. */
function rowsOf({ device }: Backend, shape: readonly number[], sizes: readonly number[], axis: number): Rows[] {
  const most = device.limits.maxStorageBuffersPerShaderStage - 1
  const inner = tf.util.sizeFromShape(shape.slice(axis + 1) as number[])
  const matrix = { rows: tf.util.sizeFromShape(shape.slice(0, axis) as number[]), all: shape[axis]! * inner }
  const widths = sizes.map((size) => size * inner)
  const before = (first: number) => widths.slice(0, first).reduce((sum, width) => sum + width, 0)
  return Array.from({ length: Math.ceil(sizes.length / most) }, (_, i) => i * most).map((first) => ({
    ...matrix,
    first,
    from: before(first),
    widths: widths.slice(first, first + most),
  }))
}

const THREADS = 64

/** Copies pieces of rows, from the whole (one input, several outputs) or into it. */
function move(
  backend: Backend,
  { rows, all, from, widths }: Rows,
  way: 'join' | 'split',
  outputs: readonly (TensorInfo | ReturnType<typeof float32>)[],
  inputs: readonly TensorInfo[],
): TensorInfo[] {
  const unit = [all, from, ...widths].every((size) => size % 4 === 0) ? 4 : 1
  const bound = (name: string): Bound => ({ name, of: unit === 4 ? 'vec4f' : 'f32' })
  const pieces = widths.map((_, i) => bound(`piece${i}`))
  const ends = widths.map((_, i) => widths.slice(0, i + 1).reduce((sum, width) => sum + width, 0) / unit)
  const span = ends.at(-1)!
  return runSized(backend, {
    name: `${way} ${widths.length} by ${unit}`,
    sizes: {
      count: Math.ceil((rows * span) / THREADS),
      rows,
      all: all / unit,
      begin: from / unit,
      ...Object.fromEntries(ends.map((end, i) => [`end${i}`, end])),
    },
    bound: way === 'join' ? [[bound('whole')], pieces] : [pieces, [bound('whole')]],
    inputs,
    outputs,
    code: () => moveCode(way, widths.length),
  })
}

/** A number, or four, of a row for each invocation; all sizes are in these. */
function moveCode(way: 'join' | 'split', pieces: number): string {
  const copies = Array.from({ length: pieces }, (_, i) => {
    const begin = i === 0 ? '0u' : `sizes.end${i - 1}`
    const [place, at] = ['whole[row * sizes.all + sizes.begin + c]', `piece${i}[row * (sizes.end${i} - ${begin}) + c - ${begin}]`]
    return `if (c < sizes.end${i}) { ${way === 'join' ? `${place} = ${at}` : `${at} = ${place}`}; return; }`
  })
  return mainCode(
    THREADS,
    `let i = group * ${THREADS}u + thread;
  let span = sizes.end${pieces - 1};
  let row = i / span;
  let c = i % span;
  if (row >= sizes.rows) { return; }
  ${copies.join('\n  ')}`,
  )
}
