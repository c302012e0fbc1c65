// Precision and recall of samples: fidelity and diversity, which a single distance mixes.
import { squaredDistance } from '../base/squaredDistance.ts'

export interface ManifoldScores {
  /** Share of samples inside the manifold of real items. */
  precision: number
  /** Share of real items inside the manifold of samples. */
  recall: number
  /** Number of real balls that contain a sample, relative to its expectation; may exceed 1. */
  density: number
  /** Share of real items with a sample in their ball. */
  coverage: number
}

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019, eq. 1 and 2), density and coverage
 * (Naeem et al. 2020, eq. 3 and 4) of features `[count, dim]`. The manifold of a set is the union
 * of balls around its items, each with the k-th nearest neighbour on its surface. The time is
 * proportional to the product of the counts. NaN if a set has at most k items.
 */
export function manifoldScores(
  samples: ArrayLike<number>,
  real: ArrayLike<number>,
  { dim, k }: { dim: number; k: number },
): ManifoldScores {
  const [made, given] = [samples.length / dim, real.length / dim]
  if (Math.min(made, given) <= k)
    return { precision: NaN, recall: NaN, density: NaN, coverage: NaN }
  const [reachOfReal, reachOfSamples] = [squaredReach(real, dim, k), squaredReach(samples, dim, k)]
  /**
   * Counts: real balls around each sample; sample balls around, and samples in the ball of, each
   * real item.
   */
  const [around, reached, visited] = [
    new Int32Array(made),
    new Uint8Array(given),
    new Uint8Array(given),
  ]
  for (let j = 0; j < made; j++) {
    for (let i = 0; i < given; i++) {
      const distance = squaredDistance(samples, j, real, i, dim)
      if (distance <= reachOfSamples[j]) reached[i] = 1
      if (distance > reachOfReal[i]) continue
      around[j]++
      visited[i] = 1
    }
  }
  return {
    precision: trueShare(around, (balls) => balls > 0),
    recall: trueShare(reached, (yes) => yes > 0),
    density: around.reduce((sum, balls) => sum + balls, 0) / (k * made),
    coverage: trueShare(visited, (yes) => yes > 0),
  }
}

/** Squared distance from each item to its k-th nearest neighbour. */
function squaredReach(items: ArrayLike<number>, dim: number, k: number): Float64Array {
  const count = items.length / dim
  const nearest = new Float64Array(count * k).fill(Infinity)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(items, i, items, j, dim)
      insertSorted(nearest, i * k, k, distance)
      insertSorted(nearest, j * k, k, distance)
    }
  }
  return Float64Array.from({ length: count }, (_, i) => nearest[i * k + k - 1])
}

/** Inserts into the sorted list of the k smallest values at `start`. */
function insertSorted(sorted: Float64Array, start: number, k: number, value: number) {
  let at = start + k - 1
  if (value >= sorted[at]) return
  while (at > start && sorted[at - 1] > value) {
    sorted[at] = sorted[at - 1]
    at--
  }
  sorted[at] = value
}

const trueShare = (values: Int32Array | Uint8Array, is: (value: number) => boolean) => {
  let count = 0
  for (const value of values) if (is(value)) count++
  return count / values.length
}
