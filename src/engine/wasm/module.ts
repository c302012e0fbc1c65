// Our own functions beside those of tfjs's wasm backend, in its memory: nothing is copied to call them.
import { tf } from '../tf.ts'
import type { Tensor } from '../tf.ts'
import { assemble } from './assembler.ts'
import type { Func } from './assembler.ts'
import type { Info, WasmBackend } from './call.ts'
import { convFunctions } from './convFunctions.ts'
import { copyFunctions } from './copyFunctions.ts'
import { filterFunctions } from './filterFunctions.ts'
import { normFunctions } from './normFunctions.ts'
import type { Phase, Planned } from './plans.ts'
import { planOf, writePlan } from './plans.ts'
import type { Call, Strand } from './strands.ts'
import { repeating, strandFunctions, wordsFor, writeStrands } from './strands.ts'
import { Team } from './team.ts'
import { vectorFunctions } from './vectorFunctions.ts'
import { winogradFunctions } from './winogradFunctions.ts'

const functions = {
  ...convFunctions,
  ...copyFunctions,
  ...filterFunctions,
  ...normFunctions,
  ...strandFunctions,
  ...vectorFunctions,
  ...winogradFunctions,
} satisfies Record<string, Func>

export type Name = keyof typeof functions

const names = Object.keys(functions) as Name[]
const numberOf = Object.fromEntries(names.map((name, i) => [name, i])) as Record<Name, number>

/** A call of one of our functions, to be made by {@link Own.all}. */
export const call = (name: Name, ...numbers: number[]): Call => [numberOf[name], numbers]

/** The calls for `count` items, as one: of each the same functions, whose numbers go up by the same from each to the next. */
export const repeated = (count: number, of: (item: number) => Strand): Strand =>
  count === 1 ? of(0) : [[numberOf.repeat, repeating(count, of(0), of(1))]]

/** Multiplications (or as much time in other work) from which it pays to wake other threads: some hundredths of a millisecond. */
const LARGE = 500_000

/** What tells plans apart, as text: quicker than to join arrays, which is what would take longest in a small layer. */
export function keyOf(name: string, ...numbers: readonly number[]): string {
  let key = name
  for (const number of numbers) key += ` ${number}`
  return key
}

/** Of a model there are some hundred. */
const MOST_PLANS = 2048

/** What is used here of tfjs's backend and of the module behind it. */
interface Host extends WasmBackend {
  wasm: {
    /** With threads. */
    wasmMemory?: WebAssembly.Memory
    /** What the module exports; without threads its memory is there. */
    asm: { memory?: WebAssembly.Memory }
    _malloc(bytes: number): number
    _free(address: number): void
    HEAPU8: Uint8Array
  }
  dispose(): void
  dataIdMap: { get(dataId: object): { memoryOffset: number } }
}

/** Words of memory that are kept from one call to the next, and grow. */
class Room {
  address = 0
  private words = 0

  constructor(private readonly host: Host) {}

  /** Room for so many. */
  atLeast(words: number): number {
    const { wasm } = this.host
    if (words > this.words) {
      if (this.words > 0) wasm._free(this.address)
      this.words = 0 // where there is no room, malloc throws
      this.address = wasm._malloc(4 * words) >>> 0
      this.words = words
    }
    return this.address
  }
}

/** Our functions on the wasm backend that runs, and its memory. */
export class Own {
  /** Of its functions, in the order of their numbers. */
  readonly names = names
  private readonly scratchRoom: Room
  private readonly strandRoom: Room
  private readonly plans = new Map<string, Planned[]>()
  private words: Int32Array = new Int32Array()

  constructor(
    private readonly strand: (at: number) => void,
    private readonly host: Host,
    private readonly team: Team | undefined,
  ) {
    this.scratchRoom = new Room(host)
    this.strandRoom = new Room(host)
  }

  /** How many compute, this one among them. */
  get threads(): number {
    return 1 + (this.team?.size ?? 0)
  }

