// Sum and Mean of tfjs over axes before the last one, which tfjs moves to the end first, by a copy of all there is.
import type { TensorInfo } from '../../tf.ts'
import { tf } from '../../tf.ts'
import { columnSums } from './reduce.ts'
import type { Call, StockKernel } from './stockCall.ts'

/** By the names tfjs has for them. */
export const reductions: Record<string, StockKernel> = {
  Sum: (call) => reduced(call, () => 1),
  Mean: (call) => reduced(call, (rows) => rows),
}

/** Of axes that follow each other: [outer, rows, inner] to [outer, inner]. */
function reduced({ inputs: { x }, attrs, backend }: Call, divisorOf: (rows: number) => number): TensorInfo | undefined {
  const { shape, dtype } = x!
  const axes = tf.util.parseAxisParam(attrs.axis as number | number[], shape).toSorted((a, b) => a - b)
  const [first, last] = [axes[0]!, axes.at(-1)!]
  const areInARow = last - first + 1 === axes.length
  if (dtype !== 'float32' || axes.length === 0 || !areInARow || last === shape.length - 1) return undefined
  const [outer, rows, channels] = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)].map((sizes) =>
    tf.util.sizeFromShape(sizes),
  ) as [number, number, number]
  if (outer * rows * channels === 0) return undefined
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const left = attrs.keepDims ? kept : shape.filter((_, axis) => !axes.includes(axis))
  const sums = columnSums(backend, x!, { outer, rows, channels }, { divisor: divisorOf(rows) })
  return { ...sums, shape: left }
}
