// Parts and unions of data sets, and data sets from computed numbers. All copy their items.
import { countElements } from '../base/shapes.ts'
import { EngineError } from '../base/errors.ts'
import type { Space, Vocabulary } from '../base/values.ts'
import type { Dataset } from './dataset.ts'
import { processMessages } from '../messages/process.ts'
import { annotationsAt, itemsAt } from './items.ts'

/** Limit on the numbers of a data set, as for imported ones: 1 GiB as float32. */
const MOST_NUMBERS = 2 ** 28

/** Selects items by index, in that order. */
export function selectItems(dataset: Dataset, indices: Int32Array): Dataset {
  return {
    ...dataset,
    data: itemsAt(dataset, indices),
    size: indices.length,
    ...annotationsAt(dataset, indices),
  }
}

export type Part =
  | { by: 'range'; start: number; count: number }
  | { by: 'fold'; fold: number; folds: number }

/**
 * Splits positions 0 ... size - 1 into a part and the rest. A count of 0 reaches the end. Folds
 * differ in size by one at most. Throws EngineError if the part has no items.
 */
export function splitPositions(size: number, part: Part): { chosen: Int32Array; rest: Int32Array } {
  if (part.by === 'fold' && part.folds > size)
    throw new EngineError(processMessages.foldCount, { argument: 'folds', ...part, size })
  if (part.by === 'fold' && part.fold >= part.folds)
    throw new EngineError(processMessages.foldIndex, {
      argument: 'fold',
      last: part.folds - 1,
      fold: part.fold,
    })
  if (part.by === 'range' && part.start >= size)
    throw new EngineError(processMessages.firstItem, {
      argument: 'start',
      last: size - 1,
      size,
      start: part.start,
    })
  const [from, to] =
    part.by === 'range'
      ? [part.start, part.count === 0 ? size : Math.min(size, part.start + part.count)]
      : [part.fold, part.fold + 1].map((fold) => Math.floor((fold * size) / part.folds))
  const all = Array.from({ length: size }, (_, i) => i)
  return {
    chosen: Int32Array.from(all.slice(from, to)),
    rest: Int32Array.from([...all.slice(0, from), ...all.slice(to)]),
  }
}

/** A data set of computed items `[size, ...shape]`. Throws EngineError if it would be too large. */
export function createDataset(
  data: Float32Array,
  shape: number[],
  space: Space,
  labels: Int32Array | undefined,
): Dataset {
  const size = data.length / countElements(shape)
  checkDatasetSize(data.length)
  const classes = labels && countLabelledClasses(labels)
  return {
    type: 'dataset',
    data,
    shape,
    size,
    space,
    ...(labels && classes && { labels, classes }),
  }
}

/** One more than the largest label; undefined if all items are without a label. */
function countLabelledClasses(labels: Int32Array): number | undefined {
  const largest = labels.reduce((most, label) => Math.max(most, label), -1)
  return largest < 0 ? undefined : largest + 1
}

export const labellings = ['keep', 'by_source'] as const
export type Labelling = (typeof labellings)[number]

/**
 * Appends the items of several data sets. `keep`: own labels, and -1 for items without one;
 * `by_source`: the number of the data set. Items without a caption get an empty one; tokens are those
 * of all data sets if these have the same vocabulary. Throws EngineError about `dataset_i` if it has
 * items of another shape.
 */
export function appendDatasets(sets: readonly Dataset[], labelling: Labelling): Dataset {
  const [first] = sets
  sets.forEach(({ shape }, i) => {
    if (String(shape) === String(first.shape)) return
    throw new EngineError(processMessages.joinedShape, {
      argument: `dataset_${i + 1}`,
      expected: first.shape,
      shape,
    })
  })
  const data = joinArrays(
    sets.map((set) => set.data),
    Float32Array,
  )
  const labels =
    labelling === 'by_source' || sets.some((set) => set.labels)
      ? joinArrays(
          sets.map(({ labels, size }, i) =>
            labelling === 'by_source'
              ? new Int32Array(size).fill(i)
              : (labels ?? new Int32Array(size).fill(-1)),
          ),
          Int32Array,
        )
      : undefined
  const joined = {
    ...createDataset(data, first.shape, first.space, labels),
    ...joinCaptions(sets),
  }
  const names = sets.find(({ classNames }) => classNames?.length === joined.classes)?.classNames
  const classes = Math.max(joined.classes ?? 0, ...sets.map((set) => set.classes ?? 0))
  if (labelling === 'by_source' || !joined.labels) return joined
  return { ...joined, classes, ...(names && { classNames: names }) }
}

