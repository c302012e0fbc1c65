// Starts the wasm backend with threads, which are available on cross-origin isolated pages.
import { tf } from '../../base/tf.ts'
import type { WasmPaths } from '../../protocol.ts'
import { createThreadedBackend } from './threadedModule.ts'
import { availableCores, overrideCoreCount, threadCount, watchThreadFailure } from './threads.ts'
import { reserveThreadsForLargeKernels } from './xnnpackThreads.ts'

const THREADS = 'WASM_HAS_MULTITHREAD_SUPPORT'

export const hasThreads = async () => Boolean(await tf.env().getAsync(THREADS))

type Factory = NonNullable<ReturnType<typeof tf.findBackendFactory>>

/** tfjs's factory, which starts one thread. */
let stockFactory: Factory

/**
 * Activates wasm with threads, or with one if they do not start: the server may not send their
 * script, or the page's content security policy may forbid it.
 * @param accept prepares the backend with threads; false if it cannot use them
 */
export async function activateWasm(
  paths: WasmPaths | undefined,
  activate: () => Promise<void>,
  accept: (backend: object) => boolean = reserveThreadsForLargeKernels,
): Promise<void> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm')
  if (paths !== undefined && !tf.engine().registry.wasm) setWasmPaths(completePaths(paths))
  stockFactory ??= tf.findBackendFactory('wasm')
  const threads = threadCount(availableCores())
  if (threads > 1 && (await hasThreads())) {
    setThreadsCount(threads)
    registerWasm(() => createThreadedBackend(paths))
    if ((await activateThreads(threads, activate)) && accept(tf.backend())) return
  }
  tf.env().set(THREADS, false)
  registerWasm(stockFactory)
  await activate()
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
