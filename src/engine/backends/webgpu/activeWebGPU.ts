// Access from layers to the custom WebGPU backend.
import type { Tensor, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'

/** Returns the custom WebGPU backend if it is active. tfjs's own has no `dispatch`. */
export function activeWebGPU(): WebGPUBackend | undefined {
  if (tf.getBackend() !== 'webgpu') return undefined
  const backend = tf.backend()
  return isOwn(backend) ? backend : undefined
}

const isOwn = (backend: object): backend is WebGPUBackend => 'dispatch' in backend

/** Returns the custom WebGPU backend. Throws Error if it is not active. */
export function getWebGPU(): WebGPUBackend {
  const backend = activeWebGPU()
  if (!backend) throw new Error('The WebGPU backend is not active.')
  return backend
}

/** Wraps the output of a kernel in a tensor that tf.tidy disposes. */
export const wrapTensor = <T extends Tensor>(info: TensorInfo): T =>
  tf.engine().makeTensorFromTensorInfo(info) as T
