// What kernels of layers read: one tensor, or two side by side that need not be joined before.
import type { TensorInfo } from '../tf.ts'

/** [b, ..., c], or two of them: their channels follow each other. */
export type Activations = TensorInfo | readonly [TensorInfo, TensorInfo]

export const tensorsOf = (x: Activations): readonly TensorInfo[] => ('dataId' in x ? [x] : x)
