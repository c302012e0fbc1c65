// What a node that makes things takes its sizes from.
import type { Dataset, Noise, Samples } from '../../engine/values.ts'
import { oneOf } from '../define.ts'

/** An input that only lends its sizes. */
export const likeInput = (about: string) => oneOf(['samples', 'noise', 'dataset'], about)

/** `[b, ...]` of a batch; of a data set, as if all of it were one batch. */
export const shapeOf = (like: Samples | Noise | Dataset): number[] =>
  like.type === 'dataset' ? [like.size, ...like.shape] : like.tensor.shape
