// The ancestral sampler of DDPM: draws from q(x_s | x_t, x_0) with the model's x_0 in the place of the true one.
import { checkShape, perItem } from '../coefficients.ts'
import { posterior, posteriorCoefficients } from '../posterior.ts'
import { convertPrediction } from '../prediction.ts'
import type { Schedule } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { clipped } from './clip.ts'

export const variances = ['fixed_small', 'fixed_large'] as const

/** Of the reverse step: that of the posterior, or β (1 - ᾱ_t / ᾱ_s where steps are left out). Ho et al. 2020, section 3.2. */
export type Variance = (typeof variances)[number]

export interface DDPMOptions {
  variance: Variance
  /** x_0 is held in [-clip, clip]; undefined: it is left as it is. */
  clip: number | undefined
}

/**
 * One step x_t -> x_s of Ho et al. 2020, algorithm 2, for any s = `tPrev` before `t` (both one per item or one for all).
 * `xt` and `noise` `[b, ...]`. A step to clean data, s = -1, adds no noise. Throws NodeError, by slot, if shapes differ or
 * s is not before t.
 */
export function ddpmStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts'>,
  t: Float64Array,
  tPrev: Float64Array,
  schedule: Schedule,
  noise: Tensor,
  { variance, clip }: DDPMOptions,
): Tensor {
  checkShape(noise, xt, 'noise', 'x_t')
  const predicted = convertPrediction(prediction.tensor, xt, t, schedule, prediction.predicts, 'sample')
  const x0 = clip === undefined ? predicted : clipped(predicted, clip)
  const { mean } = posterior(x0, xt, t, tPrev, schedule)
  return mean.add(noise.mul(perItem(deviations(t, tPrev, schedule, variance), xt)))
}

function deviations(t: Float64Array, tPrev: Float64Array, schedule: Schedule, variance: Variance): Float64Array {
  const { variance: small, beta } = posteriorCoefficients(t, tPrev, schedule)
  const chosen = { fixed_small: small, fixed_large: beta }[variance]
  return chosen.map((value, i) => (tPrev[tPrev.length === 1 ? 0 : i]! >= 0 ? Math.sqrt(value) : 0))
}
