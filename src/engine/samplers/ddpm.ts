// The ancestral sampler of DDPM: draws from q(x_s | x_t, x_0) with the model's x_0 in the place of the true one.
import { checkShape, perItem } from '../coefficients.ts'
import { posterior, posteriorCoefficients } from '../posterior.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { held } from './hold.ts'
import type { Hold } from './hold.ts'

export const variances = ['fixed_small', 'fixed_large'] as const

/** Of the reverse step: that of the posterior, or β (what the forward process adds, where steps are left out). Ho et al. 2020, section 3.2. */
export type Variance = (typeof variances)[number]

export interface DDPMOptions {
  variance: Variance
  /** How the predicted x_0 is held in the range of the data; undefined: it is left as it is. */
  hold: Hold | undefined
}

/**
 * One step x_t -> x_s of Ho et al. 2020, algorithm 2, for any s before t, between two levels (both one per item or one for
 * all). `xt` and `noise` `[b, ...]`. A step to clean data adds no noise. Throws NodeError, by slot, if shapes differ or
 * s is not before t.
 */
export function ddpmStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts'>,
  from: Levels,
  to: Levels,
  noise: Tensor,
  { variance, hold }: DDPMOptions,
): Tensor {
  checkShape(noise, xt, 'noise', 'x_t')
  const predicted = convertPrediction(prediction.tensor, xt, from, prediction.predicts, 'sample')
  const x0 = held(predicted, hold)
  const { mean } = posterior(x0, xt, from, to)
  return mean.add(noise.mul(perItem(deviations(from, to, variance), xt)))
}

function deviations(from: Levels, to: Levels, variance: Variance): Float64Array {
  const { variance: small, added } = posteriorCoefficients(from, to)
  const chosen = { fixed_small: small, fixed_large: added }[variance]
  return chosen.map((value, i) => (to.sigma[to.sigma.length === 1 ? 0 : i]! > 0 ? Math.sqrt(value) : 0))
}
