// Interface of the evaluation of models without a network of their own; `predict.ts` has the table.
import type { Tensor } from '../base/tf.ts'
import type { Conditioning, Prediction } from '../base/values.ts'
import type { Model } from './model.ts'
import type { Times } from '../process/schedule.ts'

/** Output of a model: a prediction, and a variance if it is learned. */
export type Answer = Pick<Prediction, 'tensor' | 'variance'>

/** Evaluates another model, for wrappers. */
export type Evaluate = (
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
) => Answer

/** Closed forms and wrappers of other models. */
export interface Formula<M extends Model = Model> {
  /** Evaluates a checked batch. A wrapper returns an answer with the variance of its child. */
  evaluate(
    model: M,
    x: Tensor,
    t: Times,
    condition: Conditioning | undefined,
    evaluateChild: Evaluate,
  ): Tensor | Answer
  /**
   * ln q(x_t) per item, `[b]`, for models with a closed-form density of data noised to t (-1:
   * clean). The batch is already checked.
   */
  logDensity?(model: M, x: Tensor, t: Times): Tensor
}
