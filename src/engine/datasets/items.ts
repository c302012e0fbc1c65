// Selection of items of a data set by index.
import { evenIndices } from '../images/pixels.ts'
import type { Dataset } from '../base/values.ts'

/** Gathers the items at `indices` into one array. */
export function itemsAt({ data, shape }: Dataset, indices: Int32Array): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1)
  const items = new Float32Array(indices.length * length)
  indices.forEach((index, i) =>
    items.set(data.subarray(index * length, (index + 1) * length), i * length),
  )
  return items
}

/** Selects at most `most` evenly spaced items, so that a set sorted by class shows every class. */
export function evenlyFrom(dataset: Dataset, most: number): Dataset {
  if (dataset.size <= most) return dataset
  const indices = Int32Array.from(evenIndices(dataset.size, most)).subarray(0, most)
  return {
    ...dataset,
    data: itemsAt(dataset, indices),
    size: indices.length,
    ...(dataset.labels && { labels: Int32Array.from(indices, (index) => dataset.labels![index]) }),
  }
}
