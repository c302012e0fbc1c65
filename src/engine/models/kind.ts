// What every kind of model has to say of itself; `predict.ts` holds the table of kinds.
import type { Tensor } from '../tf.ts'
import type { Model } from '../values.ts'

/** Runs another model, for wrappers. */
export type Evaluate = (model: Model, x: Tensor, t: Float64Array, labels: Int32Array | undefined) => Tensor

export interface ModelKind {
  /** True if it has weights that training changes; a wrapper has none of its own. */
  trainable: boolean
  /** The shape of one item it takes. */
  itemShape(model: Model): number[]
  /** How many class labels it knows; 0 if it takes none. */
  classes(model: Model): number
  /** The prediction for a batch whose arguments were checked. `labels`, -1 for none, only where there are classes. */
  evaluate(model: Model, x: Tensor, t: Float64Array, labels: Int32Array | undefined, evaluateChild: Evaluate): Tensor
}
