// Encodes dispatches into command buffers, with cached pipelines, uniform buffers and bind groups.
import type {
  BufferRange,
  CapturedCommand,
  CommandRecorder,
  DispatchCommand,
} from './commandCapture.ts'
import { getBindGroup } from './commandCapture.ts'
import { PassTimer } from './passTimer.ts'
import type { Program } from './program.ts'
import type { KernelSource } from './tensors.ts'
import { DeviceTensors, STORAGE_USAGE } from './tensors.ts'
import type { CachedUniform } from './uniformCache.ts'
import { UniformCache } from './uniformCache.ts'

export type BufferBinding = Required<GPUBufferBinding>

/**
 * Dispatches that are encoded before a submit. With this many a submit costs little, and the device
 * does not stay idle for longer.
 */
const MAX_PENDING_DISPATCHES = 2048

/**
 * Cached bind groups: more than two steps of a large UNet need. There is a limit because a driver
 * may give each a page of memory.
 */
const MAX_BIND_GROUPS = 16384

export abstract class EncodingBackend extends DeviceTensors {
  protected readonly uniforms: UniformCache
  protected readonly pipelines = new Map<string, GPUComputePipeline>()
  private readonly bindGroups = new Map<string, { group: GPUBindGroup; lastUsed: number }>()
  private readonly resourceIds = new WeakMap<GPUComputePipeline | GPUBuffer, number>()
  private nextId = 0
  private pendingDispatches = 0
  private timer: PassTimer | undefined

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info)
    this.uniforms = new UniformCache(device.queue, this.bufferManager)
  }

  /** Submits the encoded commands. Reading a tensor does so by itself. */
  flush(): void {
    if (!this.commandEncoder) return
    this.endComputePassEncoder()
    this.submitQueue()
  }

  /** Times the compute passes of nodes until it is closed. */
  startTimer(): PassTimer | undefined {
    if (!this.device.features.has('timestamp-query')) return undefined
    this.timer = new PassTimer(this, () => (this.timer = undefined))
    return this.timer
  }

  override submitQueue() {
    const readTimes = this.commandEncoder && this.timer?.resolve(this.commandEncoder)
    super.submitQueue()
    readTimes?.()
    this.pendingDispatches = 0
    if (this.bufferManager.afterSubmit()) this.evictIdle()
  }

  /**
   * Called every {@link MAX_IDLE_SUBMITS} submits to drop what was not used since the last time.
   */
  protected abstract evictIdle(): void

  protected evictBindGroups(since: number) {
    for (const [key, { lastUsed }] of this.bindGroups)
      if (lastUsed < since) this.bindGroups.delete(key)
  }

  protected getPipeline({ key, code }: KernelSource): GPUComputePipeline {
    let pipeline = this.pipelines.get(key)
    if (!pipeline) {
      const module = this.device.createShaderModule({ code, label: key })
      pipeline = this.device.createComputePipeline({
        compute: { module, entryPoint: 'main' },
        layout: 'auto',
        label: key,
      })
      this.pipelines.set(key, pipeline)
    }
    return pipeline
  }

  protected async compileProgram({ key, code }: KernelSource): Promise<void> {
    const module = this.device.createShaderModule({ code, label: key })
    const pipeline = await this.device.createComputePipelineAsync({
      compute: { module, entryPoint: 'main' },
      layout: 'auto',
      label: key,
    })
    if (!this.pipelines.has(key)) this.pipelines.set(key, pipeline)
  }

  /** Encodes a dispatch, and adds it to the capture in progress. */
  protected captureAndEncode(
    pipeline: GPUComputePipeline,
    bindings: readonly BufferBinding[],
    uniform: CachedUniform | undefined,
    workgroups: Program['workgroups'],
  ) {
    this.recorder?.recordDispatch(pipeline, bindings, uniform, workgroups)
    this.encode(
      pipeline,
      uniform ? [...bindings, wholeBuffer(uniform.buffer)] : bindings,
      workgroups,
    )
  }

  protected encode(
    pipeline: GPUComputePipeline,
    bindings: readonly BufferBinding[],
    workgroups: Program['workgroups'],
  ) {
    this.encodeDispatch(pipeline, this.getBindGroup(pipeline, bindings), workgroups)
  }

  private encodeDispatch(
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    [x, y, z]: Program['workgroups'],
  ) {
    const pass = (this.computePassEncoder ??= this.getEncoder().beginComputePass(
      this.timer?.describePass(),
    ))
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(x, y, z)
    if (++this.pendingDispatches >= MAX_PENDING_DISPATCHES) this.flush()
  }

  private getBindGroup(
    pipeline: GPUComputePipeline,
    bindings: readonly BufferBinding[],
  ): GPUBindGroup {
    let key = `${this.getResourceId(pipeline)}`
    for (const { buffer, offset, size } of bindings)
      key += ` ${this.getResourceId(buffer)}+${offset}:${size}`
    let entry = this.bindGroups.get(key)
    if (!entry) {
      if (this.bindGroups.size >= MAX_BIND_GROUPS) this.bindGroups.clear()
      const entries = bindings.map((resource, binding) => ({ binding, resource }))
      entry = {
        group: this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
        lastUsed: 0,
      }
      this.bindGroups.set(key, entry)
    }
    entry.lastUsed = this.bufferManager.submits
    return entry.group
  }

  private getResourceId(resource: GPUComputePipeline | GPUBuffer): number {
    let id = this.resourceIds.get(resource)
    if (id === undefined) this.resourceIds.set(resource, (id = this.nextId++))
    return id
  }

  // ---- capture and replay

  get isCapturing(): boolean {
    return this.recorder !== undefined
  }

  /** Runs `work` and records its commands in `recorder`. */
  capture<T>(recorder: CommandRecorder, work: () => T): T {
    this.recorder = recorder
    try {
      return work()
    } finally {
      this.recorder = undefined
    }
  }

  /**
   * Encodes captured commands again, with the external buffers in the first slots. They must have
   * been used less than {@link MAX_IDLE_SUBMITS} submits ago, since their uniforms are evicted
   * after that. `step`: the training step, if the work depends on it. Returns the buffers of all slots; the caller owns those that the commands do not
   * release.
   */
  replay(
    commands: readonly CapturedCommand[],
    external: readonly GPUBuffer[],
    step?: number,
  ): GPUBuffer[] {
    const buffers = [...external]
    for (const command of commands) this.replayCommand(command, buffers, step)
    return buffers
  }

  private replayCommand(command: CapturedCommand, buffers: GPUBuffer[], step: number | undefined) {
    switch (command.kind) {
      case 'dispatch':
        return this.replayDispatch(command, buffers, step)
      case 'acquire':
        buffers[command.slot] = command.words
          ? this.createWrittenBuffer(command.bytes, command.words)
          : this.bufferManager.acquireAtLeast(command.bytes, STORAGE_USAGE)
        return
      case 'release':
        return this.bufferManager.releaseBuffer(buffers[command.slot])
      case 'constant':
        buffers[command.slot] = this.getConstantBuffer(command.size, command.value)
        return
      case 'clear': {
        const { slot, offset, size } = command.range
        return this.encoderOutsidePass().clearBuffer(buffers[slot], offset, size)
      }
      case 'copy':
        return this.replayCopy(command.from, command.to, buffers)
      default:
        return command satisfies never
    }
  }

  private replayDispatch(
    command: DispatchCommand,
    buffers: readonly GPUBuffer[],
    step: number | undefined,
  ) {
    const { pipeline, uniform, stepScalars, workgroups } = command
    if (uniform) uniform.lastUsed = this.bufferManager.submits
    const own =
      stepScalars && step !== undefined
        ? this.uniforms.writeTransient(stepScalars.at(step))
        : uniform?.buffer
    this.encodeDispatch(pipeline, getBindGroup(this.device, command, buffers, own), workgroups)
  }

  private replayCopy(from: BufferRange, to: BufferRange, buffers: readonly GPUBuffer[]) {
    this.encoderOutsidePass().copyBufferToBuffer(
      buffers[from.slot],
      from.offset,
      buffers[to.slot],
      to.offset,
      to.size,
    )
  }

  /** Returns the buffer of a cached constant tensor. */
  protected abstract getConstantBuffer(size: number, value: number): GPUBuffer
}

export const wholeBuffer = (buffer: GPUBuffer): BufferBinding => ({
  buffer,
  offset: 0,
  size: buffer.size,
})
