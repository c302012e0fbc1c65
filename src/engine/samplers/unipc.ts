// UniPC: a predictor that extrapolates from earlier steps, and a corrector that costs no
// evaluation.
import type { Levels } from '../process/schedule.ts'
import type { Tensor } from '../base/tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import {
  integrateStep,
  knownPart,
  moments,
  slopeAtMiddle,
  slopeOfLine,
  selectPredictions,
} from './exponential.ts'
import type { PastPrediction, StepHistory } from './history.ts'
import { addToHistory } from './history.ts'
import type { MultistepStep } from './dpmSolver.ts'

export const unipcTypes = ['bh2', 'bh1'] as const
/** B(h): e^h - 1 (bh2) or h (bh1). */
export type UniPCType = (typeof unipcTypes)[number]

export interface UniPCOptions {
  /** data: from predictions of x_0, predict_x0; noise: of ε. */
  terms: Terms
  type: UniPCType
  /** Order of the predictor; the corrector, one step later, has one more. */
  order: number
  /** Corrects x_t before the prediction. */
  corrects: boolean
}

export interface UniPCState {
  history: StepHistory
  /** Number of completed steps. */
  completed: number
  /** The step that led to x_t: its start, and its number of predictions. */
  last?: { x: Tensor; at: Levels; order: number }
}

export interface UniPCStep extends Omit<MultistepStep, 'history' | 'z'> {
  state: UniPCState
}

/**
 * One step of UniPC (Zhao et al. 2023, algorithms 1 and 2): corrects x_t by the prediction at it,
 * and predicts x_s. The weights of the paper, which solve R ρ = φ/B(h), are the integrals of the
 * polynomial through the predictions, so B(h) matters only with two of them, where ρ is set to 1/2.
 * Throws EngineError as {@link knownPart} does.
 */
export function unipcStep(
  { xt, value, from, to, state: { history, last, completed: made } }: UniPCStep,
  { terms, type, order, corrects }: UniPCOptions,
): { x: Tensor; state: UniPCState } {
  const now: PastPrediction = { value, at: from }
  let x = xt
  if (corrects && last) {
    const part = knownPart(last.at, from, terms)
    const earlier = selectPredictions(from, history, last.order)
    if (earlier.length > 0) {
      const predictions = [now, ...earlier]
      x = integrateStep(last.x, part, predictions, unipcMoments(part, predictions.length, type))
    }
  }
  const part = knownPart(from, to, terms)
  const predictions = [now, ...selectPredictions(from, history, order - 1)]
  return {
    x: integrateStep(x, part, predictions, unipcMoments(part, predictions.length, type)),
    state: {
      history: addToHistory(history, now, 3),
      last: { x, at: from, order: predictions.length },
      completed: made + 1,
    },
  }
}

function unipcMoments(part: KnownPart, count: number, type: UniPCType): Float64Array[] {
  if (count !== 2) return moments(part, count)
  return type === 'bh2' ? slopeAtMiddle(part) : slopeOfLine(part)
}
