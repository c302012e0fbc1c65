// From layers to kernels of our own and back.
import type { Tensor, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Backend } from './backend.ts'

/** The backend that runs kernels of our own, if it is the one that computes. Stock's webgpu backend has none. */
export function ownKernels(): Backend | undefined {
  if (tf.getBackend() !== 'webgpu') return undefined
  const backend = tf.backend()
  return 'dispatch' in backend ? (backend as unknown as Backend) : undefined
}

/** What a kernel made, as a tensor; tf.tidy disposes it. */
export const tensorOf = <T extends Tensor>(info: TensorInfo): T => tf.engine().makeTensorFromTensorInfo(info) as T
