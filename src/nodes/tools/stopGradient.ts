// StopGradient: blocks gradients.
import { stopGradient as detach } from '../../engine/gradients/stopGradient.ts'
import { mapTensors } from '../../engine/base/values.ts'
import { defineNode, slot } from '../define.ts'

export const stopGradient = defineNode({
  type: 'diffusion/StopGradient',
  category: 'tools',
  summary:
    'Passes a value through without its gradient: no gradient flows back to the nodes that computed it.',
  aliases: ['detach', 'no_grad', 'stopgrad'],
  equation: '\\mathrm{sg}(x)',
  inputs: { value: slot.any('Any value') },
  outputs: { value: slot.like('value', 'Same value, treated as a constant') },
  params: {},
  run: ({ value }) => ({ value: mapTensors(value, detach) }),
})
