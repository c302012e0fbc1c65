// An average of the weights chosen after the training: a sum of averages that were kept on the way. Karras et al. 2024 (EDM2),
// section 3.2 and algorithm 3.
import type { Average } from './averages.ts'
import { gammaOf } from './ema.ts'
import { multiply, symmetricEigen, transposed } from './linearAlgebra.ts'
import { tidied } from './plan/memory.ts'
import type { Tensor1D } from './tf.ts'

/** A power-function average at step `t`: step τ has in it a share in proportion to τ^γ. */
export interface Profile {
  t: number
  sigma_rel: number
}

export interface PostHoc {
  /** One for each profile that there is; together 1, so that weights that stood still come out as they are. */
  coefficients: Float64Array
  /** How far their sum is from what is wanted: 0 for the same, 1 for nothing of it. */
  error: number
}

/** Directions in which the profiles differ by less than this share of all are left alone: there is only rounding in them. */
const SMALLEST = 1e-13

/**
 * The coefficients with which the profiles there are come closest to the one that is wanted, by least squares over the steps.
 * Algorithm 3, with a pseudo-inverse, as many snapshots are almost alike.
 */
export function postHocCoefficients(profiles: readonly Profile[], wanted: Profile): PostHoc {
  const n = profiles.length
  const sizes = profiles.map((profile) => Math.sqrt(overlap(profile, profile)))
  const among = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return overlap(profiles[i]!, profiles[j]!) / (sizes[i]! * sizes[j]!)
  })
  const towards = Float64Array.from(
    profiles,
    (profile, i) => overlap(profile, wanted) / (sizes[i]! * Math.sqrt(overlap(wanted, wanted))),
  )
  const { values, vectors } = symmetricEigen(among, n)
  const along = multiply(vectors, towards, n)
  const scaled = along.map((value, i) => (values[i]! > SMALLEST * n ? value / values[i]! : 0))
  const solved = multiply(transposed(vectors, n), scaled, n)
  const reached = solved.reduce((sum, value, i) => sum + value * towards[i]!, 0)
  const shares = solved.map((value, i) => value / sizes[i]!)
  const whole = shares.reduce((sum, share) => sum + share, 0)
  return {
    coefficients: shares.map((share) => share / whole),
    error: Math.sqrt(Math.max(0, 1 - reached)),
  }
}

/** The integral of two profiles (γ + 1) τ^γ / t^(γ + 1) over the steps that both have. Karras et al. 2024, appendix C. */
function overlap(a: Profile, b: Profile): number {
  const [early, late] = a.t < b.t ? [a, b] : [b, a]
  const [gamma, gammaLate] = [gammaOf(early.sigma_rel), gammaOf(late.sigma_rel)]
  return ((gamma + 1) * (gammaLate + 1) * (early.t / late.t) ** gammaLate) / ((gamma + gammaLate + 1) * late.t)
}

/**
 * The average of the wished profile from those that a training kept until `updates`: their snapshots, and what they are now.
 * Undefined if none of them is a power function. The weights are the caller's.
 */
export function postHocAverage(
  averages: readonly Average[],
  updates: number,
  wanted: Profile,
): { weights: Tensor1D; error: number } | undefined {
  const kept = averages.flatMap(({ sigma_rel, weights, snapshots }) => {
    if (sigma_rel === undefined) return []
    const earlier = snapshots.filter(({ t }) => t < updates)
    return [...earlier, { t: updates, weights }].map((one) => ({ ...one, sigma_rel }))
  })
  if (kept.length === 0) return undefined
  const { coefficients, error } = postHocCoefficients(kept, wanted)
  const weights = tidied(() =>
    kept.map((one, i) => one.weights.mul(coefficients[i]!)).reduce((sum, part) => sum.add(part)),
  ) as Tensor1D
  return { weights, error }
}
