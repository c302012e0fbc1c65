// DPM-Solver++ for the SDE, and with two evaluations per step, as in k-diffusion.
import { broadcastLevels } from '../process/coefficients.ts'
import type { Levels, Schedule } from '../process/schedule.ts'
import { levelsAtRatio, getRatios } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { AncestralOptions } from './ancestral.ts'
import { ancestralDown, ancestralUp } from './ancestral.ts'
import type { SolverType } from './dpmSolver.ts'
import { dpmSolverStep } from './dpmSolver.ts'
import { eulerStep } from './euler.ts'
import type { StepHistory } from './history.ts'
import { hasInfiniteLambda } from './history.ts'
import type { StepWith } from './step.ts'

type StochasticStep = StepWith<'x0' | 'schedule' | 'denoise' | 'noise'>

/** The level between two others, at the share `r` of the step in λ = log(α / σ). */
export function levelsBetween(schedule: Schedule, from: Levels, to: Levels, r: number): Levels {
  const [t, s] = broadcastLevels(from, to)
  const [before, after] = [getRatios(t), getRatios(s)]
  return levelsAtRatio(
    schedule,
    before.map((ratio, i) => ratio ** (1 - r) * after[i] ** r),
  )
}

/**
 * DPM-Solver++(2S) (Lu et al. 2022b, algorithm 1, r = 1/2), ancestral: evaluates the model again in
 * the middle of the step (in λ), and uses that x_0 for the full step. Fresh noise follows at the
 * end, see {@link ancestralDown}. At infinite λ it is an Euler step.
 */
export function dpmpp2sAncestralStep(
  { xt, x0, from, to, schedule, denoise, noise }: StochasticStep,
  { eta, s_noise }: AncestralOptions,
): Tensor {
  const down = ancestralDown(schedule, from, to, eta)
  const along = () => {
    const middle = levelsBetween(schedule, from, down, 1 / 2)
    return denoise(eulerStep(xt, x0, from, middle), middle)
  }
  const led = hasInfiniteLambda(from, down) ? x0 : along()
  return ancestralUp(eulerStep(xt, led, from, down), down, to, noise, s_noise)
}

/**
 * Two stages of the stochastic equation with noise after each (DPM-Solver++ SDE of k-diffusion; Lu
 * et al. 2022b, eq. 17 at eta = 1): evaluates the model again at the share `r` of the step in λ,
 * and extrapolates x_0 to the middle of the step. Each stage draws its own noise. To clean data and
 * from pure noise it is an Euler step.
 */
export function dpmppSdeStep(
  { xt, x0, from, to, schedule, denoise, noise }: StochasticStep,
  { eta, s_noise, r }: AncestralOptions & { r: number },
): Tensor {
  const stage = (clean: Tensor, end: Levels) => {
    const down = ancestralDown(schedule, from, end, eta)
    return ancestralUp(eulerStep(xt, clean, from, down), down, end, noise, s_noise)
  }
  if (hasInfiniteLambda(from, to)) return stage(x0, to)
  const middle = levelsBetween(schedule, from, to, r)
  const second = denoise(stage(x0, middle), middle)
  return stage(x0.mul(1 - 1 / (2 * r)).add(second.mul(1 / (2 * r))), to)
}

export interface MultistepSdeOptions extends AncestralOptions {
  /** Number of predictions in use, this one included. */
  order: 2 | 3
  /** Weights of slope and curvature of x_0. Order 3 of k-diffusion is heun. */
  solver: SolverType
}

/**
 * DPM-Solver++(2M) and (3M) for the stochastic equation, as in k-diffusion: {@link dpmSolverStep}
 * with any share `eta` of fresh noise, times `s_noise`. `history` has up to `order - 1`
 * predictions. Noise is drawn where eta > 0 and the target level has some.
 */
export function dpmppMultistepSdeStep(
  { xt, x0, from, to, history, noise }: StepWith<'x0' | 'noise'> & { history: StepHistory },
  { eta, s_noise, order, solver }: MultistepSdeOptions,
): Tensor {
  const z = eta > 0 && to.sigma.some((sigma) => sigma > 0) ? noise().mul(s_noise) : undefined
  return dpmSolverStep({ xt, value: x0, from, to, history, z }, { eta, order, type: solver })
}
