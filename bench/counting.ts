// A GPUDevice that computes nothing and counts dispatches, submits and bytes: exact costs, without
// a GPU, equal on every machine. Buffers hold no data; mapped ranges are discarded, and reads
// return zeros.

/** Counts since the start. */
export interface Counts {
  /** Encoded compute dispatches. */
  dispatches: number
  /** Calls of `queue.submit`. */
  submits: number
  passes: number
  /** Buffer copies and clears. */
  copies: number
  /** Calls of `queue.writeBuffer`, and their bytes. */
  writes: number
  writtenBytes: number
  /** Compiled pipelines. */
  pipelines: number
  /** Created buffers, and their bytes. */
  buffers: number
  bufferBytes: number
  /**
   * Sum of all binding sizes over all dispatches: the traffic of kernels that access each byte
   * once. Kernels that use a slice of a bound buffer access less.
   */
  bytesTouched: number
}

/** Dispatches of one pipeline, and the bytes bound to them. */
export interface Use {
  dispatches: number
  bytesTouched: number
}

export class Counter {
  readonly counts: Counts = {
    dispatches: 0,
    submits: 0,
    passes: 0,
    copies: 0,
    writes: 0,
    writtenBytes: 0,
    pipelines: 0,
    buffers: 0,
    bufferBytes: 0,
    bytesTouched: 0,
  }
  /** Bytes of live buffers. */
  liveBytes = 0
  /** Peak of live bytes. */
  peakBytes = 0
  readonly uses = new Map<GPUComputePipeline, Use>()

  dispatched(pipeline: GPUComputePipeline, bytes: number) {
    this.counts.dispatches++
    this.counts.bytesTouched += bytes
    let use = this.uses.get(pipeline)
    if (!use) this.uses.set(pipeline, (use = { dispatches: 0, bytesTouched: 0 }))
    use.dispatches++
    use.bytesTouched += bytes
  }

  created(bytes: number) {
    this.counts.buffers++
    this.counts.bufferBytes += bytes
    this.liveBytes += bytes
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes)
  }
}

/** Difference of two counts. */
export const difference = (before: Counts, after: Counts): Counts =>
  Object.fromEntries(
    Object.entries(after).map(([name, count]) => [name, count - before[name as keyof Counts]]),
  ) as unknown as Counts

/**
 * Installs a counting GPU as `navigator.gpu`; must run before tfjs's WebGPU backend is imported.
 * All devices share one counter. `features` are the reported features; timestamps are not
 * supported.
 */
export function provideCountingGPU(features: readonly GPUFeatureName[] = []): Counter {
  const counter = new Counter()
  if (!globalThis.navigator)
    Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true })
  Object.defineProperty(globalThis.navigator, 'gpu', {
    value: createGpu(counter, features),
    configurable: true,
  })
  Object.assign(globalThis, globals)
  return counter
}

/** Limits of a typical desktop GPU in Chrome. */
const limits = {
  maxBindGroups: 4,
  maxBindingsPerBindGroup: 1000,
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxUniformBufferBindingSize: 2 ** 16,
  maxStorageBuffersPerShaderStage: 10,
  maxDynamicStorageBuffersPerPipelineLayout: 8,
  maxDynamicUniformBuffersPerPipelineLayout: 10,
  minStorageBufferOffsetAlignment: 256,
  minUniformBufferOffsetAlignment: 256,
  maxComputeWorkgroupStorageSize: 2 ** 15,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupSizeY: 1024,
  maxComputeWorkgroupSizeZ: 64,
  maxComputeWorkgroupsPerDimension: 65535,
}

function createGpu(
  counter: Counter,
  features: readonly GPUFeatureName[],
): Pick<GPU, 'requestAdapter'> {
  const info = {
    vendor: 'counting',
    architecture: '',
    device: '',
    description: 'a device that counts',
  }
  const adapter = {
    features: new Set(features),
    limits,
    info,
    requestDevice: async () => new CountingDevice(counter, features) as unknown as GPUDevice,
  }
  return { requestAdapter: async () => adapter as unknown as GPUAdapter }
}

