// The ancestral sampler of DDPM: draws from q(x_s | x_t, x_0) with the predicted x_0 instead of the
// true one.
import { broadcastLevels, checkShape, perItem } from '../process/coefficients.ts'
import {
  learnedLogVariance,
  requireVariance,
  posterior,
  posteriorCoefficients,
} from '../process/posterior.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { LearnedVariance } from '../base/values.ts'
import { clipX0 } from './clipping.ts'
import type { Clipping } from './clipping.ts'
import type { StepWith } from './step.ts'

export const variances = ['fixed_small', 'fixed_large', 'learned'] as const

/**
 * The variance of the reverse step: that of the posterior, β (the noise that the forward process
 * adds, where steps are left out), or one predicted by the model (Ho et al. 2020, section 3.2;
 * Nichol & Dhariwal 2021, eq. 15).
 */
export type Variance = (typeof variances)[number]

export interface DDPMOptions {
  variance: Variance
  /** Clips the predicted x_0 to the range of the data; undefined for no clipping. */
  clipping: Clipping | undefined
  /**
   * Adds the noise of the variance also in a step to clean data, unless it starts at t = 0, as
   * DDPMScheduler of diffusers does: with a list that ends above 0, its samples are noisy.
   */
  noiseToClean?: boolean
}

/**
 * One step x_t -> x_s of Ho et al. 2020, algorithm 2, for any s before t, between two levels (both
 * one per item or one for all). A step to clean data adds no noise by default. Throws EngineError,
 * by argument, if shapes differ, if s is not before t, or if the variance is `learned` and the
 * prediction has none.
 */
export function ddpmStep(
  { xt, prediction, from, to, noise }: StepWith<'prediction' | 'noise'>,
  { variance, clipping, noiseToClean = false }: DDPMOptions,
): Tensor {
  const z = noise()
  checkShape(z, xt, 'noise', 'x_t')
  const predicted = convertPrediction(prediction.tensor, xt, from, prediction.predicts, 'sample')
  const x0 = clipX0(predicted, clipping)
  const { mean } = posterior(x0, xt, from, to)
  const [{ t }, { sigma }] = broadcastLevels(from, to)
  const noised = sigma.map((value, i) => (value > 0 || (noiseToClean && t[i] > 0) ? 1 : 0))
  return mean.add(z.mul(stepDeviations(xt, from, to, { variance, noised }, prediction.variance)))
}

/** The root of the variance; 0 where `noised` is 0. */
function stepDeviations(
  xt: Tensor,
  from: Levels,
  to: Levels,
  { variance, noised }: { variance: Variance; noised: Float64Array },
  said: LearnedVariance | undefined,
): Tensor {
  const coefficients = posteriorCoefficients(from, to)
  if (variance === 'learned') {
    const learned = requireVariance(said)
    checkShape(learned.tensor, xt, 'prediction', 'x_t')
    return learnedLogVariance(learned, coefficients).div(2).exp().mul(perItem(noised, xt))
  }
  const chosen = { fixed_small: coefficients.variance, fixed_large: coefficients.added }[variance]
  return perItem(
    chosen.map((value, i) => noised[i] * Math.sqrt(value)),
    xt,
  )
}
