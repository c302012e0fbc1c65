// How wrong a classifier is: as a loss, and as a share of right answers.
import { oneHot } from './layers/embedding.ts'
import { NodeError } from './plan/fault.ts'
import type { Scalar, Tensor2D } from './tf.ts'
import { tf } from './tf.ts'

/**
 * The mean of -log softmax(logits)[label] over the items that have a label; those with -1 do not count. Logits are
 * `[b, classes]`. As `torch.nn.functional.cross_entropy`. Throws NodeError, by slot, for labels that the logits do not have.
 */
export function crossEntropy(logits: Tensor2D, labels: Int32Array): Scalar {
  const classes = logits.shape[1]
  const labelled = checkLabels(logits, labels)
  // A row of zeros for what has no label: a product with it has an exact gradient on every backend, gathering has not.
  const chosen = oneHot(shifted(labels), classes + 1).slice([0, 1], [labels.length, classes])
  return tf.logSoftmax(logits).mul(chosen).sum(1).sum().div(-labelled) as Scalar
}

/** The share of items whose largest logit is that of their label; those with -1 do not count. NaN if a logit is no number. */
export function accuracy(logits: Tensor2D, labels: Int32Array): Scalar {
  const labelled = checkLabels(logits, labels)
  const right = logits.argMax(1).equal(tf.tensor1d(labels, 'int32'))
  // argMax passes over NaN: a broken classifier would be right as often as class 0 comes.
  return right.cast('float32').sum().div(labelled).add(logits.mul(0).sum()) as Scalar
}

/** -1 becomes 0. */
const shifted = (labels: Int32Array) => labels.map((label) => label + 1)

/** How many items have a label. */
function checkLabels({ shape: [batch, classes] }: Tensor2D, labels: Int32Array): number {
  if (labels.length !== batch) {
    throw new NodeError({
      slot: 'labels',
      message: `Expected one label per item: [${batch}], got [${labels.length}].`,
      cure: 'Take the labels from where the pictures come from.',
    })
  }
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown !== undefined) {
    throw new NodeError({
      slot: 'labels',
      message: `The classifier knows labels from 0 to ${classes - 1}, got ${unknown}.`,
      cure: 'Set `num_classes` of Classifier to that of the data, or wire the data set to it.',
    })
  }
  const labelled = labels.filter((label) => label >= 0).length
  if (labelled > 0) return labelled
  throw new NodeError({
    slot: 'labels',
    message: 'No item has a label.',
    cure: 'Wire labels before LabelDropout, or a data set that has labels.',
  })
}