class CountingBuffer implements Omit<GPUBuffer, '__brand'> {
  readonly label: string
  readonly size: number
  readonly usage: number
  mapState: GPUBufferMapState
  private destroyed = false

  constructor(
    private readonly counter: Counter,
    { label = '', size, usage, mappedAtCreation }: GPUBufferDescriptor,
  ) {
    this.label = label
    this.size = size
    this.usage = usage
    this.mapState = mappedAtCreation ? 'mapped' : 'unmapped'
    counter.created(size)
  }

  async mapAsync() {
    this.mapState = 'mapped'
    return undefined
  }

  getMappedRange = (offset = 0, size = this.size - offset) => new ArrayBuffer(size)

  unmap() {
    this.mapState = 'unmapped'
    return undefined
  }

  destroy() {
    if (!this.destroyed) this.counter.liveBytes -= this.size
    this.destroyed = true
    return undefined
  }
}
/** Usage flags of the specification. */
const globals = {
  GPUBufferUsage: {
    MAP_READ: 0x1,
    MAP_WRITE: 0x2,
    COPY_SRC: 0x4,
    COPY_DST: 0x8,
    INDEX: 0x10,
    VERTEX: 0x20,
    UNIFORM: 0x40,
    STORAGE: 0x80,
    INDIRECT: 0x100,
    QUERY_RESOLVE: 0x200,
  },
  GPUMapMode: { READ: 1, WRITE: 2 },
  GPUShaderStage: { VERTEX: 1, FRAGMENT: 2, COMPUTE: 4 },
  GPUTextureUsage: {
    COPY_SRC: 1,
    COPY_DST: 2,
    TEXTURE_BINDING: 4,
    STORAGE_BINDING: 8,
    RENDER_ATTACHMENT: 16,
  },
  // tfjs checks these classes to detect where a tensor is stored.
  GPUBuffer: CountingBuffer,
  GPUTexture: class {
    readonly label = 'none is ever made'
  },
}

/** A pipeline with layouts as from `layout: 'auto'`. */
class CountingPipeline implements Omit<GPUComputePipeline, '__brand'> {
  readonly label: string

  constructor({ label = '' }: GPUComputePipelineDescriptor) {
    this.label = label
  }

  getBindGroupLayout = (index: number) =>
    ({ label: `${this.label} ${index}` }) as GPUBindGroupLayout
}

/** A bind group, represented by its number of bytes. */
class CountingBindGroup implements Omit<GPUBindGroup, '__brand'> {
  readonly label: string
  readonly bytes: number

  constructor({ label = '', entries }: GPUBindGroupDescriptor) {
    this.label = label
    let bytes = 0
    for (const { resource } of entries) bytes += boundBytes(resource)
    this.bytes = bytes
  }
}

function boundBytes(resource: GPUBindingResource): number {
  if (resource instanceof CountingBuffer) return resource.size
  if (!('buffer' in resource))
    throw new TypeError('The counting device supports only bindings of buffers.')
  const { buffer, offset = 0, size = buffer.size - offset } = resource
  if (offset + size > buffer.size)
    throw new RangeError(`A binding of ${size} bytes at ${offset} does not fit ${buffer.size}.`)
  return size
}

class CountingPass implements Pick<
  GPUComputePassEncoder,
  | 'setPipeline'
  | 'setBindGroup'
  | 'dispatchWorkgroups'
  | 'dispatchWorkgroupsIndirect'
  | 'end'
  | 'pushDebugGroup'
  | 'popDebugGroup'
