// Euler's method on the probability flow ODE.
import { broadcastLevels, perItem } from '../coefficients.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'

/**
 * One step of Euler for d(x/α) / d(σ/α) = ε (Karras et al. 2022, algorithm 1 without its correction; Song et al. 2021, eq. 14):
 * x_s = α_s (x_t / α_t + (σ_s/α_s - σ_t/α_t) ε), with ε from x_t and the predicted x_0, which is the same as DDIM with eta = 0.
 * Written so that it holds where α_t is 0. `xt` and `x0` `[b, ...]`, levels one per item or one for all.
 */
export function eulerStep(xt: Tensor, x0: Tensor, from: Levels, to: Levels): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const kept = s.sigma.map((sigma, i) => sigma / t.sigma[i]!)
  const pulled = s.alpha.map((alpha, i) => alpha - kept[i]! * t.alpha[i]!)
  return xt.mul(perItem(kept, xt)).add(x0.mul(perItem(pulled, xt)))
}
