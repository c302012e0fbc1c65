// Check of the labels that a classifier is evaluated for.
import { NodeError } from '../../engine/base/fault.ts'
import type { Model } from '../../engine/base/values.ts'
import { modelNodeMessages } from '../messages/modelNodes.ts'

/** Throws NodeError unless there is one valid label for each of `batch` images, or one for all. */
export function checkClassifierLabels({ kind, config }: Model, labels: Int32Array, batch: number) {
  // Models of other kinds are rejected when they are evaluated.
  if (kind !== 'classifier') return
  if (labels.length !== 1 && labels.length !== batch) {
    throw new NodeError({
      slot: 'labels',
      message: modelNodeMessages.labelsPerImage({ expected: batch, got: labels.length }),
      cure: modelNodeMessages.labelsAndImages(),
    })
  }
  const classes = config.num_classes as number
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown === undefined) return
  throw new NodeError({
    slot: 'labels',
    message: modelNodeMessages.classifierLabel({ last: classes - 1, label: unknown }),
    cure: modelNodeMessages.chooseClass(),
  })
}
