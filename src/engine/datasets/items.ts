// Selection of items of a data set by index.
import { countElements } from '../base/shapes.ts'
import { evenIndices } from '../images/pixels.ts'
import type { ConditionPart } from '../base/values.ts'
import type { CaptionTokens, Dataset } from './dataset.ts'

/** Gathers the items at `indices` into one array. */
export function itemsAt({ data, shape }: Dataset, indices: Int32Array): Float32Array {
  const length = countElements(shape)
  const items = new Float32Array(indices.length * length)
  indices.forEach((index, i) =>
    items.set(data.subarray(index * length, (index + 1) * length), i * length),
  )
  return items
}

/** The labels, captions and tokens of the items at `indices`, as far as the data set has them. */
export function annotationsAt(
  { labels, captions, tokens }: Dataset,
  indices: Int32Array,
): Pick<Dataset, 'labels' | 'captions' | 'tokens'> {
  return {
    ...(labels && { labels: indices.map((index) => labels[index]) }),
    ...(captions && { captions: Array.from(indices, (index) => captions[index]) }),
    ...(tokens && { tokens: tokensAt(tokens, indices) }),
  }
}

function tokensAt({ ids, vocabulary }: CaptionTokens, indices: Int32Array): CaptionTokens {
  const { length } = vocabulary
  const chosen = new Int32Array(indices.length * length)
  indices.forEach((index, i) =>
    chosen.set(ids.subarray(index * length, (index + 1) * length), i * length),
  )
  return { ids: chosen, vocabulary }
}

/** The tokens of the items at `indices` as a condition: labels with several per item. */
export function tokenCondition(
  tokens: CaptionTokens,
  indices: Int32Array,
): Extract<ConditionPart, { kind: 'labels' }> {
  const { ids, vocabulary } = tokensAt(tokens, indices)
  return { kind: 'labels', labels: ids, perItem: vocabulary.length, vocabulary }
}

/** Selects at most `most` evenly spaced items, so that a set sorted by class shows every class. */
export function evenlyFrom(dataset: Dataset, most: number): Dataset {
  if (dataset.size <= most) return dataset
  const indices = Int32Array.from(evenIndices(dataset.size, most)).subarray(0, most)
  return {
    ...dataset,
    data: itemsAt(dataset, indices),
    size: indices.length,
    ...annotationsAt(dataset, indices),
  }
}
