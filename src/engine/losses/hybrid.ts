// The hybrid loss of models with a learned variance.
import { stopGradient } from '../gradients/stopGradient.ts'
import { requireVariance } from '../process/posterior.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import type { Prediction } from '../base/values.ts'
import { itemMeans } from './errors.ts'
import type { DataLevels } from './gaussians.ts'
import { reverseGaussian } from './reverse.ts'
import type { StepBack } from './reverse.ts'
import { vlbTerms } from './vlb.ts'

export interface HybridTerms {
  /** Squared error of the prediction, `[b]`. */
  mse: Tensor
  /** Term of the variational bound, `[b]` in bits/dim; its gradient reaches only the variance. */
  vlb: Tensor
}

/**
 * The two parts of L_simple + λ L_vlb (Nichol & Dhariwal 2021, eq. 16). The mean is constant in the
 * second, so that the bound trains only the variance. Shapes `[b, ...]`; throws EngineError if the
 * model has no learned variance.
 */
export function hybridTerms(
  x0: Tensor,
  xt: Tensor,
  prediction: Pick<Prediction, 'tensor' | 'predicts' | 'variance'>,
  target: Tensor,
  step: StepBack,
  levels: DataLevels = 256,
): HybridTerms {
  const variance = requireVariance(prediction.variance)
  const constant = {
    tensor: stopGradient(prediction.tensor),
    predicts: prediction.predicts,
    variance,
  }
  const reverse = reverseGaussian(xt, constant, step, { variance: 'learned' })
  return {
    mse: itemMeans(tf.sub(prediction.tensor, target).square()),
    vlb: vlbTerms(x0, xt, reverse, step, levels),
  }
}
