// Interface of a kind of model; `predict.ts` has the table of kinds.
import type { Times } from '../../process/schedule.ts'
import type { Tensor } from '../../base/tf.ts'
import type { Conditioning, Model, Prediction } from '../../base/values.ts'
import type { ConditionSpec } from '../condition.ts'
import type { Program } from '../graph/step.ts'

/** Output of a model: a prediction, and a variance if it is learned. */
export type Answer = Pick<Prediction, 'tensor' | 'variance'>

/** Evaluates another model, for wrappers. */
export type Evaluate = (
  model: Model,
  x: Tensor,
  t: Times,
  condition: Conditioning | undefined,
) => Answer

export interface ModelKind {
  /** True if the model itself has trainable weights; wrappers have none. */
  trainable: boolean
  /**
   * True if the result can be differentiated with respect to the timestep (`Times.tensor`), which
   * the model then passes to its embedding or to its children.
   */
  differentiableTime?: true
  /** The network of a model that is a graph of layers. */
  program?(model: Model): Program
  /** Shape of one item. */
  itemShape(model: Model): number[]
  /** Parts of the condition; none for unconditional models. */
  conditions(model: Model): readonly ConditionSpec[]
  /**
   * Evaluates a checked batch. A network returns its raw output, with both halves for a learned
   * variance; a wrapper returns an answer with the variance of its child.
   */
  evaluate(
    model: Model,
    x: Tensor,
    t: Times,
    condition: Conditioning | undefined,
    evaluateChild: Evaluate,
  ): Tensor | Answer
  /**
   * ln q(x_t) per item, `[b]`, for models with a closed-form density of data noised to t (-1:
   * clean). The batch is already checked.
   */
  logDensity?(model: Model, x: Tensor, t: Times): Tensor
}
