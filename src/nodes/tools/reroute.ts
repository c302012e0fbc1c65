// Reroute: a waypoint of a wire.
import { any, defineNode, like } from '../define.ts'

export const reroute = defineNode({
  type: 'diffusion/Reroute',
  category: 'tools',
  summary: 'Reroute point on a link. Has no effect on the computation.',
  inputs: { value: any('Any value') },
  outputs: { value: like('value', 'Same value') },
  params: {},
  reroute: true,
  run: ({ value }) => ({ value }),
})
