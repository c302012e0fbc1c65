// Waiting for what other tasks, threads or processes do.
import { vi } from 'vitest'

/** Repeats a check until it passes. The limit only ends what never does. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 60_000 })
