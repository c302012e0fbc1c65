// tfjs's webgpu backend with another way to its device: what was disposed is used again at once, commands of a step that is
// like the one before take the bind groups and uniforms of that one, values are written by the queue and end no pass, and
// there are kernels with several outputs, into parts of a buffer too. All stock kernels run on it.
//
// A tensor may be stored as halves (binary16): to tfjs it is one of float32 as any other, and whoever does not ask for it as it is
// stored is given a copy in float32. Numbers are computed in float32 either way.
//
// Stock, a tensor that was disposed keeps its buffer until the next submit, every dispatch makes a uniform buffer and a bind
// group, every value that comes from the CPU ends the pass, and 15 dispatches are a submit.
import type { TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Made, Stored } from './half.ts'
import { bytesFor, KEPT_FOR } from './pool.ts'
import type { Program, Scalars } from './program.ts'
import type { Command, Recorder } from './recording.ts'
import { groupFor } from './recording.ts'
import { forgetRecordings, newTally } from './replay.ts'
import type { StockProgram } from './stockBackend.ts'
import { COMPILE_ONLY } from './stockBackend.ts'
import type { Code } from './tensors.ts'
import { bytesOf, STORED, Tensors } from './tensors.ts'
import { floating, widening } from './toFloats.ts'
import type { Field, Kept } from './uniforms.ts'
import { packed, Uniforms } from './uniforms.ts'
import { MOST_WORKGROUPS } from './wgsl.ts'

/** `count` elements of `source`, from number `from` on, for number `to` of another tensor and those behind it. */
export interface Part {
  source: TensorInfo
  from: number
  to: number
  count: number
}

type Binding = Required<GPUBufferBinding>

/** Commands that may wait: a submit costs little beside so many, and the device is not left idle for longer. */
const MOST_PENDING = 2048

/** Bind groups that are kept: more than two steps of a large UNet take. A driver may give each a page of memory. */
const MOST_GROUPS = 16384

export class Backend extends Tensors {
  private readonly uniforms: Uniforms
  private readonly pipelines = new Map<string, GPUComputePipeline>()
  private readonly bindGroups = new Map<string, { group: GPUBindGroup; used: number }>()
  private readonly ids = new WeakMap<GPUComputePipeline | GPUBuffer, number>()
  private readonly constants = new Map<string, { tensor: TensorInfo; used: number }>()
  /** Copies in float32 that the next command needs. */
  private widened: TensorInfo[] = []
  private seen = 0
  private pending = 0

  /** Whether work that comes again is given to the device from what was written down of it; see replay.ts. */
  replays = true

  constructor(device: GPUDevice, info: GPUAdapterInfo) {
    super(device, info)
    this.uniforms = new Uniforms(device.queue, this.bufferManager)
  }

  // ---- kernels of our own

  /**
   * Runs a program on tensors. Its outputs are new tensors of the shapes given, or tensors that are there, to be overwritten
   * (a view writes into a part of another). An output may not share its buffer with an input. Inputs are in float32, but for
   * those that {@link stored} gave.
   */
  dispatch(
    program: Program,
    inputs: readonly (TensorInfo | Stored)[],
    outputs: readonly (TensorInfo | Made)[],
    scalars?: Scalars,
  ): TensorInfo[] {
    const results = outputs.map((output) => ('dataId' in output ? output : this.make(output)))
    if (this.rehearsal) {
      for (const input of inputs) {
        this.uploadToGPU(input.dataId)
        this.inFloats(input)
      }
      this.releaseWidened()
      this.rehearsal.programs.set(program.key, program)
      return results
    }
    const bindings = [
      ...results.map((output) => this.bindingOf(output, true)),
      ...inputs.map((input) => this.bindingOf(this.inFloats(input))),
    ]
    const pipeline = this.pipelineOf(program)
    if (scalars && program.passing) {
      this.recorder?.fail('its numbers change at every step')
      this.encode(pipeline, [...bindings, wholeOf(this.uniforms.once(scalars))], program.workgroups)
    } else this.say(pipeline, bindings, scalars && this.uniforms.of(scalars), program.workgroups)
    this.releaseWidened()
    return results
  }

  /**
   * What a kernel of ours reads. tfjs casts whole numbers to float32 by the name alone, and lets its programs know: for ours
   * there is a copy then, until the next command is recorded.
   */
  private inFloats<Input extends TensorInfo>(input: Input): Input | TensorInfo {
    if (input.dtype !== 'float32' || this.tensorMap.get(input.dataId).dtype === 'float32') return input
    const copy = this.widen(input, floating)
    this.widened.push(copy)
    return copy
  }

