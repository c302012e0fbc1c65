// LabelTokens: several labels per item, as tokens.
import { labelRows } from '../../engine/models/tokens.ts'
import { NodeError } from '../../engine/messages/fault.ts'
import type { Labels } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'
import { wiredSlots } from '../observers/read.ts'
import { modelNodeMessages } from '../../messages/modelNodes.ts'

export const labelTokens = defineNode({
  type: 'diffusion/LabelTokens',
  category: 'model',
  summary:
    'Combines several labels per item into tokens that a model can attend to. The model embeds them with a table of its own: see Attention, kind cross.',
  aliases: ['multi label'],
  inputs: {
    labels: slot.many(
      slot.labels(
        'One label per item, or one for all; -1: none. The order of the links is the order of the tokens',
      ),
    ),
  },
  outputs: { condition: slot.condition('Sequence of labels for each item') },
  params: {},
  run: (inputs) => {
    const wires = wiredSlots<Labels>(inputs, 'labels').map(([, { labels }]) => labels)
    const rows = labelRows(wires)
    if (!rows) {
      throw new NodeError({
        slot: 'labels_1',
        message: modelNodeMessages.tokenLabels({
          counts: wires.map(({ length }) => length).join(', '),
        }),
        cure: modelNodeMessages.labelsOfBatch(),
      })
    }
    return {
      condition: {
        type: 'condition',
        condition: { kind: 'labels', labels: rows, perItem: wires.length },
      },
    }
  },
})
