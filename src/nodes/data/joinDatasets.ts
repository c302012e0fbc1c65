// JoinDatasets: several data sets as one, one after the other or side by side.
import { appendDatasets, labellings, pairDatasets } from '../../engine/datasets/combine.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import { defineNode, param, slot } from '../define.ts'
import { wiredSlots } from '../observers/read.ts'

export const joinDatasets = defineNode({
  type: 'diffusion/JoinDatasets',
  category: 'data',
  summary:
    'Joins data sets: the items of all, or pairs of items with the same number, such as noise and the sample made from it. SplitChannels separates pairs.',
  aliases: ['ConcatDataset', 'merge datasets'],
  inputs: { dataset: slot.many(slot.dataset('Data set to join')) },
  outputs: { dataset: slot.dataset('The joined data set') },
  params: {
    axis: param.choice(['items', 'channels'], 'Direction', {
      items: 'One after the other: more items of the same shape',
      channels: 'Side by side: items with the same number become one with more channels',
    }),
    labels: param.when(
      'axis',
      'items',
      param.choice(labellings, 'Labels of the items', {
        keep: 'Their own; -1 for items without one',
        by_source: 'The number of the data set, from 0',
      }),
    ),
  },
  run: (inputs, { axis, labels }) => {
    const sets = wiredSlots<Dataset>(inputs, 'dataset').map(([, set]) => set)
    return { dataset: axis === 'items' ? appendDatasets(sets, labels) : pairDatasets(sets) }
  },
})
