// Listeners of a port that do not miss its first events.
import type { Event } from '../../engine/protocol.ts'

/** Passes events to listeners. Queues events until the first listener is added. */
export class EventListeners {
  private readonly listeners = new Set<(event: Event) => void>()
  private waiting: Event[] | undefined = []

  add(listener: (event: Event) => void): () => void {
    this.listeners.add(listener)
    // Listeners added in the same task as the first also receive the queued events.
    queueMicrotask(() => this.flush())
    return () => void this.listeners.delete(listener)
  }

  private flush() {
    const waiting = this.waiting ?? []
    this.waiting = undefined
    for (const event of waiting) this.emit(event)
  }

  emit(event: Event) {
    if (this.waiting) this.waiting.push(event)
    else for (const listener of this.listeners) listener(event)
  }
}
