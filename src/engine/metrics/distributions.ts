// Distances between two sets of samples.
import { createRandom } from '../base/random.ts'

/**
 * Sliced Wasserstein-1 distance between two sets of points `[n, 2]` and `[m, 2]`: the mean distance
 * of projections (Bonneel et al. 2015). Directions are stratified, one per sector, to reduce
 * variance; equal seeds give equal directions.
 */
export function slicedWasserstein(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  directions = 64,
  seed = 0,
): number {
  const turns = createRandom(seed).uniform(directions)
  const along = (angle: number) => wasserstein(projectPoints(a, angle), projectPoints(b, angle))
  return turns.reduce((sum, u, i) => sum + along((Math.PI * (i + u)) / directions), 0) / directions
}

const projectPoints = (points: ArrayLike<number>, angle: number): Float64Array => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return Float64Array.from(
    { length: points.length / 2 },
    (_, i) => points[2 * i] * cos + points[2 * i + 1] * sin,
  )
}

/**
 * Wasserstein-1 distance on the line: the area between the two quantile functions. NaN if a set is
 * empty.
 */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return NaN
  const [x, y] = [a.toSorted(), b.toSorted()]
  let distance = 0
  let [i, j, reached] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const [endX, endY] = [(i + 1) / x.length, (j + 1) / y.length]
    const next = Math.min(endX, endY)
    distance += (next - reached) * Math.abs(x[i] - y[j])
    reached = next
    if (endX <= next) i++
    if (endY <= next) j++
  }
  return distance
}

/**
 * Kolmogorov-Smirnov distance: the largest gap between the two distribution functions. NaN if a set
 * is empty.
 */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0) return NaN
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let largest = 0
  let [i, j] = [0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i], y[j])
    while (x[i] <= value) i++
    while (y[j] <= value) j++
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length))
  }
  return largest
}

/** Returns one column of a row-major table. */
export const column = (data: Float32Array, width: number, index: number): Float32Array =>
  Float32Array.from({ length: data.length / width }, (_, i) => data[i * width + index])
