// Taking turns with whatever else the thread and the device have to do.
import type { Networks } from '../protocol.ts'
import { tf } from '../tf.ts'

/** Iterations that a GPU may have before it: it is never idle while the next one is being said, and a stop is soon answered. */
const MOST_AHEAD = 3

/** How far a GPU is behind what it was told; elsewhere nothing is ever behind. */
export class Ahead {
  private readonly given: Promise<unknown>[] = []

  /** Gives it what was recorded, an iteration in one submit, and waits until it has come near enough. */
  async handOver(): Promise<void> {
    const backend = tf.backend() as { flush?: () => void; queue?: { onSubmittedWorkDone?: () => Promise<unknown> } }
    backend.flush?.()
    const done = backend.queue?.onSubmittedWorkDone?.()
    if (!done) return
    this.given.push(done.catch(() => {})) // a device that is lost is said elsewhere
    if (this.given.length > MOST_AHEAD) await this.given.shift()
  }
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

/** What has become of networks since this was last asked, on a GPU; see `Tally` in webgpu/replay.ts. */
export function takeTally(): Networks | undefined {
  const backend = tf.backend() as { tally?: { again: number; anew: number; why: Set<string> } }
  if (!backend.tally) return undefined
  const { again, anew, why } = backend.tally
  backend.tally = { again: 0, anew: 0, why: new Set() }
  return again + anew > 0 ? { again, anew, why: [...why] } : undefined
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
