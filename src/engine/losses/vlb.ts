// The variational bound on the likelihood, term by term, in bits per number of the data
// ("bits/dim").
import { perItem } from '../process/coefficients.ts'
import { posterior } from '../process/posterior.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { tf } from '../base/tf.ts'
import { itemMeans } from './errors.ts'
import type { Gaussian, DataLevels } from './gaussians.ts'
import { discretizedLogLikelihood, gaussianKl, gaussianLogDensity } from './gaussians.ts'
import type { StepBack } from './reverse.ts'
import { stepCoefficients } from './reverse.ts'

/**
 * Terms L_t of the bound, `[b]`: KL(q(x_s | x_t, x_0) || p(x_s | x_t)), and -log p(x_0 | x_t) for a
 * step to clean data (Ho et al. 2020, eq. 5); mean over each item, in bits. `x0` and `xt` are
 * `[b, ...]`, `reverse` is the result of {@link reverseGaussian} at `xt`.
 */
export function vlbTerms(
  x0: Tensor,
  xt: Tensor,
  reverse: Gaussian,
  step: StepBack,
  levels: DataLevels = 256,
): Tensor {
  const { variance, last } = stepCoefficients(step)
  const log2 = (nats: Tensor) => itemMeans(nats).div(Math.LN2)
  const kl = () => {
    const { mean } = posterior(x0, xt, step.from, step.to)
    return log2(gaussianKl({ mean, logVariance: perItem(variance.map(Math.log), xt) }, reverse))
  }
  const decoder = () => {
    const p = { mean: reverse.mean, logVariance: reverse.logVariance.broadcastTo(x0.shape) }
    return log2(
      levels === 'continuous' ? gaussianLogDensity(x0, p) : discretizedLogLikelihood(x0, p, levels),
    ).neg()
  }
  if (!last.includes(true)) return kl()
  if (!last.includes(false)) return decoder()
  const isLast = tf.tensor1d(last.map(Number))
  return decoder()
    .mul(isLast)
    .add(kl().mul(tf.sub(1, isLast)))
}

/** KL(q(x_T | x_0) || N(0, I)), `[b]` in bits: the prior term L_T (Ho et al. 2020, eq. 5). */
export function priorBits(x0: Tensor, { alpha, sigma }: Levels): Tensor {
  const q = {
    mean: x0.mul(perItem(alpha, x0)),
    logVariance: perItem(
      sigma.map((value) => 2 * Math.log(value)),
      x0,
    ),
  }
  return itemMeans(gaussianKl(q, { mean: tf.scalar(0), logVariance: tf.scalar(0) })).div(Math.LN2)
}
