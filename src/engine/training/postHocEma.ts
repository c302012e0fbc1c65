// Post-hoc EMA: an average of weights with a width chosen after the training, as a linear
// combination of snapshots of averages. Karras et al. 2024 (EDM2), section 3.2 and algorithm 3.
import type { Average } from './averages.ts'
import { getGamma } from './ema.ts'
import { multiplyMatrices, symmetricEigen, transposeMatrix } from '../base/linearAlgebra.ts'
import { runTidied } from '../base/memory.ts'
import type { Tensor1D } from '../base/tf.ts'

/** A power-function average at step `t`: the contribution of step τ is proportional to τ^γ. */
export interface Profile {
  t: number
  sigma_rel: number
}

export interface PostHoc {
  /** One per profile. Their sum is 1, so that constant weights are preserved. */
  coefficients: Float64Array
  /** Relative error of the combination: 0 if exact, 1 if orthogonal to the requested profile. */
  error: number
}

/** Eigenvalues below this fraction of their sum are ignored: they contain only rounding errors. */
const SMALLEST = 1e-13

/**
 * The coefficients of the linear combination of profiles that is closest to the requested one, by
 * least squares over the steps. Algorithm 3 with a pseudo-inverse, since many snapshots are almost
 * equal.
 */
export function postHocCoefficients(profiles: readonly Profile[], wanted: Profile): PostHoc {
  const n = profiles.length
  const sizes = profiles.map((profile) => Math.sqrt(profileProduct(profile, profile)))
  const among = Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return profileProduct(profiles[i], profiles[j]) / (sizes[i] * sizes[j])
  })
  const towards = Float64Array.from(
    profiles,
    (profile, i) =>
      profileProduct(profile, wanted) / (sizes[i] * Math.sqrt(profileProduct(wanted, wanted))),
  )
  const { values, vectors } = symmetricEigen(among, n)
  const along = multiplyMatrices(vectors, towards, n)
  const scaled = along.map((value, i) => (values[i] > SMALLEST * n ? value / values[i] : 0))
  const solved = multiplyMatrices(transposeMatrix(vectors, n), scaled, n)
  const reached = solved.reduce((sum, value, i) => sum + value * towards[i], 0)
  const shares = solved.map((value, i) => value / sizes[i])
  const whole = shares.reduce((sum, share) => sum + share, 0)
  return {
    coefficients: shares.map((share) => share / whole),
    error: Math.sqrt(Math.max(0, 1 - reached)),
  }
}

/**
 * The integral of the product of two profiles (γ + 1) τ^γ / t^(γ + 1) over their common steps.
 * Karras et al. 2024, appendix C.
 */
function profileProduct(a: Profile, b: Profile): number {
  const [early, late] = a.t < b.t ? [a, b] : [b, a]
  const [gamma, gammaLate] = [getGamma(early.sigma_rel), getGamma(late.sigma_rel)]
  return (
    ((gamma + 1) * (gammaLate + 1) * (early.t / late.t) ** gammaLate) /
    ((gamma + gammaLate + 1) * late.t)
  )
}

/**
 * The average with the requested profile, from the snapshots of a training with `updates` updates
 * and its current averages. Undefined if none of them is a power function. The caller owns the
 * weights.
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
  const weights = runTidied(() =>
    kept.map((one, i) => one.weights.mul(coefficients[i])).reduce((sum, part) => sum.add(part)),
  ) as Tensor1D
  return { weights, error }
}
