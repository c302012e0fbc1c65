// Reroute: a waypoint of a wire.
import { defineNode, slot } from '../define.ts'

export const reroute = defineNode({
  type: 'diffusion/Reroute',
  category: 'tools',
  summary: 'Reroute point on a link. Has no effect on the computation.',
  aliases: ['dot', 'knot'],
  inputs: { value: slot.any('Any value') },
  outputs: { value: slot.like('value', 'Same value') },
  params: {},
  reroute: true,
  run: ({ value }) => ({ value }),
})
