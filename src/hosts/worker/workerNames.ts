// Names of workers, by which they decide what to do before the first request.

/** A worker of this name stores nothing in the browser. */
export const MEMORY_WORKER = 'litegraph-diffusion in memory'
