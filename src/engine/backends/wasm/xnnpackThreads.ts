// Restricts XNNPACK's threads to the kernels that are faster with them.
//
// tfjs gives every XNNPACK kernel to all threads, however small it is. Where it was measured (a
// virtual machine with 2 cores), waking the threads and waiting for them took 0.2 ms, forty times
// as long as squaring 32,768 numbers: with two threads, a training step of the UNet for 8x8 digits
// took four times as long as with one, and so did one of an MLP for points. So the module's thread
// pool is detached except while a large kernel runs. Threads do not affect the bits of results.
import { countElements } from '../../base/shapes.ts'
import type { KernelCall, KernelFunction, TensorHandle } from './kernelCall.ts'

/**
 * The number of multiplications from which a kernel gets all threads: about a millisecond of one.
 * There, an idle second core halves the time (a convolution of 19 million: 0.6 ms instead of 1.15),
 * and a busy one costs little.
 */
const MIN_THREADED_WORK = 16_000_000

/**
 * The address of the pointer to the thread pool (`threadpool` in backend.cc) in the threaded module
 * of tfjs-backend-wasm 4.22.0. Without the pointer, XNNPACK runs on the calling thread. There is no
 * API for it, and searching for it would disturb the threads that are starting. A test checks the
 * address.
 */
const THREADPOOL_POINTER = 23_564

/** The members of the backend's module that are used here. */
interface Module {
  HEAPU32: Uint32Array
  stackSave(): number
  tfjs: { getThreadsCount(): number }
}

const wasmModule = (backend: unknown) => (backend as { wasm: Module }).wasm

/** The detached thread pool of each backend that has one. */
const threadpools = new WeakMap<object, number>()

/**
 * Reserves the threads of a backend that has just started for large kernels. Returns false if that
 * is impossible.
 */
export function reserveThreadsForLargeKernels(backend: object): boolean {
  const { HEAPU32: words, stackSave, tfjs } = wasmModule(backend)
  const pointer = words[THREADPOOL_POINTER / 4]
  if (pointer < stackSave()) return false // the heap is above the stack
  setPointer(backend, 0)
  if (tfjs.getThreadsCount() === -1) {
    threadpools.set(backend, pointer)
    return true
  }
  setPointer(backend, pointer)
  return false
}

/** Reads the view of the heap each time, as it changes when the heap grows. */
const setPointer = (backend: object, pointer: number) => {
  wasmModule(backend).HEAPU32[THREADPOOL_POINTER / 4] = pointer
}

/** The multiplications of a call, for the kernels that are threaded in XNNPACK and can be large. */
const workEstimates: Partial<Record<string, (call: KernelCall) => number>> = {
  Conv2D: convWork,
  FusedConv2D: convWork,
  BatchMatMul: matMulWork,
  _FusedMatMul: matMulWork,
}

function convWork({ inputs, attrs }: KernelCall): number {
  const { x, filter } = inputs as { x: TensorHandle; filter: TensorHandle }
  const strides = attrs.strides as number | [number, number]
  const [down, across] = typeof strides === 'number' ? [strides, strides] : strides
  const pixels = countElements(x.shape.slice(0, 3))
  return (pixels * countElements(filter.shape)) / (down * across)
}

function matMulWork({ inputs, attrs }: KernelCall): number {
  const { a, b } = inputs as { a: TensorHandle; b: TensorHandle }
  return countElements(a.shape) * b.shape[b.shape.length - (attrs.transposeB ? 2 : 1)]
}

/** Returns the kernel with all threads for its large calls; the same kernel if it has none. */
export function threadLargeCalls(kernelName: string, kernel: KernelFunction): KernelFunction {
  const estimate = workEstimates[kernelName]
  if (!estimate) return kernel
  return (call) => {
    const pointer = threadpools.get(call.backend)
    if (pointer === undefined || estimate(call) < MIN_THREADED_WORK) return kernel(call)
    setPointer(call.backend, pointer)
    try {
      return kernel(call)
    } finally {
      setPointer(call.backend, 0)
    }
  }
}
