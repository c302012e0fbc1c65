// Heun's method on the probability flow ODE: two evaluations a step, second order.
import { broadcastLevels, perItem } from '../coefficients.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels } from '../schedule.ts'
import { ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { eulerStep } from './euler.ts'
import { isEndless } from './history.ts'

/** Asks a model for x_0 at another place: x is `[b, ...]`. */
export type Denoise = (x: Tensor, at: Levels) => Tensor

/** What the slope is taken of: of x/α over σ/α, which is ε; or of x over σ where α = 1 - σ, the time of a flow, which is v. */
export type HeunTime = 'ratio' | 'flow'

/**
 * One step of Karras et al. 2022, algorithm 1: a step of Euler, and another with the mean of the slopes at both ends, over `time`. To
 * clean data there is no second slope, and from pure noise the way over σ/α has no length: there it is Euler alone. `x0` is the
 * prediction at `xt`; shapes as in {@link eulerStep}.
 */
export function heunStep(xt: Tensor, x0: Tensor, from: Levels, to: Levels, denoise: Denoise, time: HeunTime = 'ratio'): Tensor {
  const euler = eulerStep(xt, x0, from, to)
  const flows = time === 'flow'
  if (flows ? to.sigma.some((sigma) => sigma === 0) : isEndless(from, to)) return euler
  const slope = (clean: Tensor, x: Tensor, at: Levels) =>
    convertPrediction(clean, x, at, 'sample', flows ? 'flow_prediction' : 'epsilon')
  const change = slope(denoise(euler, to), euler, to).sub(slope(x0, xt, from))
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [ratiosOf(t), ratiosOf(s)]
  const length = s.alpha.map((alpha, i) => (flows ? s.sigma[i]! - t.sigma[i]! : alpha * (after[i]! - before[i]!)))
  return euler.add(
    change.mul(
      perItem(
        length.map((value) => value / 2),
        xt,
      ),
    ),
  )
}
