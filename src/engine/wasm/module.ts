// Our own functions beside those of tfjs's wasm backend, in its memory: nothing is copied to call them.
import { tf } from '../tf.ts'
import type { Tensor } from '../tf.ts'
import { assemble } from './assembler.ts'
import type { Func } from './assembler.ts'
import type { Info, WasmBackend } from './call.ts'
import { filterFunctions } from './filterFunctions.ts'
import { normFunctions } from './normFunctions.ts'

const functions = { ...filterFunctions, ...normFunctions } satisfies Record<string, Func>

type Functions = { [K in keyof typeof functions]: (...numbers: number[]) => void }

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
  dataIdMap: { get(dataId: object): { memoryOffset: number } }
}

/** Our functions on the wasm backend that runs, and its memory. */
export class Own {
  private scratchAt = 0
  private scratchSize = 0

  constructor(
    readonly run: Functions,
    private readonly host: Host,
  ) {}

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
    const { wasm } = this.host
    if (length > this.scratchSize) {
      if (this.scratchAt > 0) wasm._free(this.scratchAt)
      this.scratchAt = wasm._malloc(4 * length) >>> 0
      this.scratchSize = length
    }
    return { address: this.scratchAt, numbers: new Float32Array(wasm.HEAPU8.buffer, this.scratchAt, length) }
  }
}

const started = new WeakMap<object, Own>()

/** Makes {@link ownFunctions} ready for a backend that has just started. Without SIMD, or where it cannot be, there are none. */
export async function startOwnFunctions(backend: object): Promise<void> {
  const host = backend as Host
  const memory = host.wasm.wasmMemory ?? host.wasm.asm.memory
  if (!memory || !(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) return
  const shared = !(memory.buffer instanceof ArrayBuffer)
  const { instance } = await WebAssembly.instantiate(assemble(functions, { shared }), { env: { memory } })
  started.set(backend, new Own({ ...instance.exports } as Functions, host))
}

/** Our functions on the backend that computes; undefined where that is not wasm, or wasm without SIMD. */
export const ownFunctions = (): Own | undefined => (tf.getBackend() === 'wasm' ? started.get(tf.backend()) : undefined)