  /** Calls a function here. */
  run(name: Name, ...numbers: number[]): void {
    this.all([[call(name, ...numbers)]], 0)
  }

  /** Makes the calls of all strands, on all threads if they are many `multiplications`; which thread does what changes no bit. */
  all(strands: readonly Strand[], multiplications: number): void {
    const table = this.strandRoom.atLeast(wordsFor(strands))
    writeStrands(strands, this.heap(), table)
    this.make(table, strands.length, multiplications)
  }

  /**
   * Makes one phase after the other. What `build` gives has to depend on nothing but `key` and addresses, and on these linearly: it
   * is asked once, and after that only the addresses are put in.
   */
  phases(key: string, addresses: readonly number[], build: (addresses: readonly number[]) => readonly Phase[]): void {
    let plan = this.plans.get(key)
    if (!plan) {
      if (this.plans.size >= MOST_PLANS) this.plans.clear()
      this.plans.set(key, (plan = planOf(addresses.length, build)))
    }
    for (const phase of plan) {
      const table = this.strandRoom.atLeast(phase.words.length)
      writePlan(phase, addresses, this.heap(), table)
      this.make(table, phase.count, phase.multiplications)
    }
  }

  private make(table: number, count: number, multiplications: number) {
    if (this.team && multiplications >= LARGE && count > 1 && this.team.run(count, table)) return
    for (let i = 0; i < count; i++) this.strand(table + 4 * i)
  }

  /** A tensor whose numbers are not set; tf.tidy disposes it. */
  output<T extends Tensor>(shape: number[]): T {
    const info = this.host.makeOutput(shape, 'float32')
    return tf.engine().makeTensorFromTensorInfo(info) as T
  }

  /** Where a tensor begins, in bytes. */
  address(tensor: Info): number {
    return this.host.dataIdMap.get(tensor.dataId).memoryOffset
  }

  /** The numbers of a tensor, as long as no other one is made. */
  numbers(tensor: Info): Float32Array {
    return this.host.typedArrayFromHeap(tensor) as Float32Array
  }

  /** Room for `length` floats, which the next call takes back; valid as long as no tensor is made. */
  scratch(length: number): { address: number; numbers: Float32Array } {
    const address = this.scratchRoom.atLeast(length)
    return { address, numbers: new Float32Array(this.host.wasm.HEAPU8.buffer, address, length) }
  }

  /** Copies so many bytes from one address to another. */
  copy(from: number, to: number, bytes: number): void {
    this.heap().copyWithin(to / 4, from / 4, (from + bytes) / 4)
  }

  /** All of the memory; another object when it has grown. */
  private heap(): Int32Array {
    const { buffer } = this.host.wasm.HEAPU8
    if (this.words.buffer !== buffer) this.words = new Int32Array(buffer)
    return this.words
  }
}

const started = new WeakMap<object, Own>()

/**
 * Makes {@link ownFunctions} ready for a backend that has just started. Without SIMD there are none. `threads`: how many it
 * has; their workers end with the backend.
 */
export async function startOwnFunctions(backend: object, threads: number): Promise<void> {
  const host = backend as Host
  const memory = host.wasm.wasmMemory ?? host.wasm.asm.memory
  if (!memory || !(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return
  const shared = !(memory.buffer instanceof ArrayBuffer)
  const { module, instance } = await WebAssembly.instantiate(assemble(functions, { shared }), { env: { memory } })
  const { strand } = instance.exports as { strand: (at: number) => void }
  const team = shared && threads > 1 ? await Team.start(threads - 1, { module, memory, strand }) : undefined
  if (team) stopWith(host, team)
  started.set(backend, new Own(strand, host, team))
}

function stopWith(host: Host, team: Team) {
  const dispose = host.dispose.bind(host)
  host.dispose = () => {
    team.stop()
    dispose()
  }
}

/** Our functions on the backend that computes; undefined where that is not wasm, or wasm without SIMD. */
export const ownFunctions = (): Own | undefined => (tf.getBackend() === 'wasm' ? started.get(tf.backend()) : undefined)
