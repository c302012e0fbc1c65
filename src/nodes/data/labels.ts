// Labels: class labels chosen by hand, for sampling.
import { NodeError } from '../../engine/messages/fault.ts'
import { defineNode, param, slot } from '../define.ts'
import { dataMessages } from '../../messages/data.ts'

export const labels = defineNode({
  type: 'diffusion/Labels',
  category: 'data',
  summary: 'Assigns a class to every item of a batch: one class for all, or all classes in turn.',
  aliases: ['classes', 'class_labels'],
  inputs: {
    like: slot.optional(slot.samples('Batch to label, one label per item')),
    dataset: slot.optional(slot.dataset('Number of classes, if all are used in turn')),
  },
  outputs: { labels: slot.labels('One label per item') },
  params: {
    label: param.integer(
      -1,
      { min: -1, max: 100_000 },
      'Class of all items; -1: all classes in turn',
    ),
    num_classes: param.advanced(
      param.integer(2, { min: 1, max: 100_000 }, 'Number of classes if dataset is not connected'),
    ),
    batch_size: param.advanced(
      param.integer(16, { min: 1, max: 65536 }, 'Number of labels if `like` is not connected'),
    ),
  },
  run: ({ like, dataset }, { label, num_classes, batch_size }) => {
    const count = like?.tensor.shape[0] ?? batch_size
    if (dataset && !dataset.classes) {
      throw new NodeError({
        slot: 'dataset',
        message: dataMessages.noClasses(),
        cure: dataMessages.setClasses(),
      })
    }
    const classes = dataset?.classes ?? num_classes
    if (label >= classes) {
      throw new NodeError({
        param: 'label',
        message: dataMessages.label({ last: classes - 1, label }),
        cure: dataMessages.chooseLabel(),
      })
    }
    return {
      labels: {
        type: 'labels',
        labels: Int32Array.from({ length: count }, (_, i) => (label < 0 ? i % classes : label)),
      },
    }
  },
})
