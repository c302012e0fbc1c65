// Heun's method on the probability flow ODE: two evaluations a step, second order.
import { broadcastLevels, perItem } from '../process/coefficients.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels } from '../process/schedule.ts'
import { getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { eulerStep } from './euler.ts'
import { hasInfiniteLambda } from './history.ts'
import type { StepWith } from './step.ts'

/**
 * The slope: of x/α over σ/α, which is ε; or of x over σ where α = 1 - σ, the time of a flow, which
 * is v.
 */
export type HeunTime = 'ratio' | 'flow'

/**
 * One step of Karras et al. 2022, algorithm 1: an Euler step, and another with the mean of the
 * slopes at both ends, over `time`. Steps to clean data have no second slope, and steps over σ/α
 * from pure noise are infinite: both are Euler steps.
 */
export function heunStep(
  { xt, x0, from, to, denoise }: StepWith<'x0' | 'denoise'>,
  { time = 'ratio' }: { time?: HeunTime } = {},
): Tensor {
  const euler = eulerStep(xt, x0, from, to)
  const flows = time === 'flow'
  if (flows ? to.sigma.some((sigma) => sigma === 0) : hasInfiniteLambda(from, to)) return euler
  const slope = (clean: Tensor, x: Tensor, at: Levels) =>
    convertPrediction(clean, x, at, 'sample', flows ? 'flow_prediction' : 'epsilon')
  const change = slope(denoise(euler, to), euler, to).sub(slope(x0, xt, from))
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [getRatios(t), getRatios(s)]
  const length = s.alpha.map((alpha, i) =>
    flows ? s.sigma[i] - t.sigma[i] : alpha * (after[i] - before[i]),
  )
  return euler.add(
    change.mul(
      perItem(
        length.map((value) => value / 2),
        xt,
      ),
    ),
  )
}
