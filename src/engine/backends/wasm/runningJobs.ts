// Protects the memory that workers use while this thread runs JavaScript: tensors are not freed, and
// not read, until the workers are done.
import type { HeapArray, TensorHandle } from './kernelCall.ts'

/** The members of tfjs's backend that access its memory. */
interface ReadableBackend {
  wasm: Allocator
  readSync(dataId: object, start?: number, end?: number): unknown
  typedArrayFromHeap(tensor: TensorHandle): HeapArray
}

interface Allocator {
  _malloc(bytes: number): number
  _free(address: number): void
}

/** Postpones `free` while jobs are running: it writes into the memory, and a tensor could reuse it. */
export class PostponedFrees {
  private readonly free: Allocator['_free']
  private readonly addresses: number[] = []
  private isActive = false

  /** @param finish completes the running jobs, and calls {@link end} */
  constructor(allocator: Allocator, finish: () => void) {
    allocator._free(allocator._malloc(4)) // the first calls replace the functions
    const { _free: free, _malloc: malloc } = allocator
    this.free = free
    allocator._free = (address) => {
      if (this.isActive) this.addresses.push(address)
      else free(address)
    }
    allocator._malloc = (bytes) => {
      if (this.addresses.length === 0) return malloc(bytes)
      try {
        return malloc(bytes)
      } catch {
        // The heap is full, perhaps of tensors that are to be freed.
        finish()
        return malloc(bytes)
      }
    }
  }

  begin() {
    this.isActive = true
  }

  end() {
    this.isActive = false
    for (const address of this.addresses.splice(0)) this.free(address)
  }
}

/** Makes a backend complete the running jobs before it reads tensors. */
export function finishBeforeReading(backend: ReadableBackend, finish: () => void): void {
  const readSync = backend.readSync.bind(backend)
  const typedArrayFromHeap = backend.typedArrayFromHeap.bind(backend)
  backend.readSync = (...parameters) => {
    finish()
    return readSync(...parameters)
  }
  backend.typedArrayFromHeap = (tensor) => {
    finish()
    return typedArrayFromHeap(tensor)
  }
}
