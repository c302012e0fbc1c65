// Starts tfjs's wasm backend with threads. tfjs does so too, but starts its threads from a blob:
// URL, which pages with a content security policy forbid.
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js'
import type { WasmPaths } from '../../protocol.ts'
import { threadScriptUrl } from './threadScript.ts'

interface ThreadedModule extends BackendWasmModule {
  /** Returns an exported C function. */
  cwrap(name: string, returns: 'number', parameters: 'number'[]): (...numbers: number[]) => number
  cwrap(name: string, returns: null, parameters: 'number'[]): (...numbers: number[]) => void
}

/** Creates the backend as `init` of tfjs's backend_wasm.ts does, with the script of threads. */
export async function createThreadedBackend(paths: WasmPaths | undefined): Promise<BackendWasm> {
  const [{ BackendWasm }, { default: createModule }] = await Promise.all([
    import('@tensorflow/tfjs-backend-wasm'),
    import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js'),
  ])
  const script = threadScriptUrl()
  const module = (await createModule({
    locateFile: (name, prefix) =>
      name.endsWith('.worker.js') ? script : locateWasm(paths, name, prefix),
    // Sent to the threads, so it has to be a plain string. Their script contains the main script.
    mainScriptUrlOrBlob: String(script),
  })) as ThreadedModule
  const call = (name: string, ...parameters: 'number'[]) => module.cwrap(name, null, parameters)
  module.tfjs = {
    init: call('init'),
    initWithThreadsCount: call('init_with_threads_count', 'number'),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: call('register_tensor', 'number', 'number', 'number'),
    disposeData: call('dispose_data', 'number'),
    dispose: call('dispose'),
  }
  return new BackendWasm(module)
}

/** Returns the URL of a .wasm file. `prefix` is the folder of this script. */
function locateWasm(paths: WasmPaths | undefined, name: string, prefix: string): string {
  const file = typeof paths === 'object' ? paths[name] : `${paths ?? prefix}${name}`
  if (!file) throw new Error(`Expected the URL of ${name} in the paths of the wasm files.`)
  return file
}
