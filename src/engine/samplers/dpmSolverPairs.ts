// DPM-Solver in single steps, two orders at once: what they differ by tells how large a step may be.
import { broadcastLevels, perItem } from '../coefficients.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels, Schedule } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import { levelsBetween } from './dpmSolverSde.ts'
import { eulerStep } from './euler.ts'
import type { Denoise } from './heun.ts'
import { isEndless, lambdasOf } from './history.ts'

/** x at the end of one step by two solvers that share their evaluations. */
export interface Pair {
  low: Tensor
  high: Tensor
}

export const dpmSolverOrders = [1, 2, 3] as const
export type DPMSolverOrder = (typeof dpmSolverOrders)[number]

/**
 * DPM-Solver-2 (Lu et al. 2022a, algorithm 1, r = 1/2) and within it DPM-Solver-1, which is DDIM. `x0` is the prediction at `xt`,
 * both `[b, ...]`; the model is asked once more, in the middle of the way in λ. At infinite λ both are the first.
 */
export function dpmSolver12(xt: Tensor, x0: Tensor, from: Levels, to: Levels, schedule: Schedule, denoise: Denoise): Pair {
  const low = eulerStep(xt, x0, from, to)
  if (isEndless(from, to)) return { low, high: low }
  const middle = levelsBetween(schedule, from, to, 1 / 2)
  const reached = eulerStep(xt, x0, from, middle)
  const change = epsilonOf(denoise(reached, middle), reached, middle).sub(epsilonOf(x0, xt, from))
  return { low, high: bent(low, change, from, to, Math.expm1) }
}

/**
 * DPM-Solver-3 (Lu et al. 2022a, algorithm 2, r = 1/3 and 2/3) and within it DPM-Solver-2 with r = 1/3 (appendix C): two more
 * evaluations. At infinite λ both are DPM-Solver-1.
 */
export function dpmSolver23(xt: Tensor, x0: Tensor, from: Levels, to: Levels, schedule: Schedule, denoise: Denoise): Pair {
  const straight = eulerStep(xt, x0, from, to)
  if (isEndless(from, to)) return { low: straight, high: straight }
  const epsilon = epsilonOf(x0, xt, from)
  const third = levelsBetween(schedule, from, to, 1 / 3)
  const first = eulerStep(xt, x0, from, third)
  const change = epsilonOf(denoise(first, third), first, third).sub(epsilon)
  const twoThirds = levelsBetween(schedule, from, to, 2 / 3)
  // r_2 / r_1 = 2.
  const second = bent(eulerStep(xt, x0, from, twoThirds), change, from, twoThirds, (h) => 2 * (Math.expm1(h) / h - 1))
  const later = epsilonOf(denoise(second, twoThirds), second, twoThirds).sub(epsilon)
  return {
    low: bent(straight, change, from, to, (h) => Math.expm1(h) / (2 / 3)),
    high: bent(straight, later, from, to, (h) => (Math.expm1(h) / h - 1) / (2 / 3)),
  }
}

/** One step of DPM-Solver of the order, as many evaluations; shapes as in {@link dpmSolver12}. */
export function dpmSolverSingleStep(
  order: DPMSolverOrder,
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  denoise: Denoise,
): Tensor {
  if (order === 1) return eulerStep(xt, x0, from, to)
  return (order === 2 ? dpmSolver12 : dpmSolver23)(xt, x0, from, to, schedule, denoise).high
}

const epsilonOf = (x0: Tensor, x: Tensor, at: Levels) => convertPrediction(x0, x, at, 'sample', 'epsilon')

/** x less σ_s `weight`(h) times the change of ε, with h = λ_s - λ_t. */
function bent(x: Tensor, change: Tensor, from: Levels, to: Levels, weight: (h: number) => number): Tensor {
  const [t, s] = broadcastLevels(from, to)
  const [at, end] = [lambdasOf(t), lambdasOf(s)]
  const share = s.sigma.map((sigma, i) => sigma * weight(end[i]! - at[i]!))
  return x.sub(change.mul(perItem(share, x)))
}

export const lastOrders = ['2', '1', '2, 1'] as const

/**
 * The orders of DPM-Solver-fast (Lu et al. 2022a, section 3.4; dpm_fast of k-diffusion) over `steps` steps: 3, and at the end what
 * uses up a budget n of evaluations: 2 for n = 3 steps - 1, 1 for n = 3 steps - 2, 2 and 1 for n = 3 steps - 3.
 */
export function fastOrders(steps: number, last: (typeof lastOrders)[number]): DPMSolverOrder[] {
  const ending = last === '2, 1' ? ([2, 1] as const) : ([last === '2' ? 2 : 1] as const)
  return [...new Array<DPMSolverOrder>(Math.max(0, steps - ending.length)).fill(3), ...ending].slice(-steps)
}
