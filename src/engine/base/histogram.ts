// Histograms as densities over a fixed range.

/**
 * Share of the numbers in each of `bins` equal intervals from `min` to `max`, divided by the width
 * of an interval: the density of all numbers, so that those outside lower it. Numbers that are not
 * finite do not count. The last interval includes `max`.
 */
export function computeDensity(
  values: ArrayLike<number>,
  { bins, min, max }: { bins: number; min: number; max: number },
): Float64Array {
  const density = new Float64Array(bins)
  const width = (max - min) / bins
  let count = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (!Number.isFinite(value)) continue
    count++
    if (value < min || value > max) continue
    density[Math.min(bins - 1, Math.floor((value - min) / width))]++
  }
  return density.map((each) => (count ? each / (count * width) : 0))
}

/** A density as the outline of its bars, from 0 to 0. */
export function barOutline(
  density: Float64Array,
  min: number,
  max: number,
): { x: Float64Array; y: Float64Array } {
  const x = new Float64Array(2 * density.length + 2)
  const y = new Float64Array(2 * density.length + 2)
  const width = (max - min) / density.length
  density.forEach((value, i) => {
    x[2 * i + 1] = min + i * width
    x[2 * i + 2] = min + (i + 1) * width
    y[2 * i + 1] = y[2 * i + 2] = value
  })
  x[0] = min
  x[x.length - 1] = max
  return { x, y }
}

/** The ends of the finite numbers, and an interval of width 1 around a single value or none. */
export function findRange(sets: readonly ArrayLike<number>[]): [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity]
  for (const values of sets)
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue
      min = Math.min(min, values[i])
      max = Math.max(max, values[i])
    }
  if (min === Infinity) return [-0.5, 0.5]
  return min === max ? [min - 0.5, max + 0.5] : [min, max]
}