> {
  private pipeline: GPUComputePipeline | undefined
  /** Bytes of each set bind group. */
  private readonly bound: number[] = []

  constructor(private readonly counter: Counter) {}

  setPipeline(pipeline: GPUComputePipeline) {
    this.pipeline = pipeline
    return undefined
  }

  setBindGroup(index: number, group: GPUBindGroup | null | undefined) {
    this.bound[index] = group ? (group as unknown as CountingBindGroup).bytes : 0
    return undefined
  }

  dispatchWorkgroups() {
    if (!this.pipeline) throw new TypeError('A dispatch needs a pipeline.')
    let bytes = 0
    for (const group of this.bound) bytes += group ?? 0
    this.counter.dispatched(this.pipeline, bytes)
    return undefined
  }

  dispatchWorkgroupsIndirect = () => this.dispatchWorkgroups()
  end = () => undefined
  pushDebugGroup = () => undefined
  popDebugGroup = () => undefined
}

class CountingEncoder implements Pick<
  GPUCommandEncoder,
  | 'beginComputePass'
  | 'copyBufferToBuffer'
  | 'clearBuffer'
  | 'finish'
  | 'pushDebugGroup'
  | 'popDebugGroup'
> {
  constructor(private readonly counter: Counter) {}

  beginComputePass() {
    this.counter.counts.passes++
    return new CountingPass(this.counter) as unknown as GPUComputePassEncoder
  }

  copyBufferToBuffer() {
    this.counter.counts.copies++
    return undefined
  }

  clearBuffer = () => this.copyBufferToBuffer()
  finish = () => ({ label: '' }) as GPUCommandBuffer
  pushDebugGroup = () => undefined
  popDebugGroup = () => undefined
}

/** Supports computing only: rendering, textures and timestamps are TypeErrors. */
class CountingDevice
  extends EventTarget
  implements
    Pick<
      GPUDevice,
      | 'createBuffer'
      | 'createShaderModule'
      | 'createComputePipeline'
      | 'createComputePipelineAsync'
      | 'createBindGroupLayout'
      | 'createPipelineLayout'
      | 'createBindGroup'
      | 'createCommandEncoder'
      | 'pushErrorScope'
      | 'popErrorScope'
      | 'destroy'
    >
{
  readonly features: ReadonlySet<string>
  readonly limits = limits
  /** Never resolves. */
  readonly lost = new Promise<GPUDeviceLostInfo>(() => {})
  readonly queue: Pick<GPUQueue, 'submit' | 'writeBuffer' | 'onSubmittedWorkDone'>

  constructor(
    private readonly counter: Counter,
    features: readonly GPUFeatureName[],
  ) {
    super()
    const { counts } = counter
    this.features = new Set(features)
    this.queue = {
      submit: () => void counts.submits++,
      writeBuffer: (_buffer, _at, data, from = 0, size) => {
        const unit = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1
        counts.writes++
        counts.writtenBytes += size === undefined ? data.byteLength - from * unit : size * unit
      },
      onSubmittedWorkDone: async () => undefined,
    }
  }

  createBuffer = (descriptor: GPUBufferDescriptor) =>
    new CountingBuffer(this.counter, descriptor) as unknown as GPUBuffer

  createShaderModule = ({ label = '' }: GPUShaderModuleDescriptor) =>
    ({ label, getCompilationInfo: async () => ({ messages: [] }) }) as unknown as GPUShaderModule

  createComputePipeline(descriptor: GPUComputePipelineDescriptor) {
    this.counter.counts.pipelines++
    return new CountingPipeline(descriptor) as unknown as GPUComputePipeline
  }

  createComputePipelineAsync = async (descriptor: GPUComputePipelineDescriptor) =>
    this.createComputePipeline(descriptor)
  createBindGroupLayout = ({ label = '' }: GPUBindGroupLayoutDescriptor) =>
    ({ label }) as GPUBindGroupLayout
  createPipelineLayout = ({ label = '' }: GPUPipelineLayoutDescriptor) =>
    ({ label }) as GPUPipelineLayout
  createBindGroup = (descriptor: GPUBindGroupDescriptor) =>
    new CountingBindGroup(descriptor) as unknown as GPUBindGroup
  createCommandEncoder = () => new CountingEncoder(this.counter) as unknown as GPUCommandEncoder
  pushErrorScope = () => undefined
  popErrorScope = async () => null
  destroy = () => undefined
}
