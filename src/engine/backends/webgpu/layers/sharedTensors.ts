// Tensors that several gradients of one operation share.
import type { Tensor, TensorInfo } from '../../../base/tf.ts'
import { tfEngine } from '../../../base/tfEngine.ts'
import { wrapTensor } from '../activeWebGPU.ts'
import type { WebGPUBackend } from '../backend.ts'

/**
 * Owns tensors that several gradients of an operation share, since tfjs tidies up after each
 * gradient. Tensors that are not taken are disposed at the end of the scope in which the owner was
 * created: the entire backward pass.
 */
interface SharedTensors {
  /** Takes ownership of the tensors, or lists of tensors, of an object. Returns the object. */
  share: <Tensors extends object>(tensors: Tensors) => Tensors
  /** Passes a tensor to the caller, as a gradient. */
  take: (info: TensorInfo) => Tensor
  /** Disposes a tensor that is no longer needed. */
  release: (info: TensorInfo) => void
}

/** A member of tfjs's engine that its types hide. */
interface ScopeEngine {
  track(tensor: { kept: boolean; dispose: () => void }): void
}

export function createSharedTensors(backend: WebGPUBackend): SharedTensors {
  const owned = new Set<object>()
  const release = (dataId: object) => owned.delete(dataId) && backend.disposeData(dataId)
  const engine = tfEngine<ScopeEngine>()
  engine.track({ kept: false, dispose: () => owned.forEach(release) })
  return {
    share(tensors) {
      const infos = Object.values(tensors as Record<string, TensorInfo | TensorInfo[] | undefined>)
      for (const info of infos.flat()) if (info) owned.add(info.dataId)
      return tensors
    },
    take(info) {
      owned.delete(info.dataId)
      return wrapTensor(info)
    },
    release: ({ dataId }) => release(dataId),
  }
}
