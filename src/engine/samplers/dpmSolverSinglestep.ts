// DPM-Solver and DPM-Solver++, single step: several evaluations make a step, each from where the step began.
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { StepPlace } from '../values.ts'
import type { Terms } from './exponential.ts'
import { integrated, knownPart, lastEta, moments, orderOf, slopeAtMiddle, usable } from './exponential.ts'
import type { StepHistory } from './history.ts'

/** A step that is not yet complete. */
export interface OpenStep {
  /** Where it began. */
  x: Tensor
  /** What was predicted since, newest first; the last at x. */
  predictions: StepHistory
}

export const singlestepTypes = ['midpoint', 'heun'] as const

export interface SinglestepOptions {
  terms: Terms
  /** 1: the reverse SDE, which needs fresh noise; 0: the ODE. */
  eta: number
  /** midpoint: by a line from the first prediction to the newest; heun: by all of them. */
  type: (typeof singlestepTypes)[number]
  /** Which evaluation of its step this is, 1 for the first: see {@link evaluationOf}. */
  evaluation: number
}

/**
 * One evaluation of a step of DPM-Solver++(2S, 3S) (Lu et al. 2022b, algorithm 1; in terms of ε, 2022a, algorithms 1 and 2). The
 * k-th leads from where the step began to the next level, with a polynomial through k predictions, and is of order k: so each
 * transition of a list has one evaluation, and `order` transitions are one step. `xt`, `prediction` (x_0 or ε) and `z`
 * `[b, ...]`. To clean data it is of first order, from xt. Throws NodeError as {@link knownPart} does.
 */
export function dpmSolverSinglestep(
  xt: Tensor,
  prediction: Tensor,
  from: Levels,
  to: Levels,
  open: OpenStep | undefined,
  { terms, eta, type, evaluation }: SinglestepOptions,
  z?: Tensor,
): { x: Tensor; open: OpenStep } {
  const now = { value: prediction, at: from }
  const earlier = open ? usable(from, open.predictions, orderOf(evaluation, to, undefined, false) - 1) : []
  const goesOn = open && earlier.length > 0 && earlier.length === open.predictions.length
  const step = goesOn ? { x: open.x, predictions: [now, ...earlier] } : { x: xt, predictions: [now] }
  const first = step.predictions.at(-1)!
  const part = knownPart(first.at, to, terms, lastEta(to, terms, eta))
  // midpoint: a line, from the first prediction through the newest.
  const through = goesOn && type === 'midpoint' ? [now, first] : step.predictions
  const powers = type === 'midpoint' && step.predictions.length === 2 ? slopeAtMiddle(part) : moments(part, through.length)
  return { x: integrated(step.x, part, through, powers, z), open: step }
}

/**
 * Which evaluation of its step comes next, if steps have `order` of them. If `lowered`, the last of the list is not the end of
 * a whole step but one of first order.
 */
export function evaluationOf(order: number, open: OpenStep | undefined, place: StepPlace | undefined, lowered: boolean): number {
  const made = open?.predictions.length ?? 0
  const evaluation = made < order ? made + 1 : 1
  return lowered && place && place.index === place.count - 1 && evaluation === order ? 1 : evaluation
}
