// The packages of tfjs's backends. The union package registers those of JavaScript and WebGL too,
// but the build of the app leaves them out of it (src/build/slimTfjs.ts).
import type { BackendName } from '../protocol.ts'

const packages: Record<BackendName, () => Promise<unknown>> = {
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
}

/** Loads the package of a backend, which registers the backend and its kernels in tfjs. */
export async function importBackend(name: BackendName): Promise<void> {
  await packages[name]()
}
