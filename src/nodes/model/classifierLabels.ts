// Check of the labels that a classifier is evaluated for.
import { NodeError } from '../../engine/messages/fault.ts'
import type { Model } from '../../engine/models/model.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'
import { classifierFacts } from '../../engine/models/kinds/classifier/facts.ts'

/** Throws NodeError unless there is one valid label for each of `batch` images, or one for all. */
export function checkClassifierLabels(model: Model, labels: Int32Array, batch: number) {
  const facts = classifierFacts(model)
  // Models of other kinds are rejected when they are evaluated.
  if (!facts) return
  if (labels.length !== 1 && labels.length !== batch) {
    throw new NodeError({
      slot: 'labels',
      message: modelNodeMessages.labelsPerImage({ expected: batch, got: labels.length }),
      cure: modelNodeMessages.labelsAndImages(),
    })
  }
  const { classes } = facts
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown === undefined) return
  throw new NodeError({
    slot: 'labels',
    message: modelNodeMessages.classifierLabel({ last: classes - 1, label: unknown }),
    cure: modelNodeMessages.chooseClass(),
  })
}
