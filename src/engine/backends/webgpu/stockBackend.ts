// The members of tfjs's WebGPU backend that are used or overridden here. Many are private there.
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import type { DataStorage, DataType, TensorInfo } from '../../base/tf.ts'
import type { HalfStorage } from './halfStorage.ts'
import type { BufferPool } from './bufferPool.ts'
import type { UniformField } from './uniformCache.ts'

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
  /** For a view: the tensor it is a part of, and its offset in the buffer, in bytes. */
  base?: DataId
  offset?: number
  /** Stored in half precision, two values in 32 bits. */
  half?: HalfStorage
  /** The moments of its channels in tiles of pixels; see convMoments.ts. Released with the tensor. */
  moments?: TensorInfo
  /** Buffers that are released with the tensor. */
  heldBuffers?: readonly GPUBuffer[]
  /** Computes the values, which are still pending. */
  materialize?: () => void
}

export interface StockProgram {
  outputShape: number[]
  size?: number | boolean
  outputComponent?: number
  pixelsOpType?: number
  pipeline: GPUComputePipeline | Promise<GPUComputePipeline>
  dispatch: [number, number, number]
}

/** A flag that makes tfjs compile programs without running them. */
export const COMPILE_ONLY = 'WEBGPU_ENGINE_COMPILE_ONLY'

/** The public and private members of tfjs's class. */
export interface Stock {
  device: GPUDevice
  queue: GPUQueue
  bufferManager: BufferPool
  tensorMap: DataStorage<TensorData>
  /** By program key. With {@link COMPILE_ONLY}, promises while pipelines are being compiled. */
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
  recordAndSubmit(
    program: StockProgram,
    output: TensorInfo,
    inputs: TensorInfo[],
    ownFields?: UniformField[],
  ): void
}

export const StockBackend = WebGPUBackend as unknown as new (
  device: GPUDevice,
  info: GPUAdapterInfo,
) => Stock
