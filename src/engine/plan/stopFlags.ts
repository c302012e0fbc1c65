// Stops that reach the engine's thread while it is busy: numbers of runs in shared memory, which the
// page writes and the engine reads between kernels. Only isolated pages have shared memory; without
// it, a stop waits for the end of the iteration, or the engine is replaced (host/supervisor.ts).

/** Number of stops that are remembered, more than are posted during one kernel. */
const SLOTS = 16

export class StopFlags {
  /** The number of stops so far, and the runs of the last ones. */
  private readonly words: Int32Array

  constructor(readonly memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory)
  }

  /** Returns undefined where memory cannot be shared. */
  static create(): StopFlags | undefined {
    return globalThis.crossOriginIsolated
      ? new StopFlags(new SharedArrayBuffer(4 * (1 + SLOTS)))
      : undefined
  }

  /** Requests the stop of a run. Called by one thread only. */
  add(run: number) {
    const { words } = this
    const count = Atomics.load(words, 0)
    Atomics.store(words, 1 + (count % SLOTS), run)
    Atomics.store(words, 0, count + 1)
  }

  /** Returns whether the stop of a run, which is not 0, was requested. */
  has(run: number): boolean {
    const { words } = this
    if (Atomics.load(words, 0) === 0) return false
    for (let slot = 1; slot <= SLOTS; slot++) if (Atomics.load(words, slot) === run) return true
    return false
  }
}
