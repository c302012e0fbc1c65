// List of single numbers to compare.
import { splitMany } from '../../engine/base/ids.ts'
import type { Loss, NumberValue } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'
import { readTensor, wiredSlots } from './read.ts'

export const numbers = defineNode({
  type: 'diffusion/Numbers',
  category: 'view',
  summary:
    'Shows single numbers by name, one per row, for example the bits/dim of several models, accuracies or distances.',
  inputs: { numbers: slot.many(slot.number('A row')) },
  outputs: {},
  params: { names: param.text('', 'Names of the rows, separated by commas') },
  view: async (inputs, { names }) => {
    const given = names.split(',').map((name) => name.trim())
    const rows = wiredSlots<NumberValue | Loss>(inputs, 'numbers').map(
      async ([slot, { tensor }]) => ({
        name: given[(splitMany(slot)[1] ?? 0) - 1] || slot,
        value: (await readTensor(tensor))[0],
      }),
    )
    return { kind: 'numbers', rows: await Promise.all(rows) }
  },
})