  protected override widen(tensor: TensorInfo, from: Code = widening): TensorInfo {
    const wide = this.makeTensorInfo(tensor.shape, 'float32')
    this.rehearsal?.programs.set(from.key, from)
    if (this.rehearsal) return wide
    const groups = Math.ceil(tf.util.sizeFromShape(tensor.shape) / 256)
    const bindings = [this.bindingOf(wide), this.bindingOf(tensor, true)]
    const workgroups = [Math.min(groups, MOST_WORKGROUPS), Math.ceil(groups / MOST_WORKGROUPS), 1] as const
    this.say(this.pipelineOf(from), bindings, undefined, workgroups)
    return wide
  }

  /** Once the command is recorded that needed them. */
  private releaseWidened() {
    if (this.widened.length === 0) return
    for (const { dataId } of this.widened) this.disposeData(dataId)
    this.widened = []
  }

  /**
   * Does `work` without the device to see what it runs, and compiles all of that side by side; tensors that it makes have no numbers, and
   * must not outlive it. Undefined if everything is there. What fails here fails again when it is needed, and is said then.
   */
  compileFor(work: () => void, onCompiled: (done: number, total: number) => void): Promise<void> | undefined {
    const found = this.rehearse(work)
    const missing = [...found.programs.values()].filter(({ key }) => !this.pipelines.has(key))
    const total = missing.length + found.stock.length
    if (total === 0) return undefined
    let done = 0
    const one = (compiling: Promise<void>) => compiling.catch(() => {}).then(() => onCompiled(++done, total))
    const own = missing.map((program) => one(this.compile(program)))
    const stock = found.stock.map(([key, pipeline]) =>
      one(pipeline.then((compiled) => void (this.pipelineCache[key] ??= compiled))),
    )
    return Promise.all([...own, ...stock]).then(() => {})
  }

  get isRehearsing(): boolean {
    return this.rehearsal !== undefined
  }

  private rehearse(work: () => void) {
    this.rehearsal = { programs: new Map(), sent: new Set() }
    const { programs } = this.rehearsal
    tf.env().set(COMPILE_ONLY, true)
    try {
      work()
    } catch {
      // It may have asked for a number.
    } finally {
      tf.env().set(COMPILE_ONLY, false)
      this.rehearsal = undefined
    }
    const stock = Object.entries(this.pipelineCache).filter(
      (entry): entry is [string, Promise<GPUComputePipeline>] => entry[1] instanceof Promise,
    )
    // Who does not wait compiles once more.
    for (const [key] of stock) delete this.pipelineCache[key]
    return { programs, stock }
  }

  private async compile({ key, code }: Code): Promise<void> {
    const module = this.device.createShaderModule({ code, label: key })
    const compute = { module, entryPoint: 'main' }
    const pipeline = await this.device.createComputePipelineAsync({ compute, layout: 'auto', label: key })
    if (!this.pipelines.has(key)) this.pipelines.set(key, pipeline)
  }

  override shouldExecuteOnCPU(inputs: TensorInfo[], sizeThreshold?: number): boolean {
    const isHere = ({ dataId }: TensorInfo) => this.tensorMap.get(dataId).values != null && !this.rehearsal!.sent.has(dataId)
    return (!this.rehearsal || inputs.every(isHere)) && super.shouldExecuteOnCPU(inputs, sizeThreshold)
  }

  /** A tensor of zeros, by no dispatch; it ends the pass. */
  zeros(shape: readonly number[]): TensorInfo {
    const made = this.makeTensorInfo(shape, 'float32')
    if (this.rehearsal) return made
    const binding = this.bindingOf(made)
    this.recorder?.cleared(binding)
    this.betweenPasses().clearBuffer(binding.buffer, binding.offset, binding.size)
    return made
  }

  /** A tensor of one number: a view of one that was made when it was first asked for, and stays while it is. */
  constant(shape: readonly number[], value: number): TensorInfo {
    const size = tf.util.sizeFromShape(shape as number[])
    const key = `${size} ${value}`
    let kept = this.constants.get(key)
    if (!kept) {
      const tensor = this.makeTensorInfo([size], 'float32', new Float32Array(size).fill(value))
      this.constants.set(key, (kept = { tensor, used: 0 }))
    }
    kept.used = this.bufferManager.submits
    const { recorder } = this
    this.recorder = undefined // it is not of the work that is recorded
    const view = this.view(kept.tensor, 0, shape)
    this.recorder = recorder
    recorder?.constant(this.bindingOf(view).buffer, size, value)
    return view
  }

