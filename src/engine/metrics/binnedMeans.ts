/** Means of x and y over bins with equal counts, in the order of x. */
export function binnedMeans(
  x: Float64Array,
  y: Float64Array,
  bins: number,
): { x: Float64Array; y: Float64Array } {
  const order = Uint32Array.from(x.keys()).sort((i, j) => x[i] - x[j])
  const count = Math.min(bins, order.length)
  const mean = (values: Float64Array) =>
    Float64Array.from({ length: count }, (_, bin) => {
      const own = order.subarray(
        Math.floor((bin * order.length) / count),
        Math.floor(((bin + 1) * order.length) / count),
      )
      return own.reduce((sum, i) => sum + values[i], 0) / own.length
    })
  return { x: mean(x), y: mean(y) }
}
