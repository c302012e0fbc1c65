// Items of a data set, by their numbers.
import type { Dataset } from '../values.ts'

/** The numbers of the items at `indices`, one item after the other. */
export function itemsAt({ data, shape }: Dataset, indices: Int32Array): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1)
  const items = new Float32Array(indices.length * length)
  indices.forEach((index, i) => items.set(data.subarray(index * length, (index + 1) * length), i * length))
  return items
}
