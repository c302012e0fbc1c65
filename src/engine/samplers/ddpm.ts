// The ancestral sampler of DDPM: draws from q(x_s | x_t, x_0) with the model's x_0 in the place of the true one.
import { broadcastLevels, checkShape, perItem } from '../coefficients.ts'
import { learnedLogVariance, learnedVariance, posterior, posteriorCoefficients } from '../posterior.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { LearnedVariance, Prediction } from '../values.ts'
import { held } from './hold.ts'
import type { Hold } from './hold.ts'

export const variances = ['fixed_small', 'fixed_large', 'learned'] as const

/**
 * Of the reverse step: that of the posterior, β (what the forward process adds, where steps are left out), or what the model says
 * (Ho et al. 2020, section 3.2; Nichol & Dhariwal 2021, eq. 15).
 */
export type Variance = (typeof variances)[number]

export interface DDPMOptions {
  variance: Variance
  /** How the predicted x_0 is held in the range of the data; undefined: it is left as it is. */
  hold: Hold | undefined
}

/**
 * One step x_t -> x_s of Ho et al. 2020, algorithm 2, for any s before t, between two levels (both one per item or one for
 * all). `xt` and `noise` `[b, ...]`. A step to clean data adds no noise. Throws NodeError, by slot, if shapes differ, if
 * s is not before t, or if the variance is to be learned and the prediction has none.
 */
export function ddpmStep(
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'>,
  from: Levels,
  to: Levels,
  noise: Tensor,
  { variance, hold }: DDPMOptions,
): Tensor {
  checkShape(noise, xt, 'noise', 'x_t')
  const predicted = convertPrediction(prediction.tensor, xt, from, prediction.predicts, 'sample')
  const x0 = held(predicted, hold)
  const { mean } = posterior(x0, xt, from, to)
  return mean.add(noise.mul(deviations(xt, from, to, variance, prediction.variance)))
}

/** The root of the variance; 0 where the step leads to clean data. */
function deviations(xt: Tensor, from: Levels, to: Levels, variance: Variance, said: LearnedVariance | undefined): Tensor {
  const coefficients = posteriorCoefficients(from, to)
  const [, { sigma }] = broadcastLevels(from, to)
  const noised = sigma.map((value) => (value > 0 ? 1 : 0))
  if (variance === 'learned') {
    const learned = learnedVariance(said)
    checkShape(learned.tensor, xt, 'prediction', 'x_t')
    return learnedLogVariance(learned, coefficients).div(2).exp().mul(perItem(noised, xt))
  }
  const chosen = { fixed_small: coefficients.variance, fixed_large: coefficients.added }[variance]
  return perItem(
    chosen.map((value, i) => noised[i]! * Math.sqrt(value)),
    xt,
  )
}
