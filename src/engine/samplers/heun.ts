// Heun's method on the probability flow ODE: two evaluations a step, second order.
import { broadcastLevels, perItem } from '../coefficients.ts'
import type { Levels } from '../schedule.ts'
import { ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { eulerStep } from './euler.ts'
import { isEndless } from './history.ts'

/** Asks a model for x_0 at another place: x is `[b, ...]`. */
export type Denoise = (x: Tensor, at: Levels) => Tensor

/**
 * One step of Karras et al. 2022, algorithm 1: a step of Euler, and another with the mean of the slopes at both ends. To clean
 * data and from pure noise there is no second slope, and it is Euler alone. `x0` is the prediction at `xt`; shapes as in {@link eulerStep}.
 */
export function heunStep(xt: Tensor, x0: Tensor, from: Levels, to: Levels, denoise: Denoise): Tensor {
  const euler = eulerStep(xt, x0, from, to)
  if (isEndless(from, to)) return euler
  const [t, s] = broadcastLevels(from, to)
  const [rt, rs] = [ratiosOf(t), ratiosOf(s)]
  const slope = (x: Tensor, clean: Tensor, { alpha, sigma }: Levels) =>
    x
      .mul(
        perItem(
          sigma.map((value) => 1 / value),
          x,
        ),
      )
      .sub(
        clean.mul(
          perItem(
            alpha.map((value, i) => value / sigma[i]!),
            x,
          ),
        ),
      )
  // With ε = (x - α x_0) / σ at both ends, α_s (r_s - r_t) times their mean is added to x_t α_s / α_t.
  const mean = slope(xt, x0, t)
    .add(slope(euler, denoise(euler, to), s))
    .div(2)
  const scale = s.alpha.map((alpha, i) => alpha / t.alpha[i]!)
  const length = s.alpha.map((alpha, i) => alpha * (rs[i]! - rt[i]!))
  return xt.mul(perItem(scale, xt)).add(mean.mul(perItem(length, xt)))
}
