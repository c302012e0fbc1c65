// DPM-Solver and DPM-Solver++, multistep: the linear part is solved exactly, and the model's part
// is extrapolated from earlier steps.
import type { Tensor } from '../base/tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import {
  integrateStep,
  knownPart,
  lastEta,
  moments,
  stepOrder,
  slopeAtMiddle,
  selectPredictions,
} from './exponential.ts'
import type { StepHistory } from './history.ts'
import type { StepWith } from './step.ts'

export const solverTypes = ['midpoint', 'heun', 'exact'] as const
export type SolverType = (typeof solverTypes)[number]

export interface DPMSolverOptions {
  /** data: DPM-Solver++, from predictions of x_0; noise: DPM-Solver, from those of ε. */
  terms?: Terms
  /** 1: the reverse SDE, which needs fresh noise; 0: the ODE. */
  eta?: number
  order?: number
  /**
   * For second order, midpoint gives the slope half the weight of a constant, and heun integrates
   * it. For third order, both give the curvature half of its integral, as the code of Lu et al. and
   * diffusers, and converge like h²; exact gives it all of its integral, and converges like h³.
   */
  type?: SolverType
}

/** A step of a solver that continues earlier predictions. */
export interface MultistepStep extends StepWith {
  /** The prediction at x_t, of x_0 or ε. */
  value: Tensor
  history: StepHistory
  /** Fresh noise, where the solver adds some. */
  z?: Tensor | undefined
}

/**
 * One step of DPM-Solver++ (Lu et al. 2022b, algorithm 2), with `terms` noise of DPM-Solver
 * (2022a), with `eta` 1 of SDE-DPM-Solver (2022b, section 5). The order is lower with few earlier
 * predictions, and 1 to clean data. Throws EngineError as {@link knownPart} does.
 */
export function dpmSolverStep(
  { xt, value, from, to, history, z }: MultistepStep,
  { terms = 'data', eta = 0, order = 2, type = 'midpoint' }: DPMSolverOptions = {},
): Tensor {
  const part = knownPart(from, to, terms, lastEta(to, terms, eta))
  const earlier = selectPredictions(from, history, stepOrder(order, to, undefined, false) - 1)
  const predictions = [{ value, at: from }, ...earlier]
  return integrateStep(xt, part, predictions, momentsByType[type](part, predictions.length), z)
}

/** The integrals of the powers, by the number of predictions. */
const momentsByType: { [K in SolverType]: (part: KnownPart, count: number) => Float64Array[] } = {
  midpoint: (part, count) =>
    count === 2 ? slopeAtMiddle(part) : halfCurvature(moments(part, count)),
  heun: (part, count) => halfCurvature(moments(part, count)),
  exact: moments,
}

const halfCurvature = (all: Float64Array[]): Float64Array[] =>
  all.map((moment, k) => (k === 2 ? moment.map((value) => value / 2) : moment))
