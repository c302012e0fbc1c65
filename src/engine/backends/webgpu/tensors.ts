// Tensors on the device: their buffers, views and storage precision, uploads and downloads. The
// buffer of a disposed tensor is reused at once.
import type { DataType, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { BufferPool, roundBufferSize } from './bufferPool.ts'
import type { CommandRecorder } from './commandCapture.ts'
import { DeviceCompletion } from './completion.ts'
import { bufferTooLargeError } from './deviceErrors.ts'
import { halfToFloat32, scaledToFloat32 } from './float32Copies.ts'
import type { HalfStorage, OutputSpec, StoredTensor } from './halfStorage.ts'
import { canStoreAsHalf, withStorage } from './halfStorage.ts'
import type { Program } from './program.ts'
import type { DataId, TensorData, Values } from './stockBackend.ts'
import { StockBackend } from './stockBackend.ts'

/**
 * Usage of a tensor's buffer: STORAGE | COPY_SRC | COPY_DST. As numbers, because GPUBufferUsage may
 * not be defined yet when this module is loaded.
 */
export const STORAGE_USAGE = 0x80 | 0x04 | 0x08

/** Usage of a buffer that JavaScript reads: MAP_READ | COPY_DST. */
const STAGING_USAGE = 0x01 | 0x08

export type KernelSource = Pick<Program, 'key' | 'code'>

/** State of a dry run, which executes work without the device. */
export interface DryRun {
  /** The programs it would have run, by key. */
  programs: Map<string, KernelSource>
  /** The tensors it would have uploaded. */
  uploaded: Set<DataId>
}

export abstract class DeviceTensors extends StockBackend {
  protected recorder: CommandRecorder | undefined
  protected dryRun: DryRun | undefined
  /** Waits for promises of the device. */
  readonly completion: DeviceCompletion

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info)
    this.completion = new DeviceCompletion(device)
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
    this.bufferManager = new BufferPool(
      device,
      Math.min(maxBufferSize, maxStorageBufferBindingSize),
      bufferTooLargeError,
    )
  }

  /** Copies a tensor to a new float32 tensor. */
  protected abstract copyToFloat32(tensor: TensorInfo): TensorInfo

  protected allocate({ shape, dtype, half = false }: OutputSpec): TensorInfo {
    if (!half) return this.makeTensorInfo(shape, dtype)
    const tensor = this.makeHalfTensor(shape)
    this.tensorMap.get(tensor.dataId).half = half
    return tensor
  }

  /** Returns a new half precision tensor. Its last axis has to be a multiple of four. */
  makeHalfTensor(shape: readonly number[]): TensorInfo {
    if (!canStoreAsHalf(shape))
      throw new RangeError(`A tensor of shape [${shape}] cannot be stored as halves.`)
    const tensor = super.makeTensorInfo(shape, 'float32')
    this.tensorMap.get(tensor.dataId).half = true
    for (const kernel of [halfToFloat32, scaledToFloat32])
      this.dryRun?.programs.set(kernel.key, kernel)
    return tensor
  }

  /**
   * Returns the tensor in its stored form, for a kernel that reads half precision too. Stored
   * gradients are for kernels that use {@link storedGradient}; others get a float32 copy.
   */
  storedTensor(tensor: TensorInfo): StoredTensor & { half: boolean } {
    return { ...withStorage(tensor, false), half: this.storageOf(tensor) === true }
  }

  /** Returns a gradient in its stored form, for a kernel that reads scaled half precision too. */
  storedGradient(tensor: TensorInfo): StoredTensor {
    return withStorage(tensor, this.storageOf(tensor) === 'scaled' && 'scaled')
  }

  /** Returns the type of a tensor's data, which may differ from that of the tensor. */
  dataType = ({ dataId }: TensorInfo): DataType => this.tensorMap.get(dataId).dtype

  storageOf = ({ dataId }: TensorInfo): HalfStorage => this.tensorMap.get(dataId).half ?? false

  /**
   * Returns a part of a tensor, without a copy: `offset` elements from its beginning. For a kernel
   * to bind it, the offset has to be a multiple of `device.limits.minStorageBufferOffsetAlignment`
   * bytes.
   */
  view(base: TensorInfo, offset: number, shape: readonly number[]): TensorInfo {
    this.uploadToGPU(base.dataId)
    // A view of a half tensor is one of a float32 copy, which is disposed with the view.
    const target = this.storageOf(base) ? this.copyToFloat32(base) : base
    const data = this.tensorMap.get(target.dataId)
    if (target === base) data.refCount++
    const view = this.makeTensorInfo(shape, base.dtype)
    Object.assign(this.tensorMap.get(view.dataId), {
      resource: data.resource,
      base: target.dataId,
      offset: (data.offset ?? 0) + 4 * offset,
    })
    return view
  }

  /** Returns whether a tensor is in this buffer, and its values have been computed. */
  isIn({ dataId }: TensorInfo, buffer: GPUBuffer): boolean {
    const { resource, materialize } = this.tensorMap.get(dataId)
    return resource === buffer && materialize === undefined
  }

  /** Returns whether a tensor is a view of `base` that begins at element `offset`. */
  isViewAt({ dataId }: TensorInfo, base: TensorInfo, offset: number): boolean {
    const { base: ownBase, offset: ownOffset } = this.tensorMap.get(dataId)
    return (
      ownBase === base.dataId &&
      ownOffset === (this.tensorMap.get(ownBase).offset ?? 0) + 4 * offset
    )
  }

  /** Returns what a view is a view of, or undefined if the tensor is no view. */
  viewBase({ dataId }: TensorInfo): TensorInfo | undefined {
    const { base } = this.tensorMap.get(dataId)
    return base && { ...this.tensorMap.get(base), dataId: base }
  }

  /** Returns the tensor that owns the buffer, and the offset in it, in elements. */
  locate(tensor: TensorInfo): { root: TensorInfo; offset: number } {
    const base = this.viewBase(tensor)
    if (!base) return { root: tensor, offset: 0 }
    const { offset = 0 } = this.tensorMap.get(tensor.dataId)
    return { root: this.locate(base).root, offset: offset / 4 }
  }

  /**
   * Sets a callback that computes the tensor's values; it runs once, before a command or a read
   * uses the tensor. Undefined cancels it.
   */
  setMaterializer({ dataId }: TensorInfo, materialize: (() => void) | undefined) {
    if (this.tensorMap.has(dataId)) this.tensorMap.get(dataId).materialize = materialize
  }

  /** Returns a tensor that takes ownership of a buffer. */
  adopt(buffer: GPUBuffer, shape: readonly number[], half: HalfStorage): TensorInfo {
    const tensor = this.allocate({ shape, dtype: 'float32', half })
    this.tensorMap.get(tensor.dataId).resource = buffer
    return tensor
  }

  /** Attaches moments, which the tensor then owns, or with undefined disposes those it has. */
  setMoments({ dataId }: TensorInfo, moments: TensorInfo | undefined) {
    const data = this.tensorMap.get(dataId)
    if (data.moments) this.disposeData(data.moments.dataId)
    data.moments = moments
  }

  /** Returns the moments that are attached to a tensor. */
  getMoments = ({ dataId }: TensorInfo): TensorInfo | undefined =>
    this.tensorMap.get(dataId).moments

  /** Returns an empty tensor that releases these buffers when it is disposed. */
  makeBufferHolder(buffers: readonly GPUBuffer[]): TensorInfo {
    const holder = this.makeTensorInfo([0], 'float32')
    this.setHeldBuffers(holder, buffers)
    return holder
  }

  /** Replaces the buffers of a {@link makeBufferHolder}. */
  setHeldBuffers({ dataId }: TensorInfo, buffers: readonly GPUBuffer[]) {
    this.tensorMap.get(dataId).heldBuffers = buffers
  }

  /** Returns how many tensors share this tensor's data. */
  refCount = ({ dataId }: TensorInfo): number => this.tensorMap.get(dataId).refCount

  // ---- uploads, downloads, disposal

  /** Like tfjs's, but frees the buffer at once: later commands run after those that use it. */
  disposeData(dataId: DataId, force = false): boolean {
    if (!this.tensorMap.has(dataId)) return true
    const data = this.tensorMap.get(dataId)
    data.refCount = force ? 0 : data.refCount - 1
    if (data.refCount > 0) return false
    if (data.complexTensorInfos) {
      this.disposeData(data.complexTensorInfos.real.dataId)
      this.disposeData(data.complexTensorInfos.imag.dataId)
    }
    if (data.base) this.disposeData(data.base)
    else this.releaseResource(dataId)
    if (data.moments) this.disposeData(data.moments.dataId)
    for (const buffer of data.heldBuffers ?? []) this.bufferManager.releaseBuffer(buffer)
    this.tensorMap.delete(dataId)
    return true
  }

  override releaseResource(dataId: DataId) {
    const { resource, external } = this.tensorMap.get(dataId)
    if (this.recorder && resource && !external) this.recorder.recordRelease(resource as GPUBuffer)
    super.releaseResource(dataId)
  }

  /** Ensures that a tensor has a buffer. Called before every binding. */
  override uploadToGPU(dataId: DataId) {
    const data = this.tensorMap.get(dataId)
    if (data.materialize) {
      const { materialize } = data
      data.materialize = undefined
      materialize()
    }
    if (data.resource != null) return
    if (this.dryRun) return void this.dryRun.uploaded.add(dataId)
    const bytes = getBufferBytes(data.shape, data.half)
    if (data.values == null) {
      const buffer = this.bufferManager.acquireAtLeast(bytes, STORAGE_USAGE)
      this.recorder?.recordAcquire(buffer, bytes)
      data.resource = buffer
      return
    }
    const words = toWords(data.values as Values, data.dtype)
    const buffer = this.createWrittenBuffer(bytes, words)
    this.recorder?.recordAcquire(buffer, bytes, words)
    data.resource = buffer
    data.values = null
  }

  override async read(dataId: DataId): Promise<TensorData['values']> {
    // Tensors of a dry run have no values. The promise never resolves, as nothing awaits it.
    if (this.dryRun) return new Promise(() => {})
    return this.completion.wait(this.readNow(dataId))
  }

  private async readNow(dataId: DataId): Promise<TensorData['values']> {
    if (this.tensorMap.get(dataId).materialize) this.uploadToGPU(dataId)
    const copy = this.copyIfHalf(dataId)
    if (copy) return this.read(copy).finally(() => this.disposeData(copy))
    const { base, offset = 0, shape, dtype, resource, values } = this.tensorMap.get(dataId)
    const bytes = 4 * tf.util.sizeFromShape(shape)
    // tfjs reads entire buffers.
    const buffer = resource as GPUBuffer | null | undefined
    const isPart = base !== undefined || (buffer != null && buffer.size > roundBufferSize(bytes))
    if (!isPart || values != null) return super.read(dataId)
    const words = await this.download([{ buffer: buffer as GPUBuffer, offset, size: bytes }])
    return fromWords(words, dtype)
  }

  /** Reads scalars in one download. */
  readScalars(scalars: readonly TensorInfo[]): Promise<Float32Array> {
    const ranges = scalars.map(({ dataId }) => {
      this.uploadToGPU(dataId)
      const { resource, offset = 0 } = this.tensorMap.get(dataId)
      return { buffer: resource as GPUBuffer, offset, size: 4 }
    })
    return this.completion.wait(this.download(ranges)).then((words) => new Float32Array(words))
  }

  /** Copies ranges of buffers into one buffer, submits, and returns its contents. */
  private async download(ranges: readonly Required<GPUBufferBinding>[]): Promise<ArrayBuffer> {
    const bytes = ranges.reduce((sum, { size }) => sum + size, 0)
    const staging = this.bufferManager.acquireBuffer(bytes, STAGING_USAGE)
    const encoder = this.encoderOutsidePass()
    let to = 0
    for (const { buffer, offset, size } of ranges) {
      encoder.copyBufferToBuffer(buffer, offset, staging, to, size)
      to += size
    }
    this.submitQueue()
    await staging.mapAsync(GPUMapMode.READ)
    const words = staging.getMappedRange().slice(0)
    staging.unmap()
    this.bufferManager.releaseBuffer(staging)
    return words
  }

  override readSync(dataId: DataId): Values {
    if (this.dryRun && this.tensorMap.get(dataId).values == null)
      throw new Error('Tensors of a dry run have no values.')
    const copy = this.copyIfHalf(dataId)
    const values = super.readSync(copy ?? dataId)
    const data = this.tensorMap.get(dataId)
    if (copy) this.disposeData(copy)
    const size = tf.util.sizeFromShape(data.shape)
    if (!data.resource || values.length === size) return values
    // tfjs reads entire buffers, and caches what it has read.
    const part = values.slice(0, size)
    if (!copy) data.values = part
    return part
  }

  override readToGPU(dataId: DataId): object {
    const copy = this.copyIfHalf(dataId)
    const result = super.readToGPU(copy ?? dataId)
    if (copy) this.disposeData(copy)
    return result
  }

  /** Returns a float32 copy of a half tensor, which the caller disposes; undefined for others. */
  private copyIfHalf(dataId: DataId): DataId | undefined {
    const { half, shape, dtype } = this.tensorMap.get(dataId)
    return half ? this.copyToFloat32({ dataId, shape, dtype }).dataId : undefined
  }

  getEncoder(): GPUCommandEncoder {
    this.ensureCommandEncoderReady()
    if (!this.commandEncoder) throw new Error('The backend has no command encoder.')
    return this.commandEncoder
  }

  /** Returns the command encoder, after ending its compute pass. */
  protected encoderOutsidePass(): GPUCommandEncoder {
    const encoder = this.getEncoder()
    this.endComputePassEncoder()
    return encoder
  }

  protected createWrittenBuffer(bytes: number, words: GPUAllowSharedBufferSource): GPUBuffer {
    const buffer = this.bufferManager.acquireIdle(bytes, STORAGE_USAGE)
    this.queue.writeBuffer(buffer, 0, words)
    return buffer
  }
}

/** Returns the size of the buffer for a tensor of this shape, in bytes. */
export const getBufferBytes = (shape: readonly number[], half: HalfStorage | undefined) =>
  roundBufferSize((half ? 2 : 4) * tf.util.sizeFromShape(shape as number[]))

/** Returns the values as kernels read them, 32 bits each. */
function toWords(
  values: Values,
  dtype: DataType,
): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const Words = dtype === 'float32' ? Float32Array : Int32Array
  return values instanceof Words ? (values as Float32Array<ArrayBuffer>) : Words.from(values)
}

function fromWords(words: ArrayBuffer, dtype: DataType): Values {
  if (dtype === 'float32') return new Float32Array(words)
  return dtype === 'bool' ? Uint8Array.from(new Int32Array(words)) : new Int32Array(words)
}
