// Data sets and their captions.
import type { Space, Vocabulary } from '../base/values.ts'

/** A dataset on the CPU: `data` contains `size` consecutive items of `shape`. */
export interface Dataset {
  type: 'dataset'
  data: Float32Array
  shape: number[]
  size: number
  space: Space
  /** One label per item. */
  labels?: Int32Array
  classes?: number
  /** Names of the classes, by label, if the data have any. */
  classNames?: string[]
  /** One text per item, empty for none. */
  captions?: readonly string[]
  /** The captions as tokens, see `datasets/vocabulary.ts`. */
  tokens?: CaptionTokens
}

/** Captions as ids: `vocabulary.length` consecutive ones per item, all of them -1 for no caption. */
export interface CaptionTokens {
  ids: Int32Array
  vocabulary: Vocabulary
}
