// What tfjs's webgpu backend is made of: what is replaced here is private there.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { DataStorage, DataType, TensorInfo } from '../tf.ts'
import type { BufferPool } from './pool.ts'
import type { Field } from './uniforms.ts'

export type DataId = object
export type Values = Float32Array | Int32Array | Uint8Array

export interface TensorData {
  values: Values | string[] | null | undefined
  dtype: DataType
  shape: number[]
  refCount: number
  resource?: GPUBuffer | GPUTexture | GPUExternalTexture | null
  external?: boolean
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo }
  /** Of a view: the tensor whose buffer it is in, and where, in bytes. */
  base?: DataId
  offset?: number
  /** Whether its buffer has halves, two in 32 bits. */
  half?: boolean
  /** Buffers that are given back with it. */
  held?: readonly GPUBuffer[]
  /** Its numbers are still to come: makes them. */
  wait?: () => void
}

export interface StockProgram {
  outputShape: number[]
  size?: number | boolean
  outputComponent?: number
  pixelsOpType?: number
  pipeline: GPUComputePipeline | Promise<GPUComputePipeline>
  dispatch: [number, number, number]
}

/** A flag with which tfjs compiles and runs nothing. */
export const COMPILE_ONLY = 'WEBGPU_ENGINE_COMPILE_ONLY'

/** What tfjs's class has, its private members included: they are what is to be replaced. */
export interface Stock {
  device: GPUDevice
  queue: GPUQueue
  bufferManager: BufferPool
  tensorMap: DataStorage<TensorData>
  /** By the keys of programs; a promise while a pipeline is compiled, which only {@link COMPILE_ONLY} makes. */
  pipelineCache: Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>
  commandEncoder: GPUCommandEncoder | null
  computePassEncoder: GPUComputePassEncoder | null
  activeTimers: unknown[] | null | undefined
  dispose(): void
  submitQueue(): void
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  makeTensorInfo(shape: readonly number[], dtype: DataType, values?: Values): TensorInfo
  incRef(dataId: DataId): void
  read(dataId: DataId): Promise<TensorData['values']>
  readSync(dataId: DataId): Values
  readToGPU(dataId: DataId): object
  shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean
  releaseResource(dataId: DataId): void
  uploadToGPU(dataId: DataId): void
  tensorToBinding(tensor: TensorInfo | undefined): GPUBindingResource | null
  recordAndSubmit(program: StockProgram, output: TensorInfo, inputs: TensorInfo[], own?: Field[]): void
}

export const StockBackend = WebGPUBackend as unknown as new (device: GPUDevice, info: GPUAdapterInfo) => Stock
