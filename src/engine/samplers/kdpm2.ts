// The midpoint method on the probability flow ODE, with the middle in log σ: DPM-2 of Karras et al. 2022.
import { broadcastLevels, perItem } from '../coefficients.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { levelsBetween } from './dpmSolverSde.ts'
import { eulerStep } from './euler.ts'
import type { Denoise } from './heun.ts'
import { isEndless } from './history.ts'

/**
 * One step of the second-order method of Karras et al. 2022, appendix B.2 (sample_dpm_2 of k-diffusion, KDPM2 of diffusers): Euler
 * to the geometric mean of the noise levels σ/α, where the model is asked again, and from the beginning all the way with ε from
 * there. To clean data and from pure noise there is no such middle, and it is Euler alone. `x0` is the prediction at `xt`;
 * shapes as in {@link eulerStep}.
 */
export function kdpm2Step(xt: Tensor, x0: Tensor, from: Levels, to: Levels, schedule: Schedule, denoise: Denoise): Tensor {
  if (isEndless(from, to)) return eulerStep(xt, x0, from, to)
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [ratiosOf(t), ratiosOf(s)]
  const middle = levelsBetween(schedule, from, to, 1 / 2)
  const half = eulerStep(xt, x0, from, middle)
  const epsilon = convertPrediction(denoise(half, middle), half, middle, 'sample', 'epsilon')
  const kept = s.alpha.map((alpha, i) => alpha / t.alpha[i]!)
  const length = s.alpha.map((alpha, i) => alpha * (after[i]! - before[i]!))
  return xt.mul(perItem(kept, xt)).add(epsilon.mul(perItem(length, xt)))
}
