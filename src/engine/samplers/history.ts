// The history of a multistep solver: earlier predictions and their levels.
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'

export interface PastPrediction {
  /** The prediction, of x_0 or of another quantity of the solver. */
  value: Tensor
  at: Levels
}

/** Newest first. */
export type StepHistory = readonly PastPrediction[]

/** Adds a prediction, and keeps the newest `most`. */
export const addToHistory = (
  history: StepHistory,
  past: PastPrediction,
  most: number,
): StepHistory => [past, ...history].slice(0, most)

/** λ = log(α / σ) of each level: -∞ without signal, ∞ without noise. */
export const getLambdas = ({ alpha, sigma }: Levels): Float64Array =>
  alpha.map((a, i) => Math.log(a / sigma[i]))

/** True if λ is infinite at one end, without signal or noise. The step then has no middle. */
export const hasInfiniteLambda = (from: Levels, to: Levels): boolean =>
  from.alpha.some((alpha) => alpha === 0) || to.sigma.some((sigma) => sigma === 0)
