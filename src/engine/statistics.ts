// What a tensor's numbers are like, counted on the CPU: a device may compute as if there were no NaN.

export interface Statistics {
  mean: number
  std: number
  min: number
  max: number
  /** How many are NaN; all else is about the finite ones. */
  nan: number
  /** How many are infinite. */
  infinite: number
}

/** Of an empty set, or one with no finite number, all but the counts are NaN. */
export function statistics(values: ArrayLike<number>): Statistics {
  let [sum, count, nan, infinite, min, max] = [0, 0, 0, 0, Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) nan++
    else if (!Number.isFinite(value)) infinite++
    else {
      sum += value
      count++
      min = Math.min(min, value)
      max = Math.max(max, value)
    }
  }
  if (count === 0) return { mean: NaN, std: NaN, min: NaN, max: NaN, nan, infinite }
  const mean = sum / count
  let squares = 0
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]!)) squares += (values[i]! - mean) ** 2
  return { mean, std: Math.sqrt(squares / count), min, max, nan, infinite }
}

/** Counts in equal bins from `min` to `max`; what lies outside or is no number is not counted. */
export function histogramOf(values: ArrayLike<number>, min: number, max: number, bins = 40): Float64Array {
  const counts = new Float64Array(bins)
  const width = (max - min) / bins
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= min && value <= max)) continue
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : 0
    counts[bin]!++
  }
  return counts
}
