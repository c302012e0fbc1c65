// What the pool of workers and its threads agree on.

/**
 * Layout of the shared memory in words. A run has phases, each with jobs that are independent; a
 * phase needs the results of the one before.
 */
export const poolWords = {
  /** The number of runs so far. */
  run: 0,
  /** Not 0 if a job of the run failed. */
  failed: 1,
  /** The number of phases. */
  phases: 2,
  /** The address of the threads' own memory, and the bytes of each thread. */
  memory: 3,
  memoryBytes: 4,
  /** The first word of the first phase, and the number of words of each. */
  first: 5,
  perPhase: 4,
  /** In a phase: jobs not taken, tagged with the run; completed jobs; all jobs; their table. */
  state: 0,
  done: 1,
  count: 2,
  table: 3,
  /** Bits of the number of jobs not taken. Above it are the lowest bits of the number of runs. */
  countBits: 12,
} as const

/** The most phases of a run, and jobs of a phase. */
export const MAX_PHASES = 4096
export const MAX_JOBS = 2 ** poolWords.countBits - 1

/** The message that starts a thread. It answers 'ready' once it can run jobs. */
export interface PoolStart {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The words. */
  shared: SharedArrayBuffer
  at: typeof poolWords
  /** From 1; the thread that starts the runs is 0. */
  thread: number
}
