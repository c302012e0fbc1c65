// UniPC: a predictor that extrapolates from earlier steps, and a corrector that costs no evaluation.
import type { Levels } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { KnownPart, Terms } from './exponential.ts'
import { integrated, knownPart, moments, slopeAtMiddle, slopeOfLine, usable } from './exponential.ts'
import type { Past, StepHistory } from './history.ts'
import { remember } from './history.ts'

export const unipcTypes = ['bh2', 'bh1'] as const
/** B(h): e^h - 1 (bh2) or h (bh1). */
export type UniPCType = (typeof unipcTypes)[number]

export interface UniPCOptions {
  /** data: from predictions of x_0, predict_x0; noise: of ε. */
  terms: Terms
  type: UniPCType
  /** Of the predictor, at this place; the corrector, one step later, has one more. */
  order: number
  /** Whether x_t is corrected first. */
  corrects: boolean
}

export interface UniPCState {
  history: StepHistory
  /** How many steps were made. */
  made: number
  /** The step that led to x_t: from where, and with how many predictions. */
  last?: { x: Tensor; at: Levels; order: number }
}

/**
 * One step of UniPC (Zhao et al. 2023, algorithms 1 and 2): x_t, which the step before predicted, is corrected by what was
 * predicted at it, and x_s predicted from there. The weights of the paper, which solve R ρ = φ/B(h), are the integrals of
 * the polynomial through the predictions, so B(h) matters only where there are two of them and ρ is set to 1/2. `xt` and
 * `prediction` (x_0 or ε at the x_t that came in) `[b, ...]`. Throws NodeError as {@link knownPart} does.
 */
export function unipcStep(
  xt: Tensor,
  prediction: Tensor,
  from: Levels,
  to: Levels,
  { history, last, made }: UniPCState,
  { terms, type, order, corrects }: UniPCOptions,
): { x: Tensor; state: UniPCState } {
  const now: Past = { value: prediction, at: from }
  let x = xt
  if (corrects && last) {
    const part = knownPart(last.at, from, terms)
    const earlier = usable(from, history, last.order)
    if (earlier.length > 0) {
      const predictions = [now, ...earlier]
      x = integrated(last.x, part, predictions, momentsOf(part, predictions.length, type))
    }
  }
  const part = knownPart(from, to, terms)
  const predictions = [now, ...usable(from, history, order - 1)]
  return {
    x: integrated(x, part, predictions, momentsOf(part, predictions.length, type)),
    state: { history: remember(history, now, 3), last: { x, at: from, order: predictions.length }, made: made + 1 },
  }
}

function momentsOf(part: KnownPart, count: number, type: UniPCType): Float64Array[] {
  if (count !== 2) return moments(part, count)
  return type === 'bh2' ? slopeAtMiddle(part) : slopeOfLine(part)
}
