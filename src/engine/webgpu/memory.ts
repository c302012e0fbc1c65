// What a GPU cannot do it says later and to nobody: tfjs goes on, with zeros or with what was left in a buffer.
import { NodeError } from '../plan/fault.ts'

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

export const tooLarge = (size: number, most: number) =>
  new NodeError({
    message: `A tensor of ${mebibytes(size)} MiB is more than this GPU holds in one piece, ${mebibytes(most)} MiB.`,
    cure: 'Lower batch_size, or make the model or its images smaller; attention takes the square of the number of pixels.',
  })

/** Calls `onFailed` once, at the first error that nobody asked for: out of memory, or a kernel that the device refuses. */
export function watchErrors(device: GPUDevice, onFailed: (message: string) => void): void {
  device.addEventListener('uncapturederror', ({ error }) => onFailed(error.message.split('\n')[0]!), { once: true })
}
