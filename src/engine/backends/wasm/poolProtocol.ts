// What the pool of workers and its threads agree on.

/**
 * Words of shared memory: runs so far, jobs not taken, jobs completed, the address of their table,
 * and whether a job failed.
 */
export const poolWords = { generation: 0, remaining: 1, done: 2, table: 3, failed: 4 } as const

/** The message that starts a thread. It answers 'ready' once it can run jobs. */
export interface PoolStart {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** The words. */
  shared: SharedArrayBuffer
  /** Their indices. */
  at: typeof poolWords
}
