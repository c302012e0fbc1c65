// The way to kernels of our own from code that runs on every backend. Imports no package of a backend.
import type { Tensor, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Backend } from './backend.ts'

/** The backend that computes now if it is ours of webgpu; undefined on others, and on the one that tfjs brings. */
export function gpu(): Backend | undefined {
  if (tf.getBackend() !== 'webgpu') return undefined
  const backend = tf.backend()
  return 'dispatch' in backend ? (backend as unknown as Backend) : undefined
}

/** What a dispatch gave, as a tensor of tfjs that the scope around owns. */
export const tensorOf = <T extends Tensor>(info: TensorInfo): T => tf.engine().makeTensorFromTensorInfo(info as never) as T
