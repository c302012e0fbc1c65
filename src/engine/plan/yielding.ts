// Yielding of the thread and the device to other work.
import { activeBackend } from '../base/backend.ts'

/**
 * Maximum number of iterations in the device's queue: large enough that it is never idle, small
 * enough that a stop takes effect soon.
 */
const MAX_PENDING = 3

/** Backlog of a GPU; other backends have none. */
export class DeviceBacklog {
  private readonly pending: Promise<unknown>[] = []

  /**
   * Submits the recorded commands of one iteration, and waits until the backlog is small enough.
   */
  async submit(): Promise<void> {
    const { queue } = activeBackend()
    if (!queue) return
    queue.flush()
    this.pending.push(queue.done())
    if (this.pending.length > MAX_PENDING) await this.pending.shift()
  }
}

/** Resolves in a new task. Uses a message, because browsers clamp timers to 4 ms. */
export const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
