// Errors of the device. WebGPU reports them asynchronously, and tfjs ignores them: it would go on
// with zeros or stale buffers.
import { EngineError } from '../../base/errors.ts'
import { memoryMessages } from '../../messages/memory.ts'

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

export const bufferTooLargeError = (size: number, limit: number) =>
  new EngineError(memoryMessages.gpuTensor, {
    mebibytes: mebibytes(size),
    most: mebibytes(limit),
  })

/** Calls `onFailed` once, at the first uncaptured error: out of memory, or an invalid kernel. */
export function watchErrors(device: GPUDevice, onFailed: (message: string) => void): void {
  device.addEventListener(
    'uncapturederror',
    ({ error }) => onFailed(error.message.split('\n')[0]),
    { once: true },
  )
}
