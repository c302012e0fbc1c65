// ReadNumber: reads a number from the device, so that params can be wired to it.
import { hostNumber } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'

export const readNumber = defineNode({
  type: 'diffusion/ReadNumber',
  category: 'tools',
  summary:
    'Reads a number, such as a loss, from the device to the CPU, so that it can be wired to params. The run waits for it.',
  aliases: ['tensor.item', 'item'],
  inputs: { number: slot.number('Number or loss on the device') },
  outputs: { number: slot.onHost(slot.number('The same number on the CPU')) },
  params: {},
  reads: ({ number }) => (isKnown(number) ? [] : [number.tensor]),
  run: ({ number }, _, { read = [] }) => ({
    number: hostNumber(isKnown(number) ? number.value : read[0][0]),
  }),
})

const isKnown = <V extends object>(value: V): value is V & { value: number } =>
  'value' in value && value.value !== undefined
