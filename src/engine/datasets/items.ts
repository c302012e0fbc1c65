// Items of a data set, by their numbers.
import { evenly } from '../pictures.ts'
import type { Dataset } from '../values.ts'

/** The numbers of the items at `indices`, one item after the other. */
export function itemsAt({ data, shape }: Dataset, indices: Int32Array): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1)
  const items = new Float32Array(indices.length * length)
  indices.forEach((index, i) => items.set(data.subarray(index * length, (index + 1) * length), i * length))
  return items
}

/** At most `most` items, evenly spread over all, so that a set in the order of its classes shows each of them. */
export function evenlyFrom(dataset: Dataset, most: number): Dataset {
  if (dataset.size <= most) return dataset
  const indices = Int32Array.from(evenly(dataset.size, most)).subarray(0, most)
  return {
    ...dataset,
    data: itemsAt(dataset, indices),
    size: indices.length,
    ...(dataset.labels && { labels: Int32Array.from(indices, (index) => dataset.labels![index]!) }),
  }
}
