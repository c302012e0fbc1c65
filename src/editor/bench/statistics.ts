// Statistics of measured times.

/** Median and quartiles of the durations of steps, in seconds. */
export interface Timing {
  median: number
  low: number
  high: number
  steps: number
}

/** The value below which a share of the sorted values lies, interpolated between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at - Math.floor(at))
}

/** Undefined without steps. */
export function summarise(seconds: readonly number[]): Timing | undefined {
  if (!seconds.length) return undefined
  const sorted = seconds.toSorted((a, b) => a - b)
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share)) as [
    number,
    number,
    number,
  ]
  return { median, low, high, steps: sorted.length }
}

/**
 * Largest difference of two results, relative to the largest value of the second one; infinite if
 * their lengths differ or a number is not finite.
 */
export function relativeGap(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length || a.length === 0) return Infinity
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const gap = a.reduce((most, value, i) => {
    const distance = Math.abs(value - b[i])
    return Number.isFinite(distance) ? Math.max(most, distance) : Infinity
  }, 0)
  return gap === 0 ? 0 : gap / size
}
