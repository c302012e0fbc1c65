// Threads for the kernels that gain by them, and for no others.
//
// tfjs gives every kernel of XNNPACK to all threads, however small it is. To wake them and to wait for them took 0.2 ms
// where it was measured (a virtual machine of 2 cores), forty times as long as to square 32,768 numbers: with two threads
// a training step of the UNet for 8x8 digits took four times as long as with one, and one of an MLP for points as well.
// So the module is left without its threads, but while a large kernel runs. Which thread computes what changes no bit.
import type { Call, Info, Kernel } from './call.ts'

/**
 * Multiplications from which a kernel is given to all threads: about a millisecond of one. There, a second core that is free
 * halves the time (a convolution of 19 million: 0.6 ms instead of 1.15), and one that has other work to do costs little.
 */
const LARGE = 16_000_000

/**
 * Where the threaded module of tfjs-backend-wasm 4.22.0 keeps the pointer to its threads (`threadpool` in backend.cc), in
 * bytes. Without the pointer XNNPACK computes on the calling thread. There is no other way to it from here, and to search
 * for it would disturb the threads that are starting. A test holds that it is right.
 */
const POINTER = 23_564

/** What is used here of the module behind the backend. */
interface Module {
  HEAPU32: Uint32Array
  stackSave(): number
  tfjs: { getThreadsCount(): number }
}

const moduleOf = (backend: unknown) => (backend as { wasm: Module }).wasm

/** The pointer to its threads, of a backend that has them. */
const pools = new WeakMap<object, number>()

/** Takes the threads of a backend that has just started away from all but large kernels. False if that cannot be done. */
export function keepThreadsForLarge(backend: object): boolean {
  const { HEAPU32: words, stackSave, tfjs } = moduleOf(backend)
  const pointer = words[POINTER / 4]!
  if (pointer < stackSave()) return false // the heap is above the stack
  setPointer(backend, 0)
  if (tfjs.getThreadsCount() === -1) {
    pools.set(backend, pointer)
    return true
  }
  setPointer(backend, pointer)
  return false
}

/** The view of the heap changes when it grows. */
const setPointer = (backend: object, pointer: number) => {
  moduleOf(backend).HEAPU32[POINTER / 4] = pointer
}

const sizeOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1)

/** Multiplications of a call, for the kernels that have threads in XNNPACK and enough work for them. */
const multiplications: Partial<Record<string, (call: Call) => number>> = {
  Conv2D: convolution,
  FusedConv2D: convolution,
  BatchMatMul: product,
  _FusedMatMul: product,
}

function convolution({ inputs, attrs }: Call): number {
  const { x, filter } = inputs as { x: Info; filter: Info }
  const strides = attrs.strides as number | [number, number]
  const [down, across] = typeof strides === 'number' ? [strides, strides] : strides
  return ((sizeOf(x.shape) / x.shape[3]!) * sizeOf(filter.shape)) / (down * across)
}

function product({ inputs, attrs }: Call): number {
  const { a, b } = inputs as { a: Info; b: Info }
  return sizeOf(a.shape) * b.shape.at(attrs.transposeB ? -2 : -1)!
}

/** The kernel, with all threads where it is large; the same kernel if it never is. */
export function withThreads(kernelName: string, kernel: Kernel): Kernel {
  const count = multiplications[kernelName]
  if (!count) return kernel
  return (call) => {
    const pointer = pools.get(call.backend)
    if (pointer === undefined || count(call) < LARGE) return kernel(call)
    setPointer(call.backend, pointer)
    try {
      return kernel(call)
    } finally {
      setPointer(call.backend, 0)
    }
  }
}

/** The kernels that are to be wrapped. */
export const threadedKernels = Object.keys(multiplications)
