// Detects when the heap of the wasm backend, at most 4 GiB, is full. tfjs does not check for it:
// malloc returns 0, all further tensors would overlap there, and a training would continue with
// garbage.
import { EngineError } from '../../base/errors.ts'
import { memoryMessages } from '../../messages/memory.ts'

interface Module {
  _malloc(bytes: number): number
  _free(address: number): void
}

/** The most bytes of a tensor; malloc interprets more as a negative number. */
const MAX_TENSOR_BYTES = 2 ** 31

const guardedModules = new WeakSet<object>()

/** Makes a backend throw EngineError when the heap is full. Calling it again is harmless. */
export function guardHeap(backend: object): void {
  const module = (backend as { wasm: Module }).wasm
  if (guardedModules.has(module)) return
  guardedModules.add(module)
  module._free(module._malloc(4)) // the first call of _malloc replaces it
  const malloc = module._malloc
  module._malloc = (bytes) => {
    const address = bytes > MAX_TENSOR_BYTES ? 0 : malloc(bytes)
    if (address === 0 && bytes > 0) throw heapFullError(bytes)
    return address
  }
}

const heapFullError = (bytes: number) =>
  new EngineError(memoryMessages.wasmFull, { mebibytes: Math.ceil(bytes / 2 ** 20) })
