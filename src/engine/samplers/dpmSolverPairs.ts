// DPM-Solver in single steps, by two orders at once. Their difference estimates how large a step
// may be.
import { broadcastLevels, perItem } from '../process/coefficients.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import { levelsBetween } from './dpmSolverSde.ts'
import { eulerStep } from './euler.ts'
import { hasInfiniteLambda, getLambdas } from './history.ts'
import type { StepWith } from './step.ts'

type EvaluatingStep = StepWith<'x0' | 'schedule' | 'denoise'>

/** The results of two solvers that share their evaluations. */
export interface SolverPair {
  low: Tensor
  high: Tensor
}

export const dpmSolverOrders = [1, 2, 3] as const
export type DPMSolverOrder = (typeof dpmSolverOrders)[number]

/**
 * DPM-Solver-2 (Lu et al. 2022a, algorithm 1, r = 1/2), and DPM-Solver-1 within it, which is DDIM.
 * Evaluates the model once more, in the middle of the step in λ. At infinite λ both are
 * DPM-Solver-1.
 */
export function dpmSolver12({ xt, x0, from, to, schedule, denoise }: EvaluatingStep): SolverPair {
  const low = eulerStep(xt, x0, from, to)
  if (hasInfiniteLambda(from, to)) return { low, high: low }
  const middle = levelsBetween(schedule, from, to, 1 / 2)
  const reached = eulerStep(xt, x0, from, middle)
  const change = toEpsilon(denoise(reached, middle), reached, middle).sub(toEpsilon(x0, xt, from))
  return { low, high: correctStep(low, change, from, to, Math.expm1) }
}

/**
 * DPM-Solver-3 (Lu et al. 2022a, algorithm 2, r = 1/3 and 2/3), and DPM-Solver-2 with r = 1/3
 * within it (appendix C), by two more evaluations. At infinite λ both are DPM-Solver-1.
 */
export function dpmSolver23({ xt, x0, from, to, schedule, denoise }: EvaluatingStep): SolverPair {
  const straight = eulerStep(xt, x0, from, to)
  if (hasInfiniteLambda(from, to)) return { low: straight, high: straight }
  const epsilon = toEpsilon(x0, xt, from)
  const third = levelsBetween(schedule, from, to, 1 / 3)
  const first = eulerStep(xt, x0, from, third)
  const change = toEpsilon(denoise(first, third), first, third).sub(epsilon)
  const twoThirds = levelsBetween(schedule, from, to, 2 / 3)
  // r_2 / r_1 = 2.
  const second = correctStep(
    eulerStep(xt, x0, from, twoThirds),
    change,
    from,
    twoThirds,
    (h) => 2 * (Math.expm1(h) / h - 1),
  )
  const later = toEpsilon(denoise(second, twoThirds), second, twoThirds).sub(epsilon)
  return {
    low: correctStep(straight, change, from, to, (h) => Math.expm1(h) / (2 / 3)),
    high: correctStep(straight, later, from, to, (h) => (Math.expm1(h) / h - 1) / (2 / 3)),
  }
}

/** One step of DPM-Solver of this order, which is also its number of evaluations. */
export function dpmFastStep(step: EvaluatingStep, { order }: { order: DPMSolverOrder }): Tensor {
  if (order === 1) return eulerStep(step.xt, step.x0, step.from, step.to)
  return (order === 2 ? dpmSolver12 : dpmSolver23)(step).high
}

const toEpsilon = (x0: Tensor, x: Tensor, at: Levels) =>
  convertPrediction(x0, x, at, 'sample', 'epsilon')

/** x - σ_s `weight`(h) times the change of ε, with h = λ_s - λ_t. */
function correctStep(
  x: Tensor,
  change: Tensor,
  from: Levels,
  to: Levels,
  weight: (h: number) => number,
): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const [at, end] = [getLambdas(t), getLambdas(s)]
  const share = s.sigma.map((sigma, i) => sigma * weight(end[i] - at[i]))
  return x.sub(change.mul(perItem(share, x)))
}

export const lastOrders = ['2', '1', '2, 1'] as const

/**
 * The orders of DPM-Solver-fast (Lu et al. 2022a, section 3.4; dpm_fast of k-diffusion) over
 * `steps` steps: 3, and at the end those that use up a budget of n evaluations: 2 for n = 3 steps -
 * 1, 1 for n = 3 steps - 2, 2 and 1 for n = 3 steps - 3.
 */
export function fastOrders(steps: number, last: (typeof lastOrders)[number]): DPMSolverOrder[] {
  const ending = last === '2, 1' ? ([2, 1] as const) : ([last === '2' ? 2 : 1] as const)
  return [
    ...new Array<DPMSolverOrder>(Math.max(0, steps - ending.length)).fill(3),
    ...ending,
  ].slice(-steps)
}
