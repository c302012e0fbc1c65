// The loss for a model that learns its variance as well.
import { stopGradient } from '../stopGradient.ts'
import { learnedVariance } from '../posterior.ts'
import type { Tensor } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { itemMeans } from './errors.ts'
import type { Levelled } from './gaussians.ts'
import { reverseGaussian } from './reverse.ts'
import type { StepBack } from './reverse.ts'
import { vlbTerms } from './vlb.ts'

export interface HybridTerms {
  /** The squared error of the prediction, `[b]`. */
  mse: Tensor
  /** The term of the variational bound, `[b]` in bits/dim; its gradient reaches the variance alone. */
  vlb: Tensor
}

/**
 * The two parts of L_simple + λ L_vlb (Nichol & Dhariwal 2021, eq. 16); the mean is taken as a constant in the second, so that the bound
 * teaches the variance and the squared error the mean. Shapes `[b, ...]`; throws NodeError if the model says nothing of its variance.
 */
export function hybridTerms(
  x0: Tensor,
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'>,
  target: Tensor,
  step: StepBack,
  levels: Levelled = 256,
): HybridTerms {
  const variance = learnedVariance(prediction.variance)
  const constant = { tensor: stopGradient(prediction.tensor), predicts: prediction.predicts, variance }
  const reverse = reverseGaussian(xt, constant, step, { variance: 'learned' })
  return { mse: itemMeans(tf.sub(prediction.tensor, target).square()), vlb: vlbTerms(x0, xt, reverse, step, levels) }
}
