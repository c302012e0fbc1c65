// DPM-Solver++ for the stochastic equation and for two evaluations a step, as k-diffusion has them.
import { broadcastLevels } from '../coefficients.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsOfRatio, ratiosOf } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { AncestralOptions } from './ancestral.ts'
import { ancestralDown, ancestralUp } from './ancestral.ts'
import type { SolverType } from './dpmSolver.ts'
import { dpmSolverStep } from './dpmSolver.ts'
import { eulerStep } from './euler.ts'
import type { Denoise } from './heun.ts'
import type { StepHistory } from './history.ts'
import { isEndless } from './history.ts'

/** The level on the way from one to the other at the share `r` in λ = log(α / σ). */
export function levelsBetween(schedule: Schedule, from: Levels, to: Levels, r: number): Levels {
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [ratiosOf(t), ratiosOf(s)]
  return levelsOfRatio(
    schedule,
    before.map((ratio, i) => ratio ** (1 - r) * after[i]! ** r),
  )
}

/**
 * DPM-Solver++(2S) (Lu et al. 2022b, algorithm 1, r = 1/2), ancestral: the model is asked again in the middle of the way (in λ),
 * and x_0 from there leads all of it; fresh noise at the end, see {@link ancestralDown}. At infinite λ it is a step of Euler.
 * `xt`, `x0` and the noise `[b, ...]`.
 */
export function dpmpp2sAncestralStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  denoise: Denoise,
  noise: () => Tensor,
  { eta, s_noise }: AncestralOptions,
): Tensor {
  const down = ancestralDown(schedule, from, to, eta)
  const along = () => {
    const middle = levelsBetween(schedule, from, down, 1 / 2)
    return denoise(eulerStep(xt, x0, from, middle), middle)
  }
  const led = isEndless(from, down) ? x0 : along()
  return ancestralUp(eulerStep(xt, led, from, down), down, to, noise, s_noise)
}

/**
 * Two stages of the stochastic equation with noise after each (DPM-Solver++ SDE of k-diffusion; Lu et al. 2022b, eq. 17 at
 * eta = 1): the model is asked again at the share `r` of the way in λ, and x_0 is continued to half of it. Each stage draws
 * afresh. To clean data and from pure noise it is a step of Euler.
 */
export function dpmppSdeStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  schedule: Schedule,
  denoise: Denoise,
  noise: () => Tensor,
  { eta, s_noise, r }: AncestralOptions & { r: number },
): Tensor {
  const stage = (clean: Tensor, end: Levels) => {
    const down = ancestralDown(schedule, from, end, eta)
    return ancestralUp(eulerStep(xt, clean, from, down), down, end, noise, s_noise)
  }
  if (isEndless(from, to)) return stage(x0, to)
  const middle = levelsBetween(schedule, from, to, r)
  const second = denoise(stage(x0, middle), middle)
  return stage(x0.mul(1 - 1 / (2 * r)).add(second.mul(1 / (2 * r))), to)
}

export interface MultistepSdeOptions extends AncestralOptions {
  /** How many predictions are used, this one included. */
  order: 2 | 3
  /** How slope and curve of x_0 count: order 3 of k-diffusion is heun. */
  solver: SolverType
}

/**
 * DPM-Solver++(2M) and (3M) for the stochastic equation, as k-diffusion has them: {@link dpmSolverStep} with any share `eta` of fresh
 * noise, and `s_noise` times as much of it. `history` has up to `order - 1` predictions; `z` is asked for where eta > 0 and noise
 * is to be left.
 */
export function dpmppMultistepSdeStep(
  xt: Tensor,
  x0: Tensor,
  from: Levels,
  to: Levels,
  history: StepHistory,
  noise: () => Tensor,
  { eta, s_noise, order, solver }: MultistepSdeOptions,
): Tensor {
  const z = eta > 0 && to.sigma.some((sigma) => sigma > 0) ? noise().mul(s_noise) : undefined
  return dpmSolverStep(xt, x0, from, to, history, { eta, order, type: solver }, z)
}
