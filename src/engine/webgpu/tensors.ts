// Tensors on the device: in whose buffer each lies, as halves or not, and how numbers come and go. What was disposed is used again
// at once.
import type { DataType, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Made, Stored } from './half.ts'
import { asStored, canBeHalf } from './half.ts'
import { tooLarge } from './memory.ts'
import { BufferPool, bytesFor } from './pool.ts'
import type { Program } from './program.ts'
import type { Recorder } from './recording.ts'
import type { DataId, TensorData, Values } from './stockBackend.ts'
import { StockBackend } from './stockBackend.ts'
import { widening } from './toFloats.ts'

/** What a buffer of a tensor is for. */
export const STORED = 0x80 | 0x04 | 0x08 // GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST, which is not there where this is read first

export type Code = Pick<Program, 'key' | 'code'>

/** Of work that is done without the device. */
export interface Rehearsal {
  /** What it would run, by their keys. */
  programs: Map<string, Code>
  /** What it would have sent to the device. */
  sent: Set<DataId>
}

export abstract class Tensors extends StockBackend {
  protected recorder: Recorder | undefined
  protected rehearsal: Rehearsal | undefined

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info)
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
    this.bufferManager = new BufferPool(device, Math.min(maxBufferSize, maxStorageBufferBindingSize), tooLarge)
  }

  /** The same numbers in float32, as a tensor of its own. */
  protected abstract widen(tensor: TensorInfo): TensorInfo

  protected make({ shape, dtype, half = false }: Made): TensorInfo {
    return half ? this.makeHalf(shape) : this.makeTensorInfo(shape, dtype)
  }

  /** A tensor whose numbers will be halves; its last axis has to be a multiple of four. */
  makeHalf(shape: readonly number[]): TensorInfo {
    if (!canBeHalf(shape)) throw new RangeError(`A tensor of shape [${shape}] cannot be stored as halves.`)
    const made = super.makeTensorInfo(shape, 'float32')
    this.tensorMap.get(made.dataId).half = true
    this.rehearsal?.programs.set(widening.key, widening)
    return made
  }

  /** The tensor as it is stored, for a kernel that reads halves as well. */
  stored(tensor: TensorInfo): Stored {
    return asStored(tensor, this.tensorMap.get(tensor.dataId).half ?? false)
  }

  /**
   * A part of a tensor as a tensor, without a copy: `offset` elements from its beginning. Bound by a kernel the offset has to
   * be a multiple of `device.limits.minStorageBufferOffsetAlignment` bytes.
   */
  view(base: TensorInfo, offset: number, shape: readonly number[]): TensorInfo {
    this.uploadToGPU(base.dataId)
    // Of halves there is a copy, which nobody holds but the view.
    const whole = this.stored(base).half ? this.widen(base) : base
    const data = this.tensorMap.get(whole.dataId)
    if (whole === base) data.refCount++
    const view = this.makeTensorInfo(shape, base.dtype)
    Object.assign(this.tensorMap.get(view.dataId), {
      resource: data.resource,
      base: whole.dataId,
      offset: (data.offset ?? 0) + 4 * offset,
    })
    return view
  }

  /** Whether a tensor is a view of another one, from element `place` on. */
  isPartOf({ dataId }: TensorInfo, whole: TensorInfo, place: number): boolean {
    const { base, offset } = this.tensorMap.get(dataId)
    return base === whole.dataId && offset === (this.tensorMap.get(base).offset ?? 0) + 4 * place
  }

  /** What a view is a view of; undefined of another tensor. */
  baseOf({ dataId }: TensorInfo): TensorInfo | undefined {
    const { base } = this.tensorMap.get(dataId)
    return base && { ...this.tensorMap.get(base), dataId: base }
  }

  /** The tensor that has a buffer of its own in which this one lies, and from which element on. */
  placeOf(tensor: TensorInfo): { whole: TensorInfo; at: number } {
    const base = this.baseOf(tensor)
    return base
      ? { whole: this.placeOf(base).whole, at: this.tensorMap.get(tensor.dataId).offset! / 4 }
      : { whole: tensor, at: 0 }
  }

  /** Before this tensor is used by a command or read, `make` is called, once. Undefined: that is no longer needed. */
  whenRead({ dataId }: TensorInfo, make: (() => void) | undefined) {
    if (this.tensorMap.has(dataId)) this.tensorMap.get(dataId).wait = make
  }

  /** A tensor in a buffer that is taken over. */
  adopt(buffer: GPUBuffer, shape: readonly number[], half: boolean): TensorInfo {
    const made = this.make({ shape, dtype: 'float32', half })
    this.tensorMap.get(made.dataId).resource = buffer
    return made
  }

  /** A tensor of nothing, with which these buffers are given back. */
  holder(buffers: readonly GPUBuffer[]): TensorInfo {
    const made = this.makeTensorInfo([0], 'float32')
    this.hold(made, buffers)
    return made
  }

  /** Other buffers for a {@link holder}. */
  hold({ dataId }: TensorInfo, buffers: readonly GPUBuffer[]) {
    this.tensorMap.get(dataId).held = buffers
  }

  /** How many tensors share the data of one. */
  owners = ({ dataId }: TensorInfo): number => this.tensorMap.get(dataId).refCount

  // ---- numbers that come and go

  /** As tfjs's, but the buffer is free at once: commands that use it were recorded before any that will. */
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
    for (const buffer of data.held ?? []) this.bufferManager.releaseBuffer(buffer)
    this.tensorMap.delete(dataId)
    return true
  }

  override releaseResource(dataId: DataId) {
    const { resource, external } = this.tensorMap.get(dataId)
    if (this.recorder && resource && !external) this.recorder.released(resource as GPUBuffer)
    super.releaseResource(dataId)
  }

  /** Sees to it that a tensor has a buffer; all that binds one asks for this. */
  override uploadToGPU(dataId: DataId) {
    const data = this.tensorMap.get(dataId)
    if (data.wait) {
      const { wait } = data
      data.wait = undefined
      wait()
    }
    if (data.resource != null) return
    if (this.rehearsal) return void this.rehearsal.sent.add(dataId)
    const bytes = bytesFor(bytesOf(data.half) * tf.util.sizeFromShape(data.shape))
    if (data.values == null) {
      const buffer = this.bufferManager.acquireBuffer(bytes, STORED)
      this.recorder?.acquired(buffer)
      data.resource = buffer
      return
    }
    const words = wordsOf(data.values as Values, data.dtype)
    const buffer = this.written(bytes, words)
    this.recorder?.acquired(buffer, words)
    data.resource = buffer
    data.values = null
  }

  override async read(dataId: DataId): Promise<TensorData['values']> {
    if (this.rehearsal) return new Promise(() => {}) // of what has no numbers; nobody waits
    if (this.tensorMap.get(dataId).wait) this.uploadToGPU(dataId)
    const wide = this.wideOf(dataId)
    if (wide) return this.read(wide).finally(() => this.disposeData(wide))
    const { base, offset = 0, shape, dtype, resource, values } = this.tensorMap.get(dataId)
    if (!base || values != null) return super.read(dataId)
    const bytes = 4 * tf.util.sizeFromShape(shape)
    const staging = this.bufferManager.acquireBuffer(bytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ)
    this.betweenPasses().copyBufferToBuffer(resource as GPUBuffer, offset, staging, 0, bytes)
    this.submitQueue()
    await staging.mapAsync(GPUMapMode.READ)
    const copy = staging.getMappedRange().slice(0)
    staging.unmap()
    this.bufferManager.releaseBuffer(staging)
    return valuesOf(copy, dtype)
  }

  override readSync(dataId: DataId): Values {
    if (this.rehearsal && this.tensorMap.get(dataId).values == null) throw new Error('There are no numbers while rehearsing.')
    const wide = this.wideOf(dataId)
    const values = super.readSync(wide ?? dataId)
    if (wide) this.disposeData(wide)
    return values
  }

  override readToGPU(dataId: DataId): object {
    const wide = this.wideOf(dataId)
    const copy = super.readToGPU(wide ?? dataId)
    if (wide) this.disposeData(wide)
    return copy
  }

  /** Of halves, a copy in float32, to be disposed; of other tensors undefined. */
  private wideOf(dataId: DataId): DataId | undefined {
    const { half, shape, dtype } = this.tensorMap.get(dataId)
    return half ? this.widen({ dataId, shape, dtype }).dataId : undefined
  }

  protected betweenPasses(): GPUCommandEncoder {
    this.ensureCommandEncoderReady()
    this.endComputePassEncoder()
    return this.commandEncoder!
  }

  protected written(bytes: number, words: GPUAllowSharedBufferSource): GPUBuffer {
    const buffer = this.bufferManager.acquireIdle(bytes, STORED)
    this.queue.writeBuffer(buffer, 0, words)
    return buffer
  }
}

/** Bytes of a number. */
export const bytesOf = (half: boolean | undefined) => (half ? 2 : 4)

/** As kernels read them: 32 bits each. */
function wordsOf(values: Values, dtype: DataType): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  const Words = dtype === 'float32' ? Float32Array : Int32Array
  return values instanceof Words ? (values as Float32Array<ArrayBuffer>) : Words.from(values)
}

function valuesOf(words: ArrayBuffer, dtype: DataType): Values {
  if (dtype === 'float32') return new Float32Array(words)
  return dtype === 'bool' ? Uint8Array.from(new Int32Array(words)) : new Int32Array(words)
}
