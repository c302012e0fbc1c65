// Custom wasm functions beside tfjs's wasm backend. They work in its memory, so nothing is copied.
import { throwIfInterrupted } from '../../base/interruption.ts'
import type { Tensor } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { Arithmetic } from './arithmetic.ts'
import type { Func } from './assembler.ts'
import { assemble, THREAD_MEMORY } from './assembler.ts'
import type { Phase, PlannedPhase } from './callPlans.ts'
import { compilePhases, writePhase } from './callPlans.ts'
import { filterFunctions } from './convFilterFunctions.ts'
import { convFunctions } from './convFunctions.ts'
import { copyFunctions } from './copyFunctions.ts'
import type { CallRecord, Job } from './jobs.ts'
import { encodeInThreadMemory, encodeRepeat, jobFunctions, wordCount, writeJobs } from './jobs.ts'
import type { StockWasmBackend, TensorHandle } from './kernelCall.ts'
import { normFunctions } from './normFunctions.ts'
import { geluFunctions } from './geluFunctions.ts'
import { softmaxFunctions } from './softmaxFunctions.ts'
import { vectorFunctions } from './vectorFunctions.ts'
import { finishBeforeReading, PostponedFrees } from './runningJobs.ts'
import { winogradFunctions } from './winogradFunctions.ts'
import { PackedFilters } from './packedFilters.ts'
import type { PoolPhase } from './workerPool.ts'
import { WorkerPool } from './workerPool.ts'

const functions = {
  ...convFunctions,
  ...copyFunctions,
  ...filterFunctions,
  ...normFunctions,
  ...jobFunctions,
  ...vectorFunctions,
  ...geluFunctions,
  ...softmaxFunctions,
  ...winogradFunctions,
} satisfies Record<string, Func>

export type FunctionName = keyof typeof functions

const names = Object.keys(functions) as FunctionName[]
const functionIndex = Object.fromEntries(names.map((name, i) => [name, i])) as Record<
  FunctionName,
  number
>

/** Returns the record of a function call, for a job. */
export const callRecord = (name: FunctionName, ...numbers: number[]): CallRecord => [
  functionIndex[name],
  numbers,
]

/**
 * Returns the calls for `count` items as one call. `build` has to call the same functions for each
 * item, with parameters in arithmetic progression.
 */
export const repeatCalls = (count: number, build: (item: number) => Job): Job =>
  count === 1 ? build(0) : [[functionIndex.repeat, encodeRepeat(count, build(0), build(1))]]

/**
 * Returns the calls of a job that uses memory of the thread that runs it, which
 * {@link WasmFunctions.reserveThreadMemory} makes large enough. `build` builds it for an address.
 */
export const inThreadMemory = (build: (memory: number) => Job): Job => [
  [functionIndex.inThreadMemory, encodeInThreadMemory(build)],
]

/**
 * The number of multiplications, or other work that takes as long, from which starting a run of the
 * pool pays: some microseconds. What the workers have not taken, this thread runs itself.
 */
const MIN_POOL_WORK = 100_000

/**
 * Returns the key of a call plan. Concatenation is faster than joining an array, which would take
 * most of the time of a small layer.
 */
export function planKey(name: string, ...numbers: readonly number[]): string {
  let key = name
  for (const number of numbers) key += ` ${number}`
  return key
}

/** The most cached plans. A model needs a few hundred. */
const MAX_PLANS = 2048

/** The members of tfjs's backend and of its module that are used here. */
interface HostBackend extends StockWasmBackend {
  wasm: {
    /** Only with threads. */
    wasmMemory?: WebAssembly.Memory
    /** Exports of the module; without threads the memory is one of them. */
    asm: { memory?: WebAssembly.Memory }
    _malloc(bytes: number): number
    _free(address: number): void
    HEAPU8: Uint8Array
  }
  dispose(): void
  readSync(dataId: object, start?: number, end?: number): unknown
  /** The number of the next tensor's data. */
  dataIdNextNumber: number
  dataIdMap: { get(dataId: object): { id: number; memoryOffset: number } }
}

/** A buffer that is reused from call to call, and grows as needed. */
class ScratchBuffer {
  address = 0
  private words = 0

  constructor(private readonly host: HostBackend) {}

  /** Ensures that it has this many words. Returns its address. */
  reserve(words: number): number {
    const { wasm } = this.host
    if (words > this.words) {
      if (this.words > 0) wasm._free(this.address)
      this.words = 0 // in case malloc throws because the heap is full
      this.address = wasm._malloc(4 * words) >>> 0
      this.words = words
    }
    return this.address
  }
}

/** Scratch memory of a layer, and the encoded jobs. */
interface Buffers {
  scratch: ScratchBuffer
  jobs: ScratchBuffer
}

