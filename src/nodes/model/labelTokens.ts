// Several labels an item, as tokens.
import { labelRows } from '../../engine/tokens.ts'
import { NodeError } from '../../engine/plan/fault.ts'
import type { Labels } from '../../engine/values.ts'
import { condition, defineNode, labels, many } from '../define.ts'
import { wired } from '../view/read.ts'

export const labelTokens = defineNode({
  type: 'diffusion/LabelTokens',
  category: 'model',
  summary:
    'Gives a model several labels an item, one from each wire. The model looks them up in a table of its own and attends to them: see Attention, kind cross.',
  inputs: { labels: many(labels('one an item, or one for all; -1: none. The order of the wires counts')) },
  outputs: { condition: condition('a row of labels for each item') },
  params: {},
  run: (inputs) => {
    const wires = wired<Labels>(inputs, 'labels').map(([, { labels }]) => labels)
    const rows = labelRows(wires)
    if (!rows) {
      throw new NodeError({
        slot: 'labels_1',
        message: `Expected as many labels on each wire, or one for all, got ${wires.map(({ length }) => length).join(', ')}.`,
        cure: 'Take labels for the same batch.',
      })
    }
    return { condition: { type: 'condition', condition: { kind: 'labels', labels: rows, perItem: wires.length } } }
  },
})
