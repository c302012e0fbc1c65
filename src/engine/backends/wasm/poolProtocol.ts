// What the pool of workers and its threads agree on.

/**
 * Words of shared memory: runs so far, jobs not taken, jobs completed, and the address of their
 * table.
 */
export const [GENERATION, REMAINING, DONE, TABLE] = [0, 1, 2, 3]

/** The message that starts a thread. It answers 'ready' once it can run jobs. */
export interface PoolStart {
  module: WebAssembly.Module
  memory: WebAssembly.Memory
  /** {@link GENERATION} and the other words. */
  shared: SharedArrayBuffer
}
