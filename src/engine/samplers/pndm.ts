// PNDM and iPNDM: methods for ordinary differential equations, with DDIM steps instead of straight
// lines.
import { broadcastLevels } from '../process/coefficients.ts'
import { convertPrediction } from '../process/prediction.ts'
import type { Levels, Schedule } from '../process/schedule.ts'
import { levelsAt, levelsAtRatio } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { TypedPrediction } from '../base/values.ts'
import { eulerStep } from './euler.ts'

/** Evaluates the model at another x and level. */
export type EvaluateAt = (x: Tensor, at: Levels) => TypedPrediction

/**
 * Weights of Adams-Bashforth methods, by the number of predictions, newest first (Liu et al. 2022,
 * eq. 9; with fewer than four, Zhang & Chen 2023, appendix H.2).
 */
const adams = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
]

/**
 * A step of PLMS (Liu et al. 2022, eq. 12): DDIM with the extrapolation of four predictions,
 * `predictions` newest first. With fewer it is iPNDM (Zhang & Chen 2023), with one DDIM. All are of
 * one type and `[b, ...]`, the newest made at `xt`.
 */
export const plmsStep = (
  xt: Tensor,
  predictions: readonly TypedPrediction[],
  from: Levels,
  to: Levels,
): Tensor =>
  ddimTransfer(
    xt,
    combinePredictions(predictions, adams[Math.min(predictions.length, 4) - 1]),
    from,
    to,
  )

export interface PNDMStart {
  /**
   * prk: Runge-Kutta for the first three steps, with three more evaluations each (Liu et al. 2022,
   * eq. 13). plms: for the first step alone the mean of both its ends, with one more evaluation, as
   * in Stable Diffusion (skip_prk_steps of diffusers).
   */
  start: 'prk' | 'plms'
  /** The level in the middle of the step. */
  middle: () => Levels
  evaluate: EvaluateAt
}

/**
 * One step of PNDM (Liu et al. 2022, algorithm 2): the first ones by a method that needs no
 * history, then {@link plmsStep}. `predictions` newest first, the newest made at `xt`. Steps to
 * clean data, where models cannot be evaluated, are always of plmsStep.
 */
export function pndmStep(
  xt: Tensor,
  predictions: readonly TypedPrediction[],
  from: Levels,
  to: Levels,
  { start, middle, evaluate }: PNDMStart,
): Tensor {
  const first = predictions[0]
  const starts =
    predictions.length <= { prk: 3, plms: 1 }[start] && to.sigma.every((sigma) => sigma > 0)
  if (!starts) return plmsStep(xt, predictions, from, to)
  if (start === 'plms') {
    const end = evaluate(ddimTransfer(xt, first, from, to), to)
    return ddimTransfer(xt, combinePredictions([first, end], [1 / 2, 1 / 2]), from, to)
  }
  const between = middle()
  const second = evaluate(ddimTransfer(xt, first, from, between), between)
  const third = evaluate(ddimTransfer(xt, second, from, between), between)
  const fourth = evaluate(ddimTransfer(xt, third, from, to), to)
  return ddimTransfer(
    xt,
    combinePredictions([first, second, third, fourth], [1 / 6, 1 / 3, 1 / 3, 1 / 6]),
    from,
    to,
  )
}

/**
 * The level between two others, for Runge-Kutta: the timestep half way, an integer if both are;
 * where levels differ from those of their timesteps, half way in λ.
 */
export function middleLevel(schedule: Schedule, from: Levels, to: Levels): Levels {
  const [a, b] = broadcastLevels(from, to)
  if (a.ratio && b.ratio) {
    return levelsAtRatio(
      schedule,
      a.ratio.map((ratio, i) => Math.sqrt(ratio * b.ratio![i])),
    )
  }
  const whole = [...a.t, ...b.t].every(Number.isInteger)
  const half = (length: number) => (whole ? Math.floor(length / 2) : length / 2)
  return levelsAt(schedule, { t: a.t.map((t, i) => t - half(t - b.t[i])) })
}

/** DDIM, φ of Liu et al. 2022, eq. 11. */
const ddimTransfer = (
  xt: Tensor,
  { tensor, predicts }: TypedPrediction,
  from: Levels,
  to: Levels,
): Tensor => eulerStep(xt, convertPrediction(tensor, xt, from, predicts, 'sample'), from, to)

const combinePredictions = (
  predictions: readonly TypedPrediction[],
  weights: readonly number[],
): TypedPrediction => ({
  predicts: predictions[0].predicts,
  tensor: weights
    .slice(1)
    .reduce(
      (sum, weight, i) => sum.add(predictions[i + 1].tensor.mul(weight)),
      predictions[0].tensor.mul(weights[0]),
    ),
})
