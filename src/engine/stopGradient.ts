// A value for the way forth that the way back does not see.
import type { Tensor } from './tf.ts'
import { tf } from './tf.ts'

/**
 * The same numbers in the same memory, but off the tape: a gradient through it is not zero, there is none. (A custom
 * gradient of zeros would make a loss that depends on nothing else look as if it could be trained.)
 */
export function stopGradient(tensor: Tensor): Tensor {
  const backend = tf.backend()
  backend.incRef(tensor.dataId)
  return tf.engine().makeTensorFromDataId(tensor.dataId, tensor.shape, tensor.dtype, backend)
}
