// Registers the WebGPU backend. Loaded only where there is a GPU.
import { tf } from '../../base/tf.ts'
import { registerOperations } from '../../base/backend.ts'
import { getWebGPU } from './activeWebGPU.ts'
import { WebGPUBackend } from './backend.ts'
import { overrideWebGPUKernels } from './kernelOverrides.ts'
import { webgpuOperations } from './operations.ts'

import type { TunerOptions } from './tuner.ts'
import { tune } from './tuner.ts'

export { watchErrors } from './deviceErrors.ts'

/** Registers a backend for this device with tfjs, in place of an earlier one. */
export function registerWebGPU(device: GPUDevice, info: GPUAdapterInfo): void {
  overrideWebGPUKernels()
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', () => {
    const backend = new WebGPUBackend(device, info)
    registerOperations(backend, webgpuOperations(backend))
    return backend as never
  })
}

/** Measures how the device of the active backend has to be waited for; see {@link DeviceCompletion}. */
export const measureCompletion = () => getWebGPU().completion.measure()

/** Runs the autotuner on the active backend; see {@link tune}. */
export const tuneActive = (options: TunerOptions) => tune(getWebGPU(), options)
