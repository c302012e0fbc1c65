// How much memory tensors take while something runs.
import { tf } from '../src/engine/tf.ts'

/** The most bytes of tensors that `work` had at one time, beside those that were there; a tensor that shares its numbers counts. */
export function peakOf(work: () => void): number {
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
