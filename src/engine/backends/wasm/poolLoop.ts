// The loop of a thread of the worker pool. It takes a job by decrementing the number that remain; a
// result of zero or less means that no job remains.
import type { PoolStart } from './poolProtocol.ts'

/**
 * Runs jobs for ever. Calls `onReady` before the first one. In Node, a thread is started from the
 * source text of this function, so it must not refer to anything outside of it.
 */
export function runPoolJobs(
  { module, memory, shared, at }: PoolStart,
  onReady: () => void,
): never {
  // Milliseconds that a thread polls for new work before it sleeps. Waking it takes longer than the
  // pause between two layers.
  const spinMs = 1
  const { runJob } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    runJob: (address: number) => void
  }
  const words = new Int32Array(shared)
  onReady()
  for (;;) {
    const seen = Atomics.load(words, at.generation)
    for (;;) {
      const remaining = Atomics.sub(words, at.remaining, 1)
      if (remaining <= 0) break
      try {
        runJob(words[at.table] + 4 * (remaining - 1))
      } catch {
        Atomics.store(words, at.failed, 1)
      }
      Atomics.add(words, at.done, 1)
    }
    const until = performance.now() + spinMs
    while (Atomics.load(words, at.generation) === seen && performance.now() < until);
    Atomics.wait(words, at.generation, seen)
  }
}
