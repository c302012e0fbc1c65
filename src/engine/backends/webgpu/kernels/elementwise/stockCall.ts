// Signature of tfjs's WebGPU kernels.
import type { TensorInfo } from '../../../../base/tf.ts'
import type { WebGPUBackend } from '../../backend.ts'

export interface StockCall {
  inputs: Record<string, TensorInfo>
  attrs: Record<string, unknown>
  backend: WebGPUBackend
}

/** Replaces a kernel of tfjs. It may return undefined, to leave the call to that kernel. */
export type KernelOverride = (call: StockCall) => TensorInfo | TensorInfo[] | undefined
