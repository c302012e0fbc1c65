// Class labels chosen by hand, for sampling.
import { NodeError } from '../../engine/plan/fault.ts'
import { advanced, dataset, defineNode, integer, labels as labelsSlot, optional, samples } from '../define.ts'

export const labels = defineNode({
  type: 'diffusion/Labels',
  category: 'data',
  summary: 'Gives every item of a batch a class: one class for all, or all classes in turn.',
  inputs: {
    like: optional(samples('one label for each item of this batch')),
    dataset: optional(dataset('its number of classes, for all in turn')),
  },
  outputs: { labels: labelsSlot('one an item') },
  params: {
    label: integer(-1, { min: -1, max: 100_000 }, 'the class; -1: all classes in turn'),
    num_classes: advanced(integer(2, { min: 1, max: 100_000 }, 'how many classes there are, where no dataset is wired')),
    batch_size: advanced(integer(16, { min: 1, max: 65536 }, 'how many labels, where `like` is not wired')),
  },
  run: ({ like, dataset }, { label, num_classes, batch_size }) => {
    const count = like?.tensor.shape[0] ?? batch_size
    if (dataset && !dataset.classes) {
      throw new NodeError({
        slot: 'dataset',
        message: 'This data set has no classes.',
        cure: 'Cut the wire, and set num_classes.',
      })
    }
    const classes = dataset?.classes ?? num_classes
    if (label >= classes) {
      throw new NodeError({
        param: 'label',
        message: `Expected a label from 0 to ${classes - 1}, or -1 for all in turn, got ${label}.`,
        cure: 'Choose one of these, or raise num_classes.',
      })
    }
    return { labels: { type: 'labels', labels: Int32Array.from({ length: count }, (_, i) => (label < 0 ? i % classes : label)) } }
  },
})
