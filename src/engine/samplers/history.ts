// What a multistep solver remembers: earlier predictions and where they were made.
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'

export interface Past {
  /** What was predicted: x_0, or what else the solver is made of. */
  value: Tensor
  at: Levels
}

/** Newest first. */
export type StepHistory = readonly Past[]

/** The history with one more, of which the last `most` are kept. */
export const remember = (history: StepHistory, past: Past, most: number): StepHistory => [past, ...history].slice(0, most)

/** λ = log(α / σ) of each level: -∞ without signal, ∞ without noise. */
export const lambdasOf = ({ alpha, sigma }: Levels): Float64Array => alpha.map((a, i) => Math.log(a / sigma[i]!))

/** λ is infinite at one end: without signal, or without noise. Between it and the other end there is no middle. */
export const isEndless = (from: Levels, to: Levels): boolean =>
  from.alpha.some((alpha) => alpha === 0) || to.sigma.some((sigma) => sigma === 0)
