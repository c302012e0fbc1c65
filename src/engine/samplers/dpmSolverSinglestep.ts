// DPM-Solver and DPM-Solver++, single step: a step takes several evaluations, each from the start
// of the step.
import type { Tensor } from '../base/tf.ts'
import type { StepPlace } from '../process/values.ts'
import type { Terms } from './exponential.ts'
import {
  integrateStep,
  knownPart,
  lastEta,
  moments,
  stepOrder,
  slopeAtMiddle,
  selectPredictions,
} from './exponential.ts'
import type { MultistepStep } from './dpmSolver.ts'
import type { StepHistory } from './history.ts'

/** A step that is not complete. */
export interface OpenStep {
  /** Its start. */
  x: Tensor
  /** Its predictions so far, newest first; the last one at x. */
  predictions: StepHistory
}

export const singlestepTypes = ['midpoint', 'heun'] as const

export interface SinglestepOptions {
  terms: Terms
  /** 1: the reverse SDE, which needs fresh noise; 0: the ODE. */
  eta: number
  /** midpoint: a line from the first prediction to the newest; heun: a polynomial through all. */
  type: (typeof singlestepTypes)[number]
  /** The number of this evaluation within its step, from 1: see {@link evaluationIndex}. */
  evaluation: number
}

/** One evaluation. It continues the open step, if there is one. */
export interface SinglestepStep extends Omit<MultistepStep, 'history'> {
  open?: OpenStep | undefined
}

/**
 * One evaluation of a step of DPM-Solver++(2S, 3S) (Lu et al. 2022b, algorithm 1; in terms of ε,
 * 2022a, algorithms 1 and 2). The k-th leads from the start of the step to the next level, by a
 * polynomial through k predictions, and is of order k. So each transition of a list has one
 * evaluation, and `order` transitions are one step. To clean data it is of first order, from xt.
 * Throws EngineError as {@link knownPart} does.
 */
export function dpmSolverSinglestep(
  { xt, value, from, to, open, z }: SinglestepStep,
  { terms, eta, type, evaluation }: SinglestepOptions,
): { x: Tensor; open: OpenStep } {
  const now = { value, at: from }
  const earlier = open
    ? selectPredictions(from, open.predictions, stepOrder(evaluation, to, undefined, false) - 1)
    : []
  const continues = open && earlier.length > 0 && earlier.length === open.predictions.length
  const step = continues
    ? { x: open.x, predictions: [now, ...earlier] }
    : { x: xt, predictions: [now] }
  const first = step.predictions.at(-1)!
  const part = knownPart(first.at, to, terms, lastEta(to, terms, eta))
  // midpoint: a line, from the first prediction through the newest.
  const through = continues && type === 'midpoint' ? [now, first] : step.predictions
  const powers =
    type === 'midpoint' && step.predictions.length === 2
      ? slopeAtMiddle(part)
      : moments(part, through.length)
  return { x: integrateStep(step.x, part, through, powers, z), open: step }
}

/**
 * The number of the next evaluation within its step, for steps with `order` of them. If `lowered`,
 * the last transition of the list is a step of first order, instead of the end of a complete one.
 */
export function evaluationIndex(
  order: number,
  open: OpenStep | undefined,
  place: StepPlace | undefined,
  lowered: boolean,
): number {
  const made = open?.predictions.length ?? 0
  const evaluation = made < order ? made + 1 : 1
  return lowered && place && place.index === place.count - 1 && evaluation === order
    ? 1
    : evaluation
}
