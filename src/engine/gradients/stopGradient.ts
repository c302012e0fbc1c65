// Detaching tensors from the tape.
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Returns a tensor that shares the memory but is not on the tape, so that it has no gradient. (A
 * custom gradient of zeros would make a loss that depends only on this tensor look trainable.)
 */
export function stopGradient(tensor: Tensor): Tensor {
  const backend = tf.backend()
  backend.incRef(tensor.dataId)
  return tf.engine().makeTensorFromDataId(tensor.dataId, tensor.shape, tensor.dtype, backend)
}
