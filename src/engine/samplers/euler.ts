// Euler's method on the probability flow ODE.
import { addNoise } from '../process/forward.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'

/**
 * One step of Euler for d(x/α) / d(σ/α) = ε (Karras et al. 2022, algorithm 1 without its
 * correction; Song et al. 2021, eq. 14): x_s = α_s (x_t / α_t + (σ_s/α_s - σ_t/α_t) ε), which is
 * α_s x_0 + σ_s ε, and so the same as DDIM with eta = 0. In a flow it is x_t + (s - t) v. `xt` and
 * `x0` `[b, ...]`, levels one per item or one for all. ε follows from x_t and x_0, except at clean
 * data, where it must be passed. Also valid if α_t is 0.
 */
export const eulerStep = (
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  epsilon: Tensor = convertPrediction(x0, xt, from, 'sample', 'epsilon'),
): Tensor => addNoise(x0, epsilon, to)
