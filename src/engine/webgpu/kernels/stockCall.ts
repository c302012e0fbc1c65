// How tfjs calls a kernel of its webgpu backend.
import type { TensorInfo } from '../../tf.ts'
import type { Backend } from '../backend.ts'

export interface Call {
  inputs: Record<string, TensorInfo>
  attrs: Record<string, unknown>
  backend: Backend
}

/** Takes the place of a kernel of tfjs; undefined leaves the call to that one. */
export type StockKernel = (call: Call) => TensorInfo | TensorInfo[] | undefined
