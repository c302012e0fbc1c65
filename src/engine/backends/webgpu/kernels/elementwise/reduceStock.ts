// Overrides tfjs's Sum and Mean over axes before the last one. tfjs transposes the entire tensor
// first.
import type { TensorInfo } from '../../../../base/tf.ts'
import { tf } from '../../../../base/tf.ts'
import { columnSums } from './reduce.ts'
import type { StockCall, KernelOverride } from './stockCall.ts'

/** By kernel name. */
export const reduceOverrides: Record<string, KernelOverride> = {
  Sum: (call) => reduceRows(call, () => 1),
  Mean: (call) => reduceRows(call, (rows) => rows),
}

/** Reduces consecutive axes: [outer, rows, inner] to [outer, inner]. */
function reduceRows(
  { inputs: { x }, attrs, backend }: StockCall,
  getDivisor: (rows: number) => number,
): TensorInfo | undefined {
  const { shape, dtype } = x
  const axes = tf.util
    .parseAxisParam(attrs.axis as number | number[], shape)
    .toSorted((a, b) => a - b)
  const [first, last] = [axes[0], axes[axes.length - 1]]
  const areConsecutive = last - first + 1 === axes.length
  if (dtype !== 'float32' || axes.length === 0 || !areConsecutive || last === shape.length - 1)
    return undefined
  const [outer, rows, channels] = [
    shape.slice(0, first),
    shape.slice(first, last + 1),
    shape.slice(last + 1),
  ].map((sizes) => tf.util.sizeFromShape(sizes)) as [number, number, number]
  if (outer * rows * channels === 0) return undefined
  const resultShape = attrs.keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis))
  const sums = columnSums(backend, x, { outer, rows, channels }, { divisor: getDivisor(rows) })
  return { ...sums, shape: resultShape }
}
