// DPM-Solver++, multistep: the linear part of the ODE solved exactly, the model's part extrapolated from earlier steps.
import { broadcastLevels, perItem } from '../coefficients.ts'
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { StepHistory } from './history.ts'
import { lambdasOf } from './history.ts'

/**
 * One step of DPM-Solver++(2M) (Lu et al. 2022b, algorithm 2): x_s = σ_s/σ_t x_t - α_s (e^{-h} - 1) D with h = λ_s - λ_t, where D is
 * x_0 and half of the slope that the step before shows. Without a step before, and to clean data, D is x_0 (first order, DDIM).
 * `xt` and `x0` `[b, ...]`; `history` has the x_0 of earlier steps.
 */
export function dpmSolverStep(xt: Tensor, x0: Tensor, from: Levels, to: Levels, history: StepHistory): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const kept = s.sigma.map((sigma, i) => sigma / t.sigma[i]!)
  // -α_s (e^{-h} - 1) with e^{-h} = (α_t σ_s) / (σ_t α_s).
  const pulled = s.alpha.map((alpha, i) => alpha - kept[i]! * t.alpha[i]!)
  const [previous] = history
  const data = previous && s.sigma.every((sigma) => sigma > 0) ? extrapolated(x0, t, s, previous) : x0
  return xt.mul(perItem(kept, xt)).add(data.mul(perItem(pulled, xt)))
}

/** x_0 in the middle of the step, by the line through this prediction and the one before. */
function extrapolated(x0: Tensor, t: Levels, s: Levels, previous: StepHistory[number]): Tensor {
  const [, before] = broadcastLevels(t, previous.at)
  const [at, next, last] = [lambdasOf(t), lambdasOf(s), lambdasOf(before)]
  const half = at.map((lambda, i) => (next[i]! - lambda) / (2 * (lambda - last[i]!)))
  return x0.add(x0.sub(previous.value).mul(perItem(half, x0)))
}
