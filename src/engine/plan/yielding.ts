// Yielding of the thread and the device to other work.
import type { DeviceQueue } from '../base/backend.ts'
import { activeBackend } from '../base/backend.ts'

/** Maximum number of iterations in the device's queue, with which it is never idle. */
const MAX_PENDING = 3
/**
 * Maximum time of the iterations in the queue besides the last one, in milliseconds: what was
 * submitted cannot be stopped.
 */
const MAX_PENDING_MS = 300

/** Backlog of a GPU. Backends without a queue have none. */
export class DeviceBacklog {
  private readonly pending: Promise<void>[] = []
  /** Time that the device took for the last completed iteration. The first one is awaited. */
  private iterationMs = Infinity
  private completedAt = -Infinity

  constructor(
    private readonly queue: DeviceQueue | undefined = activeBackend().queue,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Submits the recorded commands of one iteration, and waits until the backlog is small enough.
   */
  async submit(): Promise<void> {
    if (!this.queue) return
    this.queue.flush()
    const submittedAt = this.now()
    this.pending.push(this.queue.done().then(() => this.complete(submittedAt)))
    while (this.pending.length > this.limit()) await this.pending.shift()
  }

  private complete(submittedAt: number) {
    const now = this.now()
    this.iterationMs = now - Math.max(submittedAt, this.completedAt)
    this.completedAt = now
  }

  /** Long iterations are awaited before the next one is recorded, which takes much less time. */
  private limit(): number {
    return Math.min(MAX_PENDING, Math.floor(MAX_PENDING_MS / this.iterationMs))
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
