// Predictor and corrector of the reverse-time stochastic equation: one goes down a level, the other
// corrects x at its level.
import { broadcastLevels, checkShape, perItem } from '../process/coefficients.ts'
import { posteriorCoefficients } from '../process/posterior.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'

/**
 * The reverse diffusion predictor (Song et al. 2021, eq. 46; algorithm 2 for VE, 3 for VP).
 * Forward, from s to t, x is multiplied by k = α_t / α_s and gets noise of variance g² = σ_t² - (k
 * σ_s)²; backward it is x_s = (2 - k) x_t + g² ∇log p(x_t) + g z, with the score -ε / σ_t. To clean
 * data no noise is added. `xt`, `epsilon` and the result of `noise` `[b, ...]`, levels one per item
 * or one for all. Throws EngineError where s is not before t. First order, and only for steps in
 * which k is near 1.
 */
export function reverseDiffusionStep(
  xt: Tensor,
  epsilon: Tensor,
  from: Levels,
  to: Levels,
  noise: () => Tensor,
): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const { added } = posteriorCoefficients(t, s)
  const kept = t.alpha.map((alpha, i) => 2 - alpha / s.alpha[i])
  const pulled = added.map((variance, i) => variance / t.sigma[i])
  const mean = xt.mul(perItem(kept, xt)).sub(epsilon.mul(perItem(pulled, xt)))
  const spread = added.map((variance, i) => (s.sigma[i] > 0 ? Math.sqrt(variance) : 0))
  return spread.some((share) => share > 0) ? mean.add(noise().mul(perItem(spread, xt))) : mean
}

/**
 * One step of annealed Langevin dynamics at a level (Song et al. 2021, algorithms 4 and 5): x + ε g
 * + √(2 ε) z with the score g and ε = 2 (snr ‖z‖ / ‖g‖)², norms averaged over the batch as in its
 * appendix G. The α of algorithm 5 (1 - β, which is nearly 1) is omitted. ε is at most σ², beyond
 * which the dynamics would overshoot. `x`, `noise` (predicted by the model at x) and fresh `z` `[b,
 * ...]`. Throws EngineError if shapes differ.
 */
export function langevinStep(
  x: Tensor,
  noise: Tensor,
  z: Tensor,
  { sigma }: Levels,
  snr: number,
): Tensor {
  checkShape(z, x, 'noise', 'x_t')
  const score = noise.mul(
    perItem(
      sigma.map((value) => -1 / value),
      x,
    ),
  )
  const ratio = meanNorm(z).div(meanNorm(score))
  const most = perItem(
    sigma.map((value) => value * value),
    x,
  )
  const step = ratio
    .square()
    .mul(2 * snr * snr)
    .minimum(most)
  return x.add(score.mul(step)).add(z.mul(step.mul(2).sqrt()))
}

/** The mean norm of the items. */
const meanNorm = (x: Tensor): Tensor => x.reshape([x.shape[0], -1]).norm('euclidean', 1).mean()
