// Concatenation and splitting in one dispatch for as many tensors as it can bind. tfjs splits with
// one dispatch for each part, and concatenates more tensors than it can bind in several passes.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'
import type { BoundTensor } from '../../wgsl.ts'
import { dispatchSized, float32Output, mainCode } from './sizedKernel.ts'
import type { KernelOverride } from './stockCall.ts'

/** By kernel name. */
export const concatSplitOverrides: Record<string, KernelOverride> = {
  Concat({ inputs, attrs, backend }) {
    const all = Object.values(inputs)
    const shapes = all.map(({ shape }) => shape)
    const axis = tf.util.parseAxisParam(attrs.axis as number, shapes[0])[0]
    tf.backend_util.assertParamsConsistent(shapes, axis)
    const parts = all.filter(({ shape }) => tf.util.sizeFromShape(shape) > 0)
    return parts.length > 1 && isSupported(backend, parts)
      ? concatByKernel(backend, parts, axis)
      : undefined
  },
  SplitV({ inputs: { x }, attrs, backend }) {
    const axis = tf.util.parseAxisParam(attrs.axis as number, x.shape)[0]
    const sizes = tf.backend_util.prepareSplitSize(
      x as never,
      attrs.numOrSizeSplits as number[],
      axis,
    )
    return sizes.length > 1 && sizes.every((size) => size > 0) && isSupported(backend, [x])
      ? splitByKernel(backend, x, sizes, axis)
      : undefined
  },
  /** Transposes that only move axes of size 1 are reshapes. */
  Transpose({ inputs: { x }, attrs, backend }) {
    const order = attrs.perm as number[]
    const long = order.filter((axis) => x.shape[axis] !== 1)
    if (long.some((axis, i) => i > 0 && axis < long[i - 1])) return undefined
    backend.incRef(x.dataId)
    return { dataId: x.dataId, dtype: x.dtype, shape: order.map((axis) => x.shape[axis]) }
  },
}

const isSupported = (backend: WebGPUBackend, tensors: readonly TensorInfo[]) =>
  tensors.every(({ dtype, shape }) => dtype === 'float32' && tf.util.sizeFromShape(shape) > 0) &&
  !backend.shouldExecuteOnCPU([...tensors])

/** Concatenates tensors that only differ along `axis`. Reads each, writes as much. */
export function concatByKernel(
  backend: WebGPUBackend,
  parts: readonly TensorInfo[],
  axis: number,
): TensorInfo {
  const sizes = parts.map(({ shape }) => shape[axis])
  const shape = parts[0].shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  )
  const result = backend.makeTensorInfo(shape, 'float32')
  for (const group of groupParts(backend, shape, sizes, axis)) {
    const { first, widths } = group
    copyParts(backend, group, 'join', [result], parts.slice(first, first + widths.length))
  }
  return result
}

/** Splits x into parts of these sizes along `axis`. Reads x, writes as much. */
export function splitByKernel(
  backend: WebGPUBackend,
  x: TensorInfo,
  sizes: readonly number[],
  axis: number,
): TensorInfo[] {
  return groupParts(backend, x.shape, sizes, axis).flatMap((group) => {
    const outputs = group.widths.map((_, i) =>
      float32Output(x.shape.with(axis, sizes[group.first + i])),
    )
    return copyParts(backend, group, 'split', outputs, [x])
  })
}

/**
 * Parts of a tensor that is seen as a matrix of `rows` by `columns`: from column `begin` on, with
 * these widths.
 */
interface PartGroup {
  rows: number
  columns: number
  begin: number
  widths: readonly number[]
  /** Index of the first part. */
  first: number
}

/** Divides parts into groups that a dispatch can bind beside the full tensor. */
function groupParts(
  { device }: WebGPUBackend,
  shape: readonly number[],
  sizes: readonly number[],
  axis: number,
): PartGroup[] {
  const limit = device.limits.maxStorageBuffersPerShaderStage - 1
  const inner = tf.util.sizeFromShape(shape.slice(axis + 1) as number[])
  const matrix = {
    rows: tf.util.sizeFromShape(shape.slice(0, axis) as number[]),
    columns: shape[axis] * inner,
  }
  const widths = sizes.map((size) => size * inner)
  const widthBefore = (first: number) =>
    widths.slice(0, first).reduce((sum, width) => sum + width, 0)
  return Array.from({ length: Math.ceil(sizes.length / limit) }, (_, i) => i * limit).map(
    (first) => ({
      ...matrix,
      first,
      begin: widthBefore(first),
      widths: widths.slice(first, first + limit),
    }),
  )
}

const THREADS = 64

/** Copies parts of rows to or from the full tensor. */
function copyParts(
  backend: WebGPUBackend,
  { rows, columns, begin, widths }: PartGroup,
  direction: 'join' | 'split',
  outputs: readonly (TensorInfo | ReturnType<typeof float32Output>)[],
  inputs: readonly TensorInfo[],
): TensorInfo[] {
  const unit = [columns, begin, ...widths].every((size) => size % 4 === 0) ? 4 : 1
  const bind = (name: string): BoundTensor => ({ name, of: unit === 4 ? 'vec4f' : 'f32' })
  const parts = widths.map((_, i) => bind(`piece${i}`))
  const ends = widths.map(
    (_, i) => widths.slice(0, i + 1).reduce((sum, width) => sum + width, 0) / unit,
  )
  const span = ends[ends.length - 1]
  return dispatchSized(backend, {
    name: `${direction} ${widths.length} by ${unit}`,
    sizes: {
      count: Math.ceil((rows * span) / THREADS),
      rows,
      all: columns / unit,
      begin: begin / unit,
      ...Object.fromEntries(ends.map((end, i) => [`end${i}`, end])),
    },
    bindings: direction === 'join' ? [[bind('whole')], parts] : [parts, [bind('whole')]],
    inputs,
    outputs,
    code: () => copyCode(direction, widths.length),
  })
}

/** An invocation copies one number, or four, of a row; all sizes are in these units. */
function copyCode(direction: 'join' | 'split', parts: number): string {
  const copies = Array.from({ length: parts }, (_, i) => {
    const begin = i === 0 ? '0u' : `sizes.end${i - 1}`
    const [full, part] = [
      'whole[row * sizes.all + sizes.begin + c]',
      `piece${i}[row * (sizes.end${i} - ${begin}) + c - ${begin}]`,
    ]
    const copy = direction === 'join' ? `${full} = ${part}` : `${part} = ${full}`
    return `if (c < sizes.end${i}) { ${copy}; return; }`
  })
  return mainCode(
    THREADS,
    `let i = group * ${THREADS}u + thread;
  let span = sizes.end${parts - 1};
  let row = i / span;
  let c = i % span;
  if (row >= sizes.rows) { return; }
  ${copies.join('\n  ')}`,
  )
}
