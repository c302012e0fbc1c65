// Counts what is allocated, where a test must not depend on the time that it takes.
import { vi } from 'vitest'

/**
 * Counts the bytes of typed arrays that are allocated from now on by size, until the globals are
 * restored: at the end of the suite, or by `vi.unstubAllGlobals()`.
 */
export function countAllocations(): () => number {
  let total = 0
  for (const name of ['Uint8Array', 'Float32Array', 'Int32Array'] as const) {
    const Original = globalThis[name]
    const counting = new Proxy(Original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === 'number') total += args[0] * target.BYTES_PER_ELEMENT
        return Reflect.construct(target, args, newTarget)
      },
    })
    vi.stubGlobal(name, counting)
  }
  return () => total
}
