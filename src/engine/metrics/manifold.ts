// Whether samples look real and whether they show all that is real: two questions that a distance answers as one.
import { squaredDistance } from './squaredDistance.ts'

export interface ManifoldScores {
  /** The share of samples that lie where real items do. */
  precision: number
  /** The share of real items that lie where samples do. */
  recall: number
  /** How many real items a sample lies near, over how many it is expected to; may be above 1. */
  density: number
  /** The share of real items with a sample near them. */
  coverage: number
}

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2), density and coverage (Naeem et al. 2020, eq. 3 and 4) of
 * features `[count, dim]`. Where a set lies is the union of balls around its items that reach to the k-th neighbour of each.
 * The time grows with the product of the counts. NaN where a set has not more than k items.
 */
export function manifoldScores(
  samples: ArrayLike<number>,
  real: ArrayLike<number>,
  { dim, k }: { dim: number; k: number },
): ManifoldScores {
  const [made, given] = [samples.length / dim, real.length / dim]
  if (Math.min(made, given) <= k) return { precision: NaN, recall: NaN, density: NaN, coverage: NaN }
  const [reachOfReal, reachOfSamples] = [squaredReach(real, dim, k), squaredReach(samples, dim, k)]
  /** Balls of real items around each sample; balls of samples, and samples in the own ball, for each real item. */
  const [around, reached, visited] = [new Int32Array(made), new Uint8Array(given), new Uint8Array(given)]
  for (let j = 0; j < made; j++) {
    for (let i = 0; i < given; i++) {
      const distance = squaredDistance(samples, j, real, i, dim)
      if (distance <= reachOfSamples[j]!) reached[i] = 1
      if (distance > reachOfReal[i]!) continue
      around[j]!++
      visited[i] = 1
    }
  }
  return {
    precision: share(around, (balls) => balls > 0),
    recall: share(reached, (yes) => yes > 0),
    density: around.reduce((sum, balls) => sum + balls, 0) / (k * made),
    coverage: share(visited, (yes) => yes > 0),
  }
}

/** The squared distance from each item to its k-th nearest other one. */
function squaredReach(items: ArrayLike<number>, dim: number, k: number): Float64Array {
  const count = items.length / dim
  const nearest = new Float64Array(count * k).fill(Infinity)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(items, i, items, j, dim)
      insert(nearest, i * k, k, distance)
      insert(nearest, j * k, k, distance)
    }
  }
  return Float64Array.from({ length: count }, (_, i) => nearest[i * k + k - 1]!)
}

/** Keeps the k smallest, sorted, from place `start`. */
function insert(sorted: Float64Array, start: number, k: number, value: number) {
  let at = start + k - 1
  if (value >= sorted[at]!) return
  while (at > start && sorted[at - 1]! > value) {
    sorted[at] = sorted[at - 1]!
    at--
  }
  sorted[at] = value
}

const share = (values: Int32Array | Uint8Array, is: (value: number) => boolean) => {
  let count = 0
  for (const value of values) if (is(value)) count++
  return count / values.length
}
