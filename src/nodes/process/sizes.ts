// Shapes taken from an input named `like`.
import type { Noise, Samples } from '../../engine/base/values.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { slot } from '../define.ts'

/** Declares an input of which only the shape is used. */
export const likeInput = (about: string) => slot.oneOf(['samples', 'noise', 'dataset'], about)

/** Returns the shape `[b, ...]` of a batch, or of a data set as a single batch. */
export const batchShapeLike = (like: Samples | Noise | Dataset): number[] =>
  like.type === 'dataset' ? [like.size, ...like.shape] : like.tensor.shape
