// tfjs's WebGPU backend with a different path to the device. All stock kernels run on it.
// - A disposed tensor's buffer is reused at once. Stock keeps it until the next submit.
// - Commands that repeat an earlier step reuse its bind groups and uniform buffers. Stock creates
//   both for every dispatch.
// - Values from the CPU are written by the queue. Stock ends the compute pass for each.
// - A submit has thousands of dispatches. Stock submits after 15.
// - Kernels can have several outputs, and can write to a part of a buffer.
//
// A tensor may be stored in half precision (binary16). To tfjs it is a float32 tensor like any
// other: kernels that do not ask for the stored form get a float32 copy. Arithmetic is float32
// either way.
import type { TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import { MAX_IDLE_SUBMITS } from './bufferPool.ts'
import { CaptureCache, newReplayCounts } from './captureCache.ts'
import type { BufferBinding } from './encoder.ts'
import { EncodingBackend, wholeBuffer } from './encoder.ts'
import { halfToFloat32, int32ToFloat32, scaledToFloat32 } from './float32Copies.ts'
import type { OutputSpec, StoredTensor } from './halfStorage.ts'
import type { Program, Scalars, ScalarsAt } from './program.ts'
import type { StockProgram } from './stockBackend.ts'
import { COMPILE_ONLY } from './stockBackend.ts'
import type { KernelSource } from './tensors.ts'
import { getBufferBytes } from './tensors.ts'
import type { UniformField } from './uniformCache.ts'
import { packUniform } from './uniformCache.ts'
import { MAX_WORKGROUPS } from './wgsl.ts'
import { replayMessages } from '../../messages/backends.ts'

/** A copy of `count` elements, from element `from` of `source` to element `to` of the target. */
export interface CopyRange {
  source: TensorInfo
  from: number
  to: number
  count: number
}

export class WebGPUBackend extends EncodingBackend {
  /** Captured passes of networks; see replay.ts. */
  readonly captures = new CaptureCache()
  replayEnabled = true
  replayCounts = newReplayCounts()
  private readonly constants = new Map<string, { tensor: TensorInfo; lastUsed: number }>()
  /** Float32 copies that are disposed after the next command. */
  private floatCopies: TensorInfo[] = []

  // ---- custom kernels

  /**
   * Runs a program. Each output is a new tensor of the given shape, or an existing tensor to
   * overwrite (a view is a part of another one). An output must not share its buffer with an input.
   * Inputs are bound as float32, except for those returned by {@link storedTensor}. `scalarsAt`:
   * transient scalars as a function of the step, with which the dispatch can be replayed.
   */
  dispatch(
    program: Program,
    inputs: readonly (TensorInfo | StoredTensor)[],
    outputs: readonly (TensorInfo | OutputSpec)[],
    scalars?: Scalars,
    scalarsAt?: ScalarsAt,
  ): TensorInfo[] {
    const results = outputs.map((output) => ('dataId' in output ? output : this.allocate(output)))
    if (this.dryRun) {
      for (const input of inputs) {
        this.uploadToGPU(input.dataId)
        this.asFloat32(input)
      }
      this.releaseFloatCopies()
      this.dryRun.programs.set(program.key, program)
      return results
    }
    const bindings = [
      ...results.map((output) => this.bindTensor(output, true)),
      ...inputs.map((input) => this.bindTensor(this.asFloat32(input))),
    ]
    this.encodeProgram(program, bindings, scalars, scalarsAt)
    this.releaseFloatCopies()
    return results
  }

  private encodeProgram(
    program: Program,
    bindings: readonly BufferBinding[],
    scalars: Scalars | undefined,
    scalarsAt: ScalarsAt | undefined,
  ) {
    const { workgroups, transientScalars } = program
    const pipeline = this.getPipeline(program)
    if (scalars && transientScalars) {
      this.recorder?.recordTransient(pipeline, bindings, { scalars, scalarsAt }, workgroups)
      const uniform = wholeBuffer(this.uniforms.writeTransient(scalars))
      this.encode(pipeline, [...bindings, uniform], workgroups)
    } else {
      const uniform = scalars && this.uniforms.get(scalars)
      this.captureAndEncode(pipeline, bindings, uniform, workgroups)
    }
  }

  /**
   * Returns a float32 tensor for a custom kernel to read. tfjs casts int32 to float32 by changing
   * the dtype alone, which its own programs handle; custom kernels get a copy, valid for one
   * command.
   */
  private asFloat32<Input extends TensorInfo>(input: Input): Input | TensorInfo {
    if (input.dtype !== 'float32' || this.tensorMap.get(input.dataId).dtype === 'float32')
      return input
    const copy = this.copyToFloat32(input, int32ToFloat32)
    this.floatCopies.push(copy)
    return copy
  }

  protected override copyToFloat32(
    tensor: TensorInfo,
    kernel: KernelSource = this.storageOf(tensor) === 'scaled' ? scaledToFloat32 : halfToFloat32,
  ): TensorInfo {
    const copy = this.makeTensorInfo(tensor.shape, 'float32')
    this.dryRun?.programs.set(kernel.key, kernel)
    if (this.dryRun) return copy
    const groups = Math.ceil(tf.util.sizeFromShape(tensor.shape) / 256)
    const bindings = [this.bindTensor(copy), this.bindTensor(tensor, true)]
    const workgroups = [
      Math.min(groups, MAX_WORKGROUPS),
      Math.ceil(groups / MAX_WORKGROUPS),
      1,
    ] as const
    this.captureAndEncode(this.getPipeline(kernel), bindings, undefined, workgroups)
    return copy
  }

  /** Called once the command that reads the copies is encoded. */
  private releaseFloatCopies() {
    if (this.floatCopies.length === 0) return
    for (const { dataId } of this.floatCopies) this.disposeData(dataId)
    this.floatCopies = []
  }

  // ---- dry runs

  /**
   * Compiles in parallel everything that `work` needs, which is found by a dry run: tensors of a
   * dry run have no values, and must not outlive it. Returns undefined if nothing is missing.
   * Errors are ignored, as they occur again, and are reported, when the kernel is needed.
   */
  precompile(
    work: () => void,
    onCompiled: (done: number, total: number) => void,
  ): Promise<void> | undefined {
    const { programs, stock } = this.runDry(work)
    const missing = [...programs.values()].filter(({ key }) => !this.pipelines.has(key))
    const total = missing.length + stock.length
    if (total === 0) return undefined
    let done = 0
    const countCompiled = (compiling: Promise<void>) =>
      compiling.catch(() => {}).then(() => onCompiled(++done, total))
    const compiling = [
      ...missing.map((program) => this.compileProgram(program)),
      ...stock.map(([key, pipeline]) =>
        pipeline.then((compiled) => void (this.pipelineCache[key] ??= compiled)),
      ),
    ]
    return Promise.all(compiling.map(countCompiled)).then(() => {})
  }

  get isDryRun(): boolean {
    return this.dryRun !== undefined
  }

  /** Runs `work` without the device. Returns the programs it would run, and stock pipelines. */
  private runDry(work: () => void) {
    const dryRun = { programs: new Map<string, KernelSource>(), uploaded: new Set<object>() }
    this.dryRun = dryRun
    tf.env().set(COMPILE_ONLY, true)
    try {
      work()
    } catch {
      // It may have read a tensor.
    } finally {
      tf.env().set(COMPILE_ONLY, false)
      this.dryRun = undefined
    }
    const stock = Object.entries(this.pipelineCache).filter(
      (entry): entry is [string, Promise<GPUComputePipeline>] => entry[1] instanceof Promise,
    )
    // A kernel that is needed before its pipeline is compiled has to compile it again.
    for (const [key] of stock) delete this.pipelineCache[key]
    return { programs: dryRun.programs, stock }
  }

  override shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean {
    const { dryRun } = this
    const isOnCPU = ({ dataId }: TensorInfo) =>
      this.tensorMap.get(dataId).values != null && !dryRun?.uploaded.has(dataId)
    return (!dryRun || inputs.every(isOnCPU)) && super.shouldExecuteOnCPU(inputs, sizeThreshold)
  }

  // ---- tensors without a dispatch

  /** Returns a tensor of zeros, without a dispatch. Ends the compute pass. */
  zeros(shape: readonly number[]): TensorInfo {
    const tensor = this.makeTensorInfo(shape, 'float32')
    if (this.dryRun) return tensor
    const { buffer, offset, size } = this.bindTensor(tensor)
    this.recorder?.recordClear({ buffer, offset, size })
    this.encoderOutsidePass().clearBuffer(buffer, offset, size)
    return tensor
  }

  /** Returns a tensor filled with one value: a view of a cached one. */
  constant(shape: readonly number[], value: number): TensorInfo {
    const size = tf.util.sizeFromShape(shape as number[])
    const key = `${size} ${value}`
    let cached = this.constants.get(key)
    if (!cached) {
      const tensor = this.makeTensorInfo([size], 'float32', new Float32Array(size).fill(value))
      this.constants.set(key, (cached = { tensor, lastUsed: 0 }))
    }
    cached.lastUsed = this.bufferManager.submits
    const { recorder } = this
    this.recorder = undefined // the upload is not a part of the captured work
    const view = this.view(cached.tensor, 0, shape)
    this.recorder = recorder
    recorder?.recordConstant(this.bindTensor(view).buffer, size, value)
    return view
  }

  protected override getConstantBuffer(size: number, value: number): GPUBuffer {
    const view = this.constant([size], value)
    const { buffer } = this.bindTensor(view)
    this.disposeData(view.dataId)
    return buffer
  }

  /**
   * Copies elements to another tensor, without a dispatch. Ends the compute pass, so batch copies.
   */
  copy(ranges: readonly CopyRange[], target: TensorInfo) {
    if (this.dryRun) return
    const targetBinding = this.bindTensor(target)
    const sources = ranges.map(({ source }) => this.bindTensor(source))
    const encoder = this.encoderOutsidePass()
    ranges.forEach(({ from, to, count }, i) => {
      const part = ({ buffer, offset }: BufferBinding, first: number) => ({
        buffer,
        offset: offset + 4 * first,
        size: 4 * count,
      })
      const [source, destination] = [part(sources[i], from), part(targetBinding, to)]
      this.recorder?.recordCopy(source, destination)
      encoder.copyBufferToBuffer(
        source.buffer,
        source.offset,
        destination.buffer,
        destination.offset,
        destination.size,
      )
    })
    this.releaseFloatCopies()
  }

  // ---- bindings and stock programs

  /** Returns the buffer range of a tensor in its stored form, after uploading it if necessary. */
  binding = (tensor: TensorInfo): BufferBinding => this.bindTensor(tensor, true)

  /** `readsHalf`: the kernel reads half precision; otherwise a half tensor is copied to float32. */
  private bindTensor(
    tensor: TensorInfo | StoredTensor,
    readsHalf = 'half' in tensor && tensor.half !== false,
  ): BufferBinding {
    const { dataId, shape } = tensor
    this.uploadToGPU(dataId)
    const { resource, offset = 0, half } = this.tensorMap.get(dataId)
    if (half && !readsHalf) {
      const copy = this.copyToFloat32(tensor)
      this.floatCopies.push(copy)
      return this.bindTensor(copy)
    }
    return { buffer: resource as GPUBuffer, offset, size: getBufferBytes(shape, half) }
  }

  /** Runs a program of tfjs. */
  override recordAndSubmit(
    program: StockProgram,
    output: TensorInfo,
    inputs: TensorInfo[],
    ownFields: UniformField[] = [],
  ) {
    const { pipeline, pixelsOpType } = program
    if (pixelsOpType != null || this.activeTimers != null || pipeline instanceof Promise) {
      this.recorder?.fail(replayMessages.timed())
      super.recordAndSubmit(program, output, inputs, ownFields)
      return this.releaseFloatCopies()
    }
    const fields = stockUniforms(program, [...inputs, output], ownFields)
    const bindings = [output, ...inputs].map((tensor) => this.bindTensor(tensor))
    const uniform = this.uniforms.get(packUniform(fields))
    this.captureAndEncode(pipeline, bindings, uniform, program.dispatch)
    this.releaseFloatCopies()
  }

  /** Binds a view or a half tensor for stock code, which otherwise binds entire buffers. */
  override tensorToBinding(tensor: TensorInfo | undefined): GPUBindingResource | null {
    if (!tensor) return super.tensorToBinding(tensor)
    const { base, half } = this.tensorMap.get(tensor.dataId)
    return base || half ? this.bindTensor(tensor) : super.tensorToBinding(tensor)
  }

  protected override evictIdle() {
    const since = this.bufferManager.submits - MAX_IDLE_SUBMITS
    this.uniforms.evict(since)
    for (const [key, { tensor, lastUsed }] of this.constants) {
      if (lastUsed >= since) continue
      this.constants.delete(key)
      this.disposeData(tensor.dataId)
    }
    this.captures.evict(since)
    this.evictBindGroups(since)
  }
}

/**
 * The uniforms of a program of tfjs, in the order of its shader: NaN, infinity, shape and strides
 * of each tensor, the output size, its own fields.
 */
function stockUniforms(
  { outputShape, size, outputComponent }: StockProgram,
  tensors: readonly TensorInfo[],
  ownFields: readonly UniformField[],
): UniformField[] {
  const shapes = tensors.flatMap(({ shape }) => [shape, tf.util.computeStrides(shape)])
  const count = tf.util.sizeFromShape(outputShape) / (outputComponent ?? 1)
  return [
    { type: 'float32', data: [NaN] },
    { type: 'float32', data: [Infinity] },
    ...shapes.map((data) => ({ type: 'int32', data })),
    ...(size ? [{ type: 'int32', data: [count] }] : []),
    ...ownFields,
  ]
}
