// Number, Boolean and Text: constants, each of which can drive params of several nodes.
import { hostNumber } from '../../engine/base/values.ts'
import { defineNode, param, slot } from '../define.ts'

export const numberConstant = defineNode({
  type: 'diffusion/Number',
  category: 'tools',
  summary: 'A number that can be wired to params of several nodes.',
  aliases: ['float', 'int', 'integer', 'primitive', 'constant', 'slider'],
  inputs: {},
  outputs: { number: slot.onHost(slot.number('The number')) },
  params: { value: param.real(0, { min: -1e15, max: 1e15 }, 'The number') },
  staticOutputs: (params) => ({ number: { type: 'number', value: params.value } }),
  run: (_, { value }) => ({ number: hostNumber(value) }),
})

export const booleanConstant = defineNode({
  type: 'diffusion/Boolean',
  category: 'tools',
  summary: 'A switch that can be wired to params of several nodes: 1 for true, 0 for false.',
  aliases: ['bool', 'switch', 'toggle'],
  inputs: {},
  outputs: { number: slot.onHost(slot.number('1 for true, 0 for false')) },
  params: { value: param.toggle(true, 'Position of the switch') },
  staticOutputs: ({ value }) => ({ number: { type: 'number', value: value ? 1 : 0 } }),
  run: (_, { value }) => ({ number: hostNumber(value ? 1 : 0) }),
})

export const textConstant = defineNode({
  type: 'diffusion/Text',
  category: 'tools',
  summary: 'A text, such as the name of a choice, that can be wired to params of several nodes.',
  aliases: ['string', 'str'],
  inputs: {},
  outputs: { text: slot.text('The text') },
  params: { value: param.text('', 'The text') },
  staticOutputs: ({ value }) => ({ text: { type: 'text', text: value } }),
  run: (_, { value }) => ({ text: { type: 'text', text: value } }),
})
