// Input of a layer's kernels: one tensor, or two that are concatenated along their channels as they
// are read.
import type { TensorInfo } from '../../base/tf.ts'

/**
 * [b, ..., c], or two tensors of this form, the channels of the second after those of the first.
 */
export type Activations = TensorInfo | readonly [TensorInfo, TensorInfo]

export const activationTensors = (x: Activations): readonly TensorInfo[] =>
  'dataId' in x ? [x] : x
