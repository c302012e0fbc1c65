// PNDM and iPNDM: methods for ordinary differential equations, with DDIM in the place of the straight line.
import { broadcastLevels } from '../coefficients.ts'
import { convertPrediction } from '../prediction.ts'
import type { Levels, Schedule } from '../schedule.ts'
import { levelsAt, levelsOfRatio } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Prediction } from '../values.ts'
import { eulerStep } from './euler.ts'

/** What a model said, of whatever kind: ε, as in the paper, or its own output, as diffusers' PNDM has it. */
export type Said = Pick<Prediction, 'tensor' | 'predicts'>

/** Asks the model at another place. */
export type Ask = (x: Tensor, at: Levels) => Said

/**
 * Adams and Bashforth's weights, by how many predictions there are, newest first (Liu et al. 2022, eq. 9; with fewer than four,
 * Zhang & Chen 2023, appendix H.2).
 */
const adams = [[1], [3 / 2, -1 / 2], [23 / 12, -16 / 12, 5 / 12], [55 / 24, -59 / 24, 37 / 24, -9 / 24]]

/**
 * A step of PLMS (Liu et al. 2022, eq. 12): DDIM with what four predictions, `said` newest first, extrapolate to. With fewer it
 * is iPNDM (Zhang & Chen 2023), with one DDIM. All of one kind and `[b, ...]`, the newest made at `xt`.
 */
export const plmsStep = (xt: Tensor, said: readonly Said[], from: Levels, to: Levels): Tensor =>
  transfer(xt, mixed(said, adams[Math.min(said.length, 4) - 1]!), from, to)

export interface PNDMStart {
  /**
   * prk: Runge and Kutta's method for the first three steps, with three more evaluations each (Liu et al. 2022, eq. 13); plms: for
   * the first alone the mean of both its ends, with one more, as in Stable Diffusion (skip_prk_steps of diffusers).
   */
  start: 'prk' | 'plms'
  /** Between both ends of the step. */
  middle: () => Levels
  ask: Ask
}

/**
 * One step of PNDM (Liu et al. 2022, algorithm 2): the first by a method that needs nothing earlier, then {@link plmsStep}.
 * `said` newest first, the newest made at `xt`. Steps to clean data, where no model can be asked, are of plmsStep too.
 */
export function pndmStep(xt: Tensor, said: readonly Said[], from: Levels, to: Levels, { start, middle, ask }: PNDMStart): Tensor {
  const first = said[0]!
  const starts = said.length <= { prk: 3, plms: 1 }[start] && to.sigma.every((sigma) => sigma > 0)
  if (!starts) return plmsStep(xt, said, from, to)
  if (start === 'plms') {
    const end = ask(transfer(xt, first, from, to), to)
    return transfer(xt, mixed([first, end], [1 / 2, 1 / 2]), from, to)
  }
  const between = middle()
  const second = ask(transfer(xt, first, from, between), between)
  const third = ask(transfer(xt, second, from, between), between)
  const fourth = ask(transfer(xt, third, from, to), to)
  return transfer(xt, mixed([first, second, third, fourth], [1 / 6, 1 / 3, 1 / 3, 1 / 6]), from, to)
}

/**
 * The level between two, for Runge and Kutta's method: the timestep half way, a whole one if both are; where levels are not
 * those of their timesteps, half way in λ.
 */
export function middleOf(schedule: Schedule, from: Levels, to: Levels): Levels {
  const [a, b] = broadcastLevels(from, to)
  if (a.ratio && b.ratio) {
    return levelsOfRatio(
      schedule,
      a.ratio.map((ratio, i) => Math.sqrt(ratio * b.ratio![i]!)),
    )
  }
  const whole = [...a.t, ...b.t].every(Number.isInteger)
  const half = (length: number) => (whole ? Math.floor(length / 2) : length / 2)
  return levelsAt(schedule, { t: a.t.map((t, i) => t - half(t - b.t[i]!)) })
}

/** DDIM, φ of Liu et al. 2022, eq. 11. */
const transfer = (xt: Tensor, { tensor, predicts }: Said, from: Levels, to: Levels): Tensor =>
  eulerStep(xt, convertPrediction(tensor, xt, from, predicts, 'sample'), from, to)

const mixed = (said: readonly Said[], weights: readonly number[]): Said => ({
  predicts: said[0]!.predicts,
  tensor: weights.slice(1).reduce((sum, weight, i) => sum.add(said[i + 1]!.tensor.mul(weight)), said[0]!.tensor.mul(weights[0]!)),
})
