// Single numbers, one under the other, to be compared.
import type { Loss, NumberValue } from '../../engine/values.ts'
import { defineNode, many, number, text } from '../define.ts'
import { read, wired } from './read.ts'

export const numbers = defineNode({
  type: 'diffusion/Numbers',
  category: 'view',
  summary: 'Shows single numbers by name, one under the other: bits/dim of several models, accuracies, distances.',
  inputs: { numbers: many(number('a row')) },
  outputs: {},
  params: { names: text('', 'of the rows, with commas between') },
  view: async (inputs, { names }) => {
    const given = names.split(',').map((name) => name.trim())
    const rows = wired<NumberValue | Loss>(inputs, 'numbers').map(async ([slot, { tensor }]) => ({
      name: given[Number(slot.split('_').at(-1)) - 1] || slot,
      value: (await read(tensor))[0]!,
    }))
    return { kind: 'numbers', rows: await Promise.all(rows) }
  },
})
