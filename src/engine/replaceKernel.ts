// Puts another function in the place of a kernel of tfjs, for the whole page.
import { tf } from './tf.ts'

/**
 * Replaces a kernel by what `make` makes of the one that is there. Does nothing where the backend has no such kernel, or where
 * it was replaced before. To be called after the package of the backend was imported.
 */
export function replaceKernel<Kernel extends (call: never) => unknown>(
  kernelName: string,
  backend: string,
  make: (stock: Kernel) => Kernel,
): void {
  const registered = tf.getKernel(kernelName, backend)
  if (!registered || replaced.has(registered.kernelFunc)) return
  const kernelFunc = make(registered.kernelFunc as unknown as Kernel)
  tf.unregisterKernel(kernelName, backend)
  tf.registerKernel({ ...registered, kernelFunc: kernelFunc as never })
  replaced.add(kernelFunc)
}

const replaced = new WeakSet<object>()
