// Types of tfjs's wasm kernels.
import type { Tensor } from '../../base/tf.ts'

/** A tensor without its methods. */
export type TensorHandle = Pick<Tensor, 'shape' | 'dtype' | 'dataId'>

export type HeapArray = Float32Array | Int32Array | Uint8Array

/**
 * The members of tfjs's wasm backend that are used here. Views of the heap are valid until it
 * grows, so take them after creating the output.
 */
export interface StockWasmBackend {
  incRef(dataId: object): void
  makeOutput(shape: number[], dtype: string): TensorHandle
  disposeData(dataId: object, force?: boolean): boolean
  typedArrayFromHeap(tensor: TensorHandle): HeapArray
}

export interface KernelCall {
  inputs: TensorHandle | TensorHandle[] | Record<string, TensorHandle>
  attrs: Record<string, unknown>
  backend: StockWasmBackend
}

export type KernelFunction = (call: KernelCall) => TensorHandle | TensorHandle[]
