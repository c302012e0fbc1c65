// SA-Solver: stochastic Adams. A predictor and a corrector as in UniPC, with an amount of fresh
// noise for each time.
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import {
  integrateStep,
  knownPart,
  lastEta,
  moments,
  slopeOfLine,
  selectPredictions,
} from './exponential.ts'
import type { PastPrediction, StepHistory } from './history.ts'
import { addToHistory } from './history.ts'
import type { MultistepStep } from './dpmSolver.ts'

export interface SASolverOptions {
  terms: Terms
  /**
   * τ at t: 0 for the ODE, 1 for the reverse SDE. The variance of the fresh noise is proportional
   * to τ².
   */
  tau: number
  /** Number of predictions of the predictor. */
  predictorOrder: number
  /**
   * Number of predictions of the corrector in the next step, with the one at its end; 0 for no
   * correction.
   */
  correctorOrder: number
}

export interface SASolverState {
  history: StepHistory
  /** The step that led to x_t. */
  last?: { x: Tensor; at: Levels; z: Tensor | undefined; tau: number; correctorOrder: number }
}

export interface SASolverStep extends Omit<MultistepStep, 'history'> {
  state: SASolverState
}

/**
 * One step of SA-Solver (Xue et al. 2023, algorithm 1): x_t is corrected by the prediction made at
 * it, with the noise that led there (eq. 17), and x_s predicted from there with fresh noise (eq.
 * 14). No `z` is needed where `tau` is 0. Throws EngineError as {@link knownPart} does.
 */
export function saSolverStep(
  { xt, value, from, to, state: { history, last }, z }: SASolverStep,
  { terms, tau, predictorOrder, correctorOrder }: SASolverOptions,
): { x: Tensor; state: SASolverState } {
  const now: PastPrediction = { value, at: from }
  let x = xt
  if (last && last.correctorOrder > 0) {
    const part = knownPart(last.at, from, terms, last.tau ** 2)
    const predictions = [now, ...selectPredictions(from, history, last.correctorOrder - 1)]
    x = integrateStep(last.x, part, predictions, saMoments(part, predictions.length, terms), last.z)
  }
  const part = knownPart(from, to, terms, lastEta(to, terms, tau ** 2))
  const predictions = [now, ...selectPredictions(from, history, predictorOrder - 1)]
  return {
    x: integrateStep(x, part, predictions, saMoments(part, predictions.length, terms), z),
    state: {
      history: addToHistory(history, now, 3),
      last: { x, at: from, z, tau, correctorOrder },
    },
  }
}

/**
 * With two predictions of x_0 the slope has the weight h²/2, as in the authors' code. This is for
 * few steps, and does not change the order of convergence.
 */
const saMoments = (part: KnownPart, count: number, terms: Terms): Float64Array[] =>
  count === 2 && terms === 'data' ? slopeOfLine(part) : moments(part, count)
