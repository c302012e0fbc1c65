// What the threads of the worker pool do. In Node, a thread is started from the source text of
// these functions, so they must not refer to anything outside of themselves.
import type { PoolStart, poolWords } from './poolProtocol.ts'

/**
 * Runs jobs of a run, phase by phase, until all phases are completed. Returns earlier if the run is
 * over, or if `giveUp` returns true while other threads have not completed a phase.
 *
 * A thread can be delayed anywhere for as long as it takes to finish this run and start others. It
 * then finds words of another run, but takes no job: a job is taken by exchanging a word that
 * contains the number of the run.
 */
export function takeJobs(
  words: Int32Array,
  at: typeof poolWords,
  run: number,
  runJob: (address: number) => void,
  giveUp: () => boolean,
): void {
  const mask = (1 << at.countBits) - 1
  for (let phase = 0; phase < words[at.phases]; phase++) {
    const first = at.first + phase * at.perPhase
    const state = first + at.state
    for (;;) {
      const seen = Atomics.load(words, state)
      // Compares the bits that the word has.
      if ((seen ^ (run << at.countBits)) >>> at.countBits !== 0) return
      const remaining = seen & mask
      if (remaining === 0) break
      if (Atomics.compareExchange(words, state, seen, seen - 1) !== seen) continue
      runJob(words[first + at.table] + 4 * (remaining - 1))
      Atomics.add(words, first + at.done, 1)
    }
    while (Atomics.load(words, first + at.done) < words[first + at.count]) if (giveUp()) return
  }
}

/** Takes jobs of all runs, for ever. Calls `onReady` before the first one. */
export function runPoolJobs(
  { module, memory, shared, at, thread }: PoolStart,
  take: typeof takeJobs,
  onReady: () => void,
): never {
  // Milliseconds that a thread polls for new work before it sleeps. Waking it takes longer than the
  // pause between two layers.
  const spinMs = 1
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    runJob: (address: number) => void
    threadMemory: WebAssembly.Global
  }
  const words = new Int32Array(shared)
  const runJob = (address: number) => {
    try {
      functions.runJob(address)
    } catch {
      Atomics.store(words, at.failed, 1)
    }
  }
  onReady()
  for (;;) {
    const run = Atomics.load(words, at.run)
    const bytes = Atomics.load(words, at.memoryBytes)
    functions.threadMemory.value = Atomics.load(words, at.memory) + thread * bytes
    take(words, at, run, runJob, () => Atomics.load(words, at.run) !== run)
    const until = performance.now() + spinMs
    while (Atomics.load(words, at.run) === run && performance.now() < until);
    Atomics.wait(words, at.run, run)
  }
}
