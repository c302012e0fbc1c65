// Starts the wasm backend with threads, which are available in Node and on cross-origin isolated
// pages.
import { nodeProcess } from '../../base/nodeModule.ts'
import { tf } from '../../base/tf.ts'
import type { WasmPaths } from '../../protocol.ts'
import { withSharedMemory } from './sharedMemory.ts'
import { createThreadedBackend } from './threadedModule.ts'
import { overrideCoreCount, wantedThreads, watchThreadFailure } from './threads.ts'
import { reserveThreadsForLargeKernels } from './xnnpackThreads.ts'

const THREADS = 'WASM_HAS_MULTITHREAD_SUPPORT'

type Factory = NonNullable<ReturnType<typeof tf.findBackendFactory>>

/** tfjs's factory, which starts one thread. */
let stockFactory: Factory

interface WasmStart {
  paths: WasmPaths | undefined
  /** Makes it tfjs's active backend, or throws. */
  activate(): Promise<void>
  /** Default: see {@link wantedThreads}. */
  threads?: number | undefined
  /** Uses threads as tfjs does by itself: in pages alone, for all kernels. */
  stock?: boolean
}

/**
 * Activates wasm with threads, or with one if they do not start: the server may not send their
 * script, or the page's content security policy may forbid it. Returns the number of threads that
 * the memory can be shared with, including this one.
 */
export async function activateWasm(start: WasmStart): Promise<number> {
  const { setThreadsCount, setWasmPaths, getThreadsCount } =
    await import('@tensorflow/tfjs-backend-wasm')
  const { paths, activate, stock = false } = start
  if (paths !== undefined && !tf.engine().registry.wasm) setWasmPaths(completePaths(paths))
  stockFactory ??= tf.findBackendFactory('wasm')
  const threads = wantedThreads(start.threads)
  const isNode = nodeProcess() !== undefined
  if (threads > 1 && !isNode && (await tf.env().getAsync(THREADS))) {
    setThreadsCount(threads)
    registerWasm(() => createThreadedBackend(paths))
    const accept = stock ? () => true : reserveThreadsForLargeKernels
    if ((await activateThreads(threads, activate)) && accept(tf.backend())) return getThreadsCount()
  }
  tf.env().set(THREADS, false)
  registerWasm(stockFactory)
  if (threads === 1 || !isNode || stock) {
    await activate()
    return 1
  }
  await withSharedMemory(activate)
  return threads
}

/**
 * tfjs expects an address of every build. Hosts may lack that for browsers without SIMD; they get the
 * address of the build with SIMD, which such a browser refuses, so that another backend starts.
 */
function completePaths(paths: WasmPaths): WasmPaths {
  if (typeof paths === 'string') return paths
  const [plain, simd] = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']
  return { ...paths, [plain]: paths[plain] ?? paths[simd] }
}

/** Registers a factory instead of the present one, and disposes a backend that it created. */
function registerWasm(factory: Factory) {
  tf.removeBackend('wasm')
  tf.registerBackend('wasm', factory)
}

async function activateThreads(threads: number, activate: () => Promise<void>): Promise<boolean> {
  const failure = watchThreadFailure()
  const restoreCores = overrideCoreCount(2 * threads)
  // It may never settle.
  const failed = await Promise.race([
    activate().then(
      () => false,
      () => true,
    ),
    failure.happened,
  ])
  failure.forget()
  restoreCores()
  return !failed
}
