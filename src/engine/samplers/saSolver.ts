// SA-Solver: stochastic Adams. As UniPC, a predictor and a corrector, with as much fresh noise as is wanted at each time.
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import { integrated, knownPart, lastEta, moments, slopeOfLine, usable } from './exponential.ts'
import type { Past, StepHistory } from './history.ts'
import { remember } from './history.ts'

export interface SASolverOptions {
  terms: Terms
  /** τ at t: 0 for the ODE, 1 for the reverse SDE; the variance of the fresh noise goes with τ². */
  tau: number
  /** How many predictions the predictor goes through. */
  predictorOrder: number
  /** How many the corrector of the next step goes through, with the one at its end; 0: it is left out. */
  correctorOrder: number
}

export interface SASolverState {
  history: StepHistory
  /** The step that led to x_t. */
  last?: { x: Tensor; at: Levels; z: Tensor | undefined; tau: number; correctorOrder: number }
}

/**
 * One step of SA-Solver (Xue et al. 2023, algorithm 1): x_t is corrected by the prediction made at it, with the noise that led
 * there (eq. 17), and x_s predicted from there with fresh noise (eq. 14). `xt`, `prediction` (x_0 or ε at the x_t that came in) and
 * `z` `[b, ...]`; no `z` is needed where `tau` is 0. Throws NodeError as {@link knownPart} does.
 */
export function saSolverStep(
  xt: Tensor,
  prediction: Tensor,
  from: Levels,
  to: Levels,
  { history, last }: SASolverState,
  { terms, tau, predictorOrder, correctorOrder }: SASolverOptions,
  z: Tensor | undefined,
): { x: Tensor; state: SASolverState } {
  const now: Past = { value: prediction, at: from }
  let x = xt
  if (last && last.correctorOrder > 0) {
    const part = knownPart(last.at, from, terms, last.tau ** 2)
    const predictions = [now, ...usable(from, history, last.correctorOrder - 1)]
    x = integrated(last.x, part, predictions, momentsOf(part, predictions.length, terms), last.z)
  }
  const part = knownPart(from, to, terms, lastEta(to, terms, tau ** 2))
  const predictions = [now, ...usable(from, history, predictorOrder - 1)]
  return {
    x: integrated(x, part, predictions, momentsOf(part, predictions.length, terms), z),
    state: { history: remember(history, now, 3), last: { x, at: from, z, tau, correctorOrder } },
  }
}

/**
 * With two predictions of x_0 the slope has the weight h²/2, as in the authors' code, which is for few steps and does not change
 * the order of convergence.
 */
const momentsOf = (part: KnownPart, count: number, terms: Terms): Float64Array[] =>
  count === 2 && terms === 'data' ? slopeOfLine(part) : moments(part, count)