function joinCaptions(sets: readonly Dataset[]): Pick<Dataset, 'captions' | 'tokens'> {
  const captions = sets.some((set) => set.captions)
    ? sets.flatMap(({ captions, size }) => captions ?? new Array<string>(size).fill(''))
    : undefined
  const tokens = sets.flatMap((set) => (set.tokens ? [set.tokens] : []))
  const isShared =
    tokens.length === sets.length &&
    tokens.every(({ vocabulary }) => isSameVocabulary(vocabulary, tokens[0].vocabulary))
  return {
    ...(captions && { captions }),
    ...(isShared && {
      tokens: {
        ids: joinArrays(
          tokens.map(({ ids }) => ids),
          Int32Array,
        ),
        vocabulary: tokens[0].vocabulary,
      },
    }),
  }
}

const isSameVocabulary = (a: Vocabulary, b: Vocabulary) =>
  a.length === b.length &&
  a.unit === b.unit &&
  a.words.length === b.words.length &&
  a.words.every((word, i) => word === b.words[i])

/**
 * Joins items with the same index along their last axis: coordinates of points, channels of images.
 * Labels and captions are those of the first set that has them. Throws EngineError about `dataset_i` if it has another
 * number of items, or items of other sides.
 */
export function pairDatasets(sets: readonly Dataset[]): Dataset {
  const [first] = sets
  const sides = (shape: number[]) => String(shape.slice(0, -1))
  sets.forEach(({ shape, size }, i) => {
    const argument = `dataset_${i + 1}`
    if (size !== first.size)
      throw new EngineError(processMessages.pairedSize, { argument, expected: first.size, size })
    if (shape.length !== first.shape.length || sides(shape) !== sides(first.shape))
      throw new EngineError(processMessages.pairedSides, { argument, expected: first.shape, shape })
  })
  const widths = sets.map(({ shape }) => shape[shape.length - 1])
  const width = widths.reduce((sum, own) => sum + own, 0)
  const rows = first.data.length / widths[0]
  checkDatasetSize(rows * width)
  const data = new Float32Array(rows * width)
  let left = 0
  sets.forEach((set, i) => {
    const own = widths[i]
    for (let row = 0; row < rows; row++)
      data.set(set.data.subarray(row * own, (row + 1) * own), row * width + left)
    left += own
  })
  const labelled = sets.find(({ labels }) => labels)
  const captioned = sets.find(({ captions }) => captions)
  return {
    type: 'dataset',
    data,
    shape: [...first.shape.slice(0, -1), width],
    size: first.size,
    space: first.space,
    ...(labelled && pickLabels(labelled)),
    ...(captioned && pickCaptions(captioned)),
  }
}

const pickLabels = ({ labels, classes, classNames }: Dataset) => ({
  ...(labels && { labels }),
  ...(classes !== undefined && { classes }),
  ...(classNames && { classNames }),
})

const pickCaptions = ({ captions, tokens }: Dataset) => ({
  ...(captions && { captions }),
  ...(tokens && { tokens }),
})

function checkDatasetSize(count: number) {
  if (count <= MOST_NUMBERS) return
  throw new EngineError(processMessages.datasetTooLarge, { most: MOST_NUMBERS, count })
}

/** Joins arrays of one kind. Throws EngineError if there are too many numbers for a data set. */
export function joinArrays<T extends Float32Array | Int32Array>(
  arrays: readonly T[],
  Kind: new (length: number) => T,
): T {
  const length = arrays.reduce((sum, array) => sum + array.length, 0)
  checkDatasetSize(length)
  const joined = new Kind(length)
  let at = 0
  for (const array of arrays) {
    joined.set(array, at)
    at += array.length
  }
  return joined
}