const newBuffers = (host: HostBackend): Buffers => ({
  scratch: new ScratchBuffer(host),
  jobs: new ScratchBuffer(host),
})

/** The custom functions of a running wasm backend, and access to its memory. */
export class WasmFunctions {
  /** Names of the functions, by index. */
  readonly names = names
  /** The running jobs use the first ones; what comes next is prepared in the others. */
  private buffers: readonly [Buffers, Buffers]
  private readonly plans = new Map<string, PlannedPhase[]>()
  private words: Int32Array = new Int32Array()
  private frees: PostponedFrees | undefined
  /** Filters of weights that are used again. */
  readonly packedFilters: PackedFilters
  /** Memory that each thread has for itself: that of all threads, one after the other. */
  private readonly threadMemory: ScratchBuffer
  private threadFloats = 0
  /** Whether workers may be using the memory. */
  private isRunning = false
  /** Ids from which on tensors were made after the run before the last, and after the last run. */
  private oldTensors = 0
  private newTensors = 0

  constructor(
    private readonly runJob: (at: number) => void,
    private readonly ownMemory: WebAssembly.Global,
    private readonly host: HostBackend,
    private readonly pool: WorkerPool | undefined,
  ) {
    this.threadMemory = new ScratchBuffer(host)
    this.packedFilters = new PackedFilters(host)
    this.buffers = [newBuffers(host), newBuffers(host)]
    if (!pool) return
    const finish = () => this.finish()
    this.frees = new PostponedFrees(host.wasm, finish)
    finishBeforeReading(host, finish)
  }

  /** The number of threads, including this one. */
  get threads(): number {
    return 1 + (this.pool?.size ?? 0)
  }

  /** The address of this thread's own memory: see {@link reserveThreadMemory}. */
  get threadMemoryAddress(): number {
    return this.ownMemory.value as number
  }

  /**
   * Runs independent jobs, on all threads if they are enough work. Threads do not affect the bits.
   */
  runJobs(jobs: readonly Job[], multiplications: number): void {
    this.startJobs(jobs, multiplications)
    this.finish()
  }

  /** Starts {@link runJobs}: see {@link finish}. */
  startJobs(jobs: readonly Job[], multiplications: number): void {
    const table = this.buffers[1].jobs.reserve(wordCount(jobs))
    writeJobs(jobs, this.heap(), table)
    this.start([{ table, count: jobs.length, multiplications }])
  }

  /**
   * Starts phases, one after the other: see {@link finish}. What `build` returns may only depend on
   * `key` and, linearly, on the addresses: it is called once, and later runs only insert other
   * addresses.
   */
  startPhases(
    key: string,
    addresses: readonly number[],
    build: (addresses: readonly number[]) => readonly Phase[],
  ): void {
    let plan = this.plans.get(key)
    if (!plan) {
      if (this.plans.size >= MAX_PLANS) this.plans.clear()
      this.plans.set(key, (plan = compilePhases(addresses.length, build)))
    }
    const words = plan.reduce((sum, { words }) => sum + words.length, 0)
    let table = this.buffers[1].jobs.reserve(words)
    const phases = plan.map((phase) => {
      const { count, multiplications } = phase
      const written = { table, count, multiplications }
      writePhase(phase, addresses, this.heap(), table)
      table += 4 * phase.words.length
      return written
    })
    this.start(phases)
  }

  private start(phases: readonly (PoolPhase & { multiplications: number })[]) {
    this.finish()
    const isWorth = phases.some(({ multiplications }) => multiplications >= MIN_POOL_WORK)
    if (isWorth && this.pool?.start(phases)) {
      this.isRunning = true
      this.frees?.begin()
      this.buffers = [this.buffers[1], this.buffers[0]]
      this.oldTensors = this.newTensors
      this.newTensors = this.host.dataIdNextNumber
      return
    }
    for (const { table, count } of phases)
      for (let i = 0; i < count; i++) this.runJob(table + 4 * i)
  }

  /**
   * Completes what was started last. Until then, workers may be computing it, while this thread
   * prepares what comes next: it can create and dispose tensors and fill new scratch memory, but must
   * not access the memory of tensors other than by the methods here, which wait where they have to.
   *
   * @throws Error if a worker failed
   */
  finish(): void {
    if (!this.isRunning) return
    this.isRunning = false
    try {
      this.pool?.finish()
    } catch (error) {
      this.packedFilters.forget()
      throw error
    } finally {
      this.frees?.end()
    }
  }

  /**
   * Returns a tensor with uninitialised values, which tf.tidy disposes. Throws Interrupted as kernels
   * of tfjs do, because a backward pass consists mostly of these.
   */
  makeTensor<T extends Tensor>(shape: number[]): T {
    throwIfInterrupted()
    const info = this.host.makeOutput(shape, 'float32')
    return tf.engine().makeTensorFromTensorInfo(info) as T
  }

