// DPM-Solver and DPM-Solver++, multistep: what is known of the way is solved exactly, the model's part is extrapolated from
// earlier steps.
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import { integrated, knownPart, lastEta, moments, orderOf, slopeAtMiddle, usable } from './exponential.ts'
import type { StepHistory } from './history.ts'

export const solverTypes = ['midpoint', 'heun', 'exact'] as const
export type SolverType = (typeof solverTypes)[number]

export interface DPMSolverOptions {
  /** data: DPM-Solver++, from predictions of x_0; noise: DPM-Solver, from those of ε. */
  terms?: Terms
  /** 1: the reverse SDE, which needs fresh noise; 0: the ODE. */
  eta?: number
  order?: number
  /**
   * Of second order, midpoint gives the slope half the weight of a constant, heun integrates it. Of third order, both give the
   * curvature half of its integral, as the code of Lu et al. and diffusers have it, and converge like h²; exact gives it all of
   * it, and converges like h³.
   */
  type?: SolverType
}

/**
 * One step of DPM-Solver++ (Lu et al. 2022b, algorithm 2), with `terms` noise of DPM-Solver (2022a), with `eta` 1 of SDE-DPM-Solver
 * (2022b, section 5). `xt`, the `prediction` at it (x_0 or ε, as `terms` says) and fresh noise `z` are `[b, ...]`; `history` has
 * earlier predictions. The order is lower where there are few of them, and 1 to clean data. Throws NodeError as
 * {@link knownPart} does.
 */
export function dpmSolverStep(
  xt: Tensor,
  prediction: Tensor,
  from: Levels,
  to: Levels,
  history: StepHistory,
  { terms = 'data', eta = 0, order = 2, type = 'midpoint' }: DPMSolverOptions = {},
  z?: Tensor,
): Tensor {
  const part = knownPart(from, to, terms, lastEta(to, terms, eta))
  const earlier = usable(from, history, orderOf(order, to, undefined, false) - 1)
  const predictions = [{ value: prediction, at: from }, ...earlier]
  return integrated(xt, part, predictions, momentsOf[type](part, predictions.length), z)
}

/** How the powers are integrated, by how many predictions there are. */
const momentsOf: { [K in SolverType]: (part: KnownPart, count: number) => Float64Array[] } = {
  midpoint: (part, count) => (count === 2 ? slopeAtMiddle(part) : halfCurvature(moments(part, count))),
  heun: (part, count) => halfCurvature(moments(part, count)),
  exact: moments,
}

const halfCurvature = (all: Float64Array[]): Float64Array[] =>
  all.map((moment, k) => (k === 2 ? moment.map((value) => value / 2) : moment))
