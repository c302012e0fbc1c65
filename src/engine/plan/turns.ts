// Taking turns with whatever else the thread and the device have to do.
import { tf } from '../tf.ts'

/** A GPU gets what was recorded for it: an iteration is one submit. */
export function handOver() {
  ;(tf.backend() as { flush?: () => void }).flush?.()
}

/** On a GPU: when it has done what it was given, so that a stop is answered now and not when the queue is empty. */
export async function deviceReady() {
  const { queue } = tf.backend() as { queue?: { onSubmittedWorkDone?: () => Promise<unknown> } }
  handOver()
  await queue?.onSubmittedWorkDone?.()
}

/**
 * On a GPU: compiles what `work` needs, which it does once without the device. Undefined if there is nothing to compile. Whoever
 * goes on before it is done waits for single kernels.
 */
export function compileFor(work: () => void, onCompiled: (done: number, total: number) => void): Promise<void> | undefined {
  const backend = tf.backend() as {
    compileFor?: (work: () => void, onCompiled: (done: number, total: number) => void) => Promise<void> | undefined
  }
  return backend.compileFor?.(work, onCompiled)
}

/** Timers are clamped to 4 ms in browsers; a message is not. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
