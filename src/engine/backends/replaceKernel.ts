// Replaces a kernel of tfjs by another function, globally.
import { tf } from '../base/tf.ts'

/**
 * Replaces a kernel by the result of `wrap`, which gets the stock kernel. Has to be called after
 * the backend's package was imported. Does nothing if the backend has no such kernel, or if it was
 * replaced before.
 */
export function replaceKernel<Kernel extends (call: never) => unknown>(
  kernelName: string,
  backend: string,
  wrap: (stock: Kernel) => Kernel,
): void {
  const registered = tf.getKernel(kernelName, backend)
  if (!registered || replacedKernels.has(registered.kernelFunc)) return
  const kernelFunc = wrap(registered.kernelFunc as unknown as Kernel)
  tf.unregisterKernel(kernelName, backend)
  tf.registerKernel({ ...registered, kernelFunc: kernelFunc as never })
  replacedKernels.add(kernelFunc)
}

const replacedKernels = new WeakSet<object>()
