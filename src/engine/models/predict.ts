// Interprets models: plain data in, a prediction out. The one table of the kinds of models there are.
import { sameShape } from '../coefficients.ts'
import { NodeError } from '../plan/fault.ts'
import type { Tensor } from '../tf.ts'
import type { Model } from '../values.ts'
import { exactKind } from './exact.ts'
import { guidedKind } from './guided.ts'
import type { ModelKind } from './kind.ts'
import { mlpKind } from './mlp.ts'
import { findModel } from './tree.ts'

const kinds: Record<string, ModelKind> = {
  mlp: mlpKind,
  exact: exactKind,
  guided: guidedKind(kindOf),
}

function kindOf(model: Model): ModelKind {
  const kind = kinds[model.kind]
  if (kind) return kind
  throw new NodeError({
    slot: 'model',
    message: `Expected a model of a known kind (${Object.keys(kinds).join(', ')}), got "${model.kind}".`,
    cure: 'Use a model made by a node of this version.',
  })
}

/** How many class labels a model takes; 0 for none. */
export const classesOf = (model: Model): number => kindOf(model).classes(model)

/** The model of the tree whose weights training changes, or undefined if there is none. */
export const trainableOf = (model: Model): Model | undefined => findModel(model, (inner) => kindOf(inner).trainable)

/**
 * What `model` says of the noised batch `x`, `[b, ...]`, at the timesteps `t`, one per item or one for all, under the
 * labels `condition`, likewise; a label of -1, or no condition, is the null label.
 * Throws NodeError, by slot, if a shape, a timestep or a label is not for this model.
 */
export function predict(model: Model, x: Tensor, t: Float64Array, condition?: Int32Array): Tensor {
  const kind = kindOf(model)
  checkShape(x, kind.itemShape(model))
  checkTimesteps(t, x)
  if (condition) checkLabels(condition, kind.classes(model), x)
  return evaluate(model, x, t, condition)
}

const evaluate = (model: Model, x: Tensor, t: Float64Array, labels: Int32Array | undefined): Tensor =>
  kindOf(model).evaluate(model, x, t, labels, evaluate)

function checkShape(x: Tensor, itemShape: number[]) {
  const shape = x.shape.slice(1)
  if (sameShape(shape, itemShape)) return
  throw new NodeError({
    slot: 'x_t',
    message: `Expected a batch of items of shape [${itemShape}], got items of shape [${shape}].`,
    cure: 'Make the model for this data (its param `dim`), or wire data that the model was made for.',
  })
}

function checkTimesteps(t: Float64Array, x: Tensor) {
  checkCount('t', 'timestep', t.length, x)
  if (t.every((step) => step >= 0)) return
  throw new NodeError({
    slot: 't',
    message: 'No model knows clean data: t = -1 means that no noise is left.',
    cure: 'Set `end` of Timesteps to `smallest`, so that the last t_prev is a timestep the model was trained on.',
  })
}

function checkLabels(labels: Int32Array, classes: number, x: Tensor) {
  if (classes === 0) {
    throw new NodeError({
      slot: 'condition',
      message: 'This model was made without classes, but got labels.',
      cure: 'Set `num_classes` of the model, or leave `condition` unwired.',
    })
  }
  checkCount('condition', 'label', labels.length, x)
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown === undefined) return
  throw new NodeError({
    slot: 'condition',
    message: `Expected labels from 0 to ${classes - 1}, or -1 for none, got ${unknown}.`,
    cure: 'Choose a label that the model was trained on, or set `num_classes` of the model to that of the data.',
  })
}

function checkCount(slot: string, what: string, count: number, x: Tensor) {
  const batch = x.shape[0]!
  if (count === 1 || count === batch) return
  throw new NodeError({
    slot,
    message: `Expected one ${what} per item: [${batch}], got [${count}].`,
    cure: `Take ${slot} and x_t from the same batch.`,
  })
}
