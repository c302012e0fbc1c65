// The midpoint method on the probability flow ODE, with the middle in log σ: DPM-2 of Karras et al.
// 2022.
import { broadcastLevels, perItem } from '../process/coefficients.ts'
import { convertPrediction } from '../process/prediction.ts'
import { getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { levelsBetween } from './dpmSolverSde.ts'
import { eulerStep } from './euler.ts'
import { hasInfiniteLambda } from './history.ts'
import type { StepWith } from './step.ts'

/**
 * One step of the second-order method of Karras et al. 2022, appendix B.2 (sample_dpm_2 of
 * k-diffusion, KDPM2 of diffusers): an Euler step to the geometric mean of the noise levels σ/α, a
 * second evaluation there, and the full step with its ε. Steps to clean data and from pure noise
 * have no such middle and are Euler steps.
 */
export function kdpm2Step({
  xt,
  x0,
  from,
  to,
  schedule,
  denoise,
}: StepWith<'x0' | 'schedule' | 'denoise'>): Tensor {
  if (hasInfiniteLambda(from, to)) return eulerStep(xt, x0, from, to)
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [getRatios(t), getRatios(s)]
  const middle = levelsBetween(schedule, from, to, 1 / 2)
  const half = eulerStep(xt, x0, from, middle)
  const epsilon = convertPrediction(denoise(half, middle), half, middle, 'sample', 'epsilon')
  const kept = s.alpha.map((alpha, i) => alpha / t.alpha[i])
  const length = s.alpha.map((alpha, i) => alpha * (after[i] - before[i]))
  return xt.mul(perItem(kept, xt)).add(epsilon.mul(perItem(length, xt)))
}
