// The order of the derivatives that operations are recorded for. An operation inside two nested
// differentiations is differentiated twice, so its gradient has to be differentiable itself.

interface Recording {
  /** Number of differentiations whose functions are running. */
  order: number
  composed: boolean
}

let current: Recording = { order: 0, composed: false }

/** Number of differentiations whose functions are running. */
export const getOrder = (): number => current.order

/**
 * True if operations have to be compositions of tfjs operations, because their gradients are
 * differentiated again, or are being computed for that. Kernels with their own gradients are then
 * replaced.
 */
export const isComposed = (): boolean => current.composed

/** Runs `work` at this order of derivatives. */
export function runAtOrder<T>(recording: Recording, work: () => T): T {
  const before = current
  current = recording
  try {
    return work()
  } finally {
    current = before
  }
}
