// What every kind of model has to say of itself; `predict.ts` holds the table of kinds.
import type { Times } from '../schedule.ts'
import type { Tensor } from '../tf.ts'
import type { Conditioning, Model, Prediction } from '../values.ts'
import type { ConditionSpec } from './condition.ts'

/** What a model says: a prediction, and a variance if it was made to. */
export type Answer = Pick<Prediction, 'tensor' | 'variance'>

/** Runs another model, for wrappers. */
export type Evaluate = (model: Model, x: Tensor, t: Times, condition: Conditioning | undefined) => Answer

export interface ModelKind {
  /** True if it has weights that training changes; a wrapper has none of its own. */
  trainable: boolean
  /** The shape of one item it takes. */
  itemShape(model: Model): number[]
  /** What it can be conditioned on; undefined if on nothing. */
  condition(model: Model): ConditionSpec | undefined
  /**
   * The prediction for a batch whose arguments were checked; the condition is of the kind it takes, or none. A network gives
   * its output as it is, both halves if it says a variance; a wrapper an answer, with the variance of what is inside.
   */
  evaluate(model: Model, x: Tensor, t: Times, condition: Conditioning | undefined, evaluateChild: Evaluate): Tensor | Answer
  /**
   * ln q(x_t) of each item, `[b]`, where it is known in closed form: of data that the model takes for granted, noised up to t, which
   * may be -1. The batch was checked.
   */
  logDensity?(model: Model, x: Tensor, t: Times): Tensor
}
