// Cross-entropy and accuracy of a classifier.
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'
import { captureKey, captureOrReplay } from '../base/captureOrReplay.ts'
import { oneHot } from '../layers/embedding.ts'
import type { Scalar, Tensor2D } from '../base/tf.ts'
import { tf } from '../base/tf.ts'

/**
 * Mean of -log softmax(logits)[label] over the items with a label; -1 means none. Logits are `[b,
 * classes]`. As `torch.nn.functional.cross_entropy`. Throws EngineError, by argument, for labels
 * out of range.
 */
export function crossEntropy(logits: Tensor2D, labels: Int32Array): Scalar {
  const classes = logits.shape[1]
  const labelled = countLabelled(logits, labels)
  // Zeros for items without a label. Unlike gather, a product has an exact gradient on every
  // backend.
  const chosen = oneHot(shiftLabels(labels), classes + 1).slice([0, 1], [labels.length, classes])
  return captureOrReplay({
    key: captureKey('cross-entropy'),
    weights: {},
    inputs: [logits, chosen, tf.scalar(-labelled)],
    run: ([logits, chosen, count]) =>
      tf
        .logSoftmax(logits as Tensor2D)
        .mul(chosen)
        .sum(1)
        .sum()
        .div(count),
  }) as Scalar
}

/** Share of labelled items whose largest logit is that of their label. NaN if a logit is NaN. */
export function accuracy(logits: Tensor2D, labels: Int32Array): Scalar {
  const labelled = countLabelled(logits, labels)
  const right = logits.argMax(1).equal(tf.tensor1d(labels, 'int32'))
  // argMax ignores NaN, so a broken classifier would score the frequency of class 0.
  return right.cast('float32').sum().div(labelled).add(logits.mul(0).sum()) as Scalar
}

/** Shifts labels by one, so that -1 becomes 0. */
const shiftLabels = (labels: Int32Array) => labels.map((label) => label + 1)

/** Checks the labels and returns the number of labelled items. */
function countLabelled({ shape: [batch, classes] }: Tensor2D, labels: Int32Array): number {
  if (labels.length !== batch) {
    throw new EngineError(processMessages.labelsPerItem, {
      argument: 'labels',
      batch,
      count: labels.length,
    })
  }
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown !== undefined) {
    throw new EngineError(processMessages.labelRange, {
      argument: 'labels',
      last: classes - 1,
      label: unknown,
    })
  }
  const labelled = labels.filter((label) => label >= 0).length
  if (labelled > 0) return labelled
  throw new EngineError(processMessages.noLabels, { argument: 'labels' })
}
