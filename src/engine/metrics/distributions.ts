// How far apart two sets of samples are.
import { randomOf } from '../random.ts'

/**
 * Sliced Wasserstein-1 distance between two sets of points `[n, 2]` and `[m, 2]`: the mean over directions of the distance
 * of the projections. Bonneel et al. 2015. One direction at random in each of as many equal sectors, so that few will do;
 * equal seeds take equal directions.
 */
export function slicedWasserstein(a: ArrayLike<number>, b: ArrayLike<number>, directions = 64, seed = 0): number {
  const turns = randomOf(seed).uniform(directions)
  const along = (angle: number) => wasserstein(projected(a, angle), projected(b, angle))
  return turns.reduce((sum, u, i) => sum + along((Math.PI * (i + u)) / directions), 0) / directions
}

const projected = (points: ArrayLike<number>, angle: number): Float64Array => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return Float64Array.from({ length: points.length / 2 }, (_, i) => points[2 * i]! * cos + points[2 * i + 1]! * sin)
}

/** Wasserstein-1 distance on the line: the area between the two quantile functions. NaN if a set is empty. */
export function wasserstein(a: Float64Array, b: Float64Array): number {
  if (a.length === 0 || b.length === 0) return NaN
  const [x, y] = [a.toSorted(), b.toSorted()]
  let distance = 0
  let [i, j, reached] = [0, 0, 0]
  while (i < x.length && j < y.length) {
    const [endX, endY] = [(i + 1) / x.length, (j + 1) / y.length]
    const next = Math.min(endX, endY)
    distance += (next - reached) * Math.abs(x[i]! - y[j]!)
    reached = next
    if (endX <= next) i++
    if (endY <= next) j++
  }
  return distance
}

/** Kolmogorov-Smirnov distance: the largest gap between the two distribution functions. NaN if a set is empty. */
export function ksDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || b.length === 0) return NaN
  const [x, y] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()]
  let largest = 0
  let [i, j] = [0, 0]
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!)
    while (x[i]! <= value) i++
    while (y[j]! <= value) j++
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length))
  }
  return largest
}

/** The numbers of one column of a table stored row by row. */
export const column = (data: Float32Array, width: number, index: number): Float32Array =>
  Float32Array.from({ length: data.length / width }, (_, i) => data[i * width + index]!)
