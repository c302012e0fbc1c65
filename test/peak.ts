// Peak tensor memory of a computation.
import { tf } from '../src/engine/base/tf.ts'

/**
 * Returns the peak of additional tensor bytes during `work`; shared data count for every tensor.
 */
export function measurePeak(work: () => void): number {
  const { state } = tf.engine()
  const before = state.numBytes
  let [bytes, peak] = [before, before]
  Object.defineProperty(state, 'numBytes', {
    configurable: true,
    get: () => bytes,
    set: (value: number) => {
      bytes = value
      peak = Math.max(peak, value)
    },
  })
  try {
    work()
  } finally {
    Object.defineProperty(state, 'numBytes', { value: bytes, writable: true, configurable: true })
  }
  return peak - before
}