  /** Copies numbers of tensors into another one, by no dispatch; it ends the pass, so it is for many at once. */
  copy(parts: readonly Part[], target: TensorInfo) {
    if (this.rehearsal) return
    const into = this.bindingOf(target)
    const sources = parts.map(({ source }) => this.bindingOf(source))
    const encoder = this.betweenPasses()
    parts.forEach(({ from, to, count }, i) => {
      const source = { buffer: sources[i]!.buffer, offset: sources[i]!.offset + 4 * from, size: 4 * count }
      const place = { buffer: into.buffer, offset: into.offset + 4 * to, size: 4 * count }
      this.recorder?.copied(source, place)
      encoder.copyBufferToBuffer(source.buffer, source.offset, place.buffer, place.offset, place.size)
    })
    this.releaseWidened()
  }

  /** Hands what was recorded to the device. Reading a tensor does so by itself. */
  flush(): void {
    if (!this.commandEncoder) return
    this.endComputePassEncoder()
    this.submitQueue()
  }

  private pipelineOf({ key, code }: Code): GPUComputePipeline {
    let pipeline = this.pipelines.get(key)
    if (!pipeline) {
      const module = this.device.createShaderModule({ code, label: key })
      pipeline = this.device.createComputePipeline({ compute: { module, entryPoint: 'main' }, layout: 'auto', label: key })
      this.pipelines.set(key, pipeline)
    }
    return pipeline
  }

  // ---- commands

  /** Where a tensor is on the device, as it is stored; it is sent there if it is not yet. */
  storedAt = (tensor: TensorInfo): Binding => this.bindingOf(tensor, true)

  private bindingOf(tensor: TensorInfo | Stored, isKnown = 'half' in tensor && tensor.half): Binding {
    const { dataId, shape } = tensor
    this.uploadToGPU(dataId)
    const { resource, offset = 0, half } = this.tensorMap.get(dataId)
    if (half && !isKnown) {
      const wide = this.widen(tensor)
      this.widened.push(wide)
      return this.bindingOf(wide)
    }
    return { buffer: resource as GPUBuffer, offset, size: bytesFor(bytesOf(half) * tf.util.sizeFromShape(shape)) }
  }

  private say(
    pipeline: GPUComputePipeline,
    bindings: readonly Binding[],
    uniform: Kept | undefined,
    workgroups: Program['workgroups'],
  ) {
    this.recorder?.dispatched(pipeline, bindings, uniform, workgroups)
    this.encode(pipeline, uniform ? [...bindings, wholeOf(uniform.buffer)] : bindings, workgroups)
  }

  private encode(pipeline: GPUComputePipeline, bindings: readonly Binding[], workgroups: Program['workgroups']) {
    this.run(pipeline, this.bindGroupOf(pipeline, bindings), workgroups)
  }

  private run(pipeline: GPUComputePipeline, group: GPUBindGroup, [x, y, z]: Program['workgroups']) {
    this.ensureCommandEncoderReady()
    const pass = (this.computePassEncoder ??= this.commandEncoder!.beginComputePass())
    pass.setPipeline(pipeline)
    pass.setBindGroup(0, group)
    pass.dispatchWorkgroups(x, y, z)
    if (++this.pending >= MOST_PENDING) this.flush()
  }

