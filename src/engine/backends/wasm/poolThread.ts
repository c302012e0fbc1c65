// A thread of the worker pool, part of the script of threads (build/threadScript.ts). It takes a
// job by decrementing the number that remain; a result of zero or less means that no job remains.
import type { PoolStart } from './poolProtocol.ts'
import { DONE, GENERATION, REMAINING, TABLE } from './poolProtocol.ts'

/**
 * Milliseconds that a thread polls for new work before it sleeps. Waking it takes longer than the
 * pause between two layers.
 */
const SPIN_MS = 1

// The threads of tfjs run the same script and have messages of their own.
globalThis.addEventListener('message', ({ data }: MessageEvent<Partial<PoolStart>>) => {
  if (data.shared) runJobs(data as PoolStart)
})

function runJobs({ module, memory, shared }: PoolStart): never {
  const { runJob } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    runJob: (at: number) => void
  }
  const words = new Int32Array(shared)
  globalThis.postMessage('ready')
  for (;;) {
    const seen = Atomics.load(words, GENERATION)
    for (;;) {
      const remaining = Atomics.sub(words, REMAINING, 1)
      if (remaining <= 0) break
      runJob(words[TABLE] + 4 * (remaining - 1))
      Atomics.add(words, DONE, 1)
    }
    const until = performance.now() + SPIN_MS
    while (Atomics.load(words, GENERATION) === seen && performance.now() < until);
    Atomics.wait(words, GENERATION, seen)
  }
}
