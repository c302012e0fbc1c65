// Labels that a classifier is asked about.
import { NodeError } from '../../engine/plan/fault.ts'
import type { Model } from '../../engine/values.ts'

/** Throws NodeError unless there is a label the classifier knows for each of `batch` pictures, or one for all. */
export function checkLabels({ kind, config }: Model, labels: Int32Array, batch: number) {
  // A model of another kind is refused where it is asked.
  if (kind !== 'classifier') return
  if (labels.length !== 1 && labels.length !== batch) {
    throw new NodeError({
      slot: 'labels',
      message: `Expected one label per picture: [${batch}], got [${labels.length}].`,
      cure: 'Take labels and x_t from the same batch.',
    })
  }
  const classes = config.num_classes as number
  const unknown = labels.find((label) => label < -1 || label >= classes)
  if (unknown === undefined) return
  throw new NodeError({
    slot: 'labels',
    message: `Expected labels from 0 to ${classes - 1}, or -1 for none, got ${unknown}.`,
    cure: 'Choose a class that the classifier was trained on.',
  })
}