  private bindGroupOf(pipeline: GPUComputePipeline, bindings: readonly Binding[]): GPUBindGroup {
    let key = `${this.idOf(pipeline)}`
    for (const { buffer, offset, size } of bindings) key += ` ${this.idOf(buffer)}+${offset}:${size}`
    let found = this.bindGroups.get(key)
    if (!found) {
      if (this.bindGroups.size >= MOST_GROUPS) this.bindGroups.clear()
      const entries = bindings.map((resource, binding) => ({ binding, resource }))
      found = { group: this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }), used: 0 }
      this.bindGroups.set(key, found)
    }
    found.used = this.bufferManager.submits
    return found.group
  }

  private idOf(thing: GPUComputePipeline | GPUBuffer): number {
    let id = this.ids.get(thing)
    if (id === undefined) this.ids.set(thing, (id = this.seen++))
    return id
  }

  /** A program of tfjs. Its uniforms are, in this order: NaN, infinity, shape and strides of each tensor, size, its own. */
  override recordAndSubmit(program: StockProgram, output: TensorInfo, inputs: TensorInfo[], own: Field[] = []) {
    const { pipeline, pixelsOpType, size, outputComponent } = program
    if (pixelsOpType != null || this.activeTimers != null || pipeline instanceof Promise) {
      this.recorder?.fail('it takes pictures, or is timed')
      super.recordAndSubmit(program, output, inputs, own)
      return this.releaseWidened()
    }
    const shapes = [...inputs, output].flatMap(({ shape }) => [shape, tf.util.computeStrides(shape)])
    const count = tf.util.sizeFromShape(program.outputShape) / (outputComponent ?? 1)
    const fields: Field[] = [
      { type: 'float32', data: [NaN] },
      { type: 'float32', data: [Infinity] },
      ...shapes.map((data) => ({ type: 'int32', data })),
      ...(size ? [{ type: 'int32', data: [count] }] : []),
      ...own,
    ]
    const bindings = [output, ...inputs].map((tensor) => this.bindingOf(tensor))
    this.say(pipeline, bindings, this.uniforms.of(packed(fields)), program.dispatch)
    this.releaseWidened()
  }

  // ---- commands written down, and given again

  /** What has become of networks, so far. */
  tally = newTally()

  get isRecording(): boolean {
    return this.recorder !== undefined
  }

  /** Writes down in `recorder` what `work` does on the device. */
  recorded<T>(recorder: Recorder, work: () => T): T {
    this.recorder = recorder
    try {
      return work()
    } finally {
      this.recorder = undefined
    }
  }

  /**
   * Gives commands once more, with `given` in the first slots. They must have been given before, less than KEPT_FOR submits ago.
   * Returns the buffers of all slots; what they do not release is the caller's.
   */
  replay(commands: readonly Command[], given: readonly GPUBuffer[]): GPUBuffer[] {
    const buffers = [...given]
    for (const command of commands) this.repeat(command, buffers)
    return buffers
  }

  private repeat(command: Command, buffers: GPUBuffer[]) {
    switch (command.kind) {
      case 'dispatch': {
        const { pipeline, uniform, workgroups } = command
        if (uniform) uniform.used = this.bufferManager.submits
        return this.run(pipeline, groupFor(this.device, command, buffers), workgroups)
      }
      case 'acquire':
        buffers[command.slot] = command.words
          ? this.written(command.bytes, command.words)
          : this.bufferManager.acquireBuffer(command.bytes, STORED)
        return
      case 'release':
        return this.bufferManager.releaseBuffer(buffers[command.slot]!)
      case 'constant': {
        const view = this.constant([command.size], command.value)
        buffers[command.slot] = this.bindingOf(view).buffer
        this.disposeData(view.dataId)
        return
      }
      case 'clear': {
        const { slot, offset, size } = command.bound
        return this.betweenPasses().clearBuffer(buffers[slot]!, offset, size)
      }
      case 'copy': {
        const { from, to } = command
        const encoder = this.betweenPasses()
        return encoder.copyBufferToBuffer(buffers[from.slot]!, from.offset, buffers[to.slot]!, to.offset, to.size)
      }
      default:
        return command satisfies never
    }
  }

  /** For what goes stock's way: its bindings are of whole buffers. */
  override tensorToBinding(tensor: TensorInfo | undefined): GPUBindingResource | null {
    if (!tensor) return super.tensorToBinding(tensor)
    const { base, half } = this.tensorMap.get(tensor.dataId)
    return base || half ? this.bindingOf(tensor) : super.tensorToBinding(tensor)
  }

  override submitQueue() {
    super.submitQueue()
    this.pending = 0
    if (!this.bufferManager.submitted()) return
    const since = this.bufferManager.submits - KEPT_FOR
    this.uniforms.tidy(since)
    for (const [key, { tensor, used }] of this.constants) {
      if (used >= since) continue
      this.constants.delete(key)
      this.disposeData(tensor.dataId)
    }
    forgetRecordings(this, since)
    for (const [key, { used }] of this.bindGroups) if (used < since) this.bindGroups.delete(key)
  }
}

const wholeOf = (buffer: GPUBuffer): Binding => ({ buffer, offset: 0, size: buffer.size })
