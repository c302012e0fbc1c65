// Description of the data set that a stored model was trained on.
import type { Space, Vocabulary } from '../base/values.ts'
import type { Dataset } from '../datasets/dataset.ts'

/** Training data of a model. */
export interface TrainedOn {
  space: Space
  /** Range of data values. */
  range: readonly [min: number, max: number]
  /** Number of examples. */
  size: number
  /** Shape of an example: height, width and channels of images. */
  shape?: readonly number[]
  /** Number of classes; 0 for none. */
  classes: number
  /** Class names in the order of their labels. */
  classNames?: readonly string[]
  /** Words of the captions, by their tokens. */
  vocabulary?: Vocabulary
}

/** Describes a data set for the checkpoint of a model that was trained on it. */
export function describeTrainingData({
  data,
  space,
  size,
  shape,
  classes = 0,
  classNames,
  tokens,
}: Dataset): TrainedOn {
  return {
    space,
    range: space === 'image' ? [-1, 1] : dataRange(data),
    size,
    shape,
    classes,
    ...(classNames && { classNames }),
    ...(tokens && { vocabulary: tokens.vocabulary }),
  }
}

function dataRange(data: Float32Array): [number, number] {
  let [min, max] = [Infinity, -Infinity]
  for (const value of data) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return min <= max ? [min, max] : [0, 0]
}
