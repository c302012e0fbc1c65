// Distances between two sets of samples.
import { createRandom } from '../base/random.ts'

/**
 * Sliced Wasserstein-1 distance between two sets of points `[n, dim]` and `[m, dim]`: the mean
 * distance of projections (Bonneel et al. 2015). In the plane, directions are stratified, one per
 * sector, to reduce variance; in more dimensions they are uniform on the sphere; on the line there
 * is one. Equal seeds give equal directions.
 */
export function slicedWasserstein(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  directions = 64,
  seed = 0,
  dim = 2,
): number {
  const along = (direction: readonly number[]) =>
    wasserstein(projectOnDirections(a, direction), projectOnDirections(b, direction))
  const chosen = chooseDirections(dim, directions, seed)
  return chosen.reduce((sum, direction) => sum + along(direction), 0) / chosen.length
}

function chooseDirections(dim: number, count: number, seed: number): number[][] {
  if (dim === 1) return [[1]]
  const random = createRandom(seed)
  if (dim === 2) {
    return Array.from(random.uniform(count), (u, i) => {
      const angle = (Math.PI * (i + u)) / count
      return [Math.cos(angle), Math.sin(angle)]
    })
  }
  const normal = random.normal(dim * count)
  return Array.from({ length: count }, (_, i) => {
    const direction = [...normal.subarray(dim * i, dim * (i + 1))]
    const length = Math.hypot(...direction)
    return direction.map((value) => value / length)
  })
}

function projectOnDirections(
  points: ArrayLike<number>,
  direction: readonly number[],
): Float64Array {
  const dim = direction.length
  return Float64Array.from({ length: points.length / dim }, (_, i) =>
    direction.reduce((sum, share, axis) => sum + points[dim * i + axis] * share, 0),
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
