// Starts a backend of tfjs as it is, with its own kernels and gradients, for comparison. Replaced
// kernels are global, so no other backend may have been started in the same thread.
import { MessageError } from '../base/errors.ts'
import { tf } from '../base/tf.ts'
import { backendMessages } from '../messages/backends.ts'
import type { BackendName, WasmPaths } from '../protocol.ts'
import { importBackend } from './importBackend.ts'
import { activateWasm } from './wasm/start.ts'

/** Makes it tfjs's active backend. Throws Error if it is not available. */
export async function startStock(name: BackendName, wasm?: WasmPaths): Promise<void> {
  tf.enableProdMode()
  const activate = async () => {
    if (!(await tf.setBackend(name))) throw new MessageError(backendMessages.notInitialised())
  }
  if (name === 'wasm') return void (await activateWasm({ paths: wasm, activate, stock: true }))
  await importBackend(name)
  return activate()
}

/** Number of threads of the active wasm backend. */
export async function stockThreads(): Promise<number> {
  const { getThreadsCount } = await import('@tensorflow/tfjs-backend-wasm')
  try {
    return Math.max(1, getThreadsCount())
  } catch {
    return 1 // tfjs knows the number only once its backend has started
  }
}