  /** Returns the address of a tensor, in bytes. */
  address(tensor: TensorHandle): number {
    return this.host.dataIdMap.get(tensor.dataId).memoryOffset
  }

  /**
   * Returns a view of a tensor's values. As any view of the heap, it is valid until that grows: until
   * a tensor is made, scratch memory is reserved, or jobs are started, whose list is in the heap.
   */
  values(tensor: TensorHandle): Float32Array {
    this.finish()
    return this.view(tensor)
  }

  /**
   * Returns {@link values} of an input of a layer. Does not wait for the running jobs if the tensor
   * was made before the ones before them were started: every layer makes its outputs right before it
   * starts its jobs, so the running jobs do not write it.
   */
  inputValues(tensor: TensorHandle): Float32Array {
    const isOld = this.host.dataIdMap.get(tensor.dataId).id < this.oldTensors
    return isOld ? this.view(tensor) : this.values(tensor)
  }

  /** Returns {@link values} of a tensor for which no jobs were started yet. */
  newValues(tensor: TensorHandle): Float32Array {
    return this.view(tensor)
  }

  private view({ dataId, shape }: TensorHandle): Float32Array {
    const { buffer } = this.host.wasm.HEAPU8
    const { memoryOffset } = this.host.dataIdMap.get(dataId)
    return new Float32Array(buffer, memoryOffset, tf.util.sizeFromShape(shape))
  }

  /**
   * Returns scratch memory of `length` floats for the next jobs. `values` are valid until a tensor is
   * made or the jobs are started: see {@link scratchValues}.
   */
  scratch(length: number): { address: number; values: Float32Array } {
    const address = this.buffers[1].scratch.reserve(length)
    return { address, values: this.scratchValues(address, length) }
  }

  /** Returns a view of scratch memory, for what the completed jobs have written there. */
  scratchValues(address: number, length: number): Float32Array {
    return new Float32Array(this.host.wasm.HEAPU8.buffer, address, length)
  }

  /**
   * Gives each thread this many floats of its own memory for the next jobs: what a thread writes for
   * itself stays in its cache from job to job, and from layer to layer.
   */
  reserveThreadMemory(floats: number): void {
    if (floats <= this.threadFloats) return
    // A worker reads address and size one after the other when it begins a run, even late.
    this.finish()
    this.threadFloats = 0
    const address = this.threadMemory.reserve(this.threads * floats)
    this.threadFloats = floats
    this.ownMemory.value = address
    this.pool?.setMemory(address, 4 * floats)
  }

  /** Returns a view of the entire memory, which has to be created again when it has grown. */
  private heap(): Int32Array {
    const { buffer } = this.host.wasm.HEAPU8
    if (this.words.buffer !== buffer) this.words = new Int32Array(buffer)
    return this.words
  }
}

interface JobExports {
  runJob: (at: number) => void
  [THREAD_MEMORY]: WebAssembly.Global
}

const functionsByBackend = new WeakMap<object, WasmFunctions>()

/**
 * Starts the custom functions of a backend that has just started, with this many threads. Their
 * workers are stopped with the backend. Returns undefined without SIMD.
 */
export async function startWasmFunctions(
  backend: object,
  threads: number,
  arithmetic: Arithmetic,
): Promise<WasmFunctions | undefined> {
  const host = backend as HostBackend
  const memory = host.wasm.wasmMemory ?? host.wasm.asm.memory
  if (!memory || !(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return undefined
  const shared = !(memory.buffer instanceof ArrayBuffer)
  const code = assemble(functions, { shared, fused: arithmetic === 'fused' })
  const { module, instance } = await WebAssembly.instantiate(code, { env: { memory } })
  const { runJob, [THREAD_MEMORY]: ownMemory } = instance.exports as WebAssembly.Exports &
    JobExports
  const pool =
    shared && threads > 1
      ? await WorkerPool.start(threads - 1, { module, memory, runJob })
      : undefined
  const started = new WasmFunctions(runJob, ownMemory, host, pool)
  if (pool) stopPoolOnDispose(host, pool)
  functionsByBackend.set(backend, started)
  return started
}

function stopPoolOnDispose(host: HostBackend, pool: WorkerPool) {
  const dispose = host.dispose.bind(host)
  host.dispose = () => {
    pool.stop()
    dispose()
  }
}

/** Returns the custom functions if the wasm backend, with SIMD, is active. */
export const activeWasm = (): WasmFunctions | undefined =>
  tf.getBackend() === 'wasm' ? functionsByBackend.get(tf.backend()) : undefined
