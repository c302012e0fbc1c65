// How tfjs calls a kernel of the wasm backend.
import type { Tensor } from '../tf.ts'

/** A tensor, without its methods. */
export type Info = Pick<Tensor, 'shape' | 'dtype' | 'dataId'>

export type Numbers = Float32Array | Int32Array | Uint8Array

/** What is used here of the backend. Views of the heap are valid until it grows: take them after the output was made. */
export interface WasmBackend {
  incRef(dataId: object): void
  makeOutput(shape: number[], dtype: string): Info
  disposeData(dataId: object): boolean
  typedArrayFromHeap(info: Info): Numbers
}

export interface Call {
  inputs: Info | Info[] | Record<string, Info>
  attrs: Record<string, unknown>
  backend: WasmBackend
}

export type Kernel = (call: Call) => Info | Info[]
