// Statistics and histograms of numbers, on the CPU: some devices ignore NaN in comparisons.

export interface Statistics {
  mean: number
  std: number
  min: number
  max: number
  /** Number of NaNs. Mean, standard deviation and range are those of the finite numbers. */
  nan: number
  /** Number of infinite values. */
  infinite: number
}

/** Computes statistics. Without any finite number, everything except the counts is NaN. */
export function computeStatistics(values: ArrayLike<number>): Statistics {
  let [sum, count, nan, infinite, min, max] = [0, 0, 0, 0, Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
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
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) squares += (values[i] - mean) ** 2
  return { mean, std: Math.sqrt(squares / count), min, max, nan, infinite }
}

/** Counts in equal bins from `min` to `max`. Values outside the range and NaNs are not counted. */
export function computeHistogram(
  values: ArrayLike<number>,
  min: number,
  max: number,
  bins = 40,
): Float64Array {
  const counts = new Float64Array(bins)
  const width = (max - min) / bins
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!(value >= min && value <= max)) continue
    const bin = width > 0 ? Math.min(bins - 1, Math.floor((value - min) / width)) : 0
    counts[bin]++
  }
  return counts
}
