// A place that a wire goes by.
import { any, defineNode, like } from '../define.ts'

export const reroute = defineNode({
  type: 'diffusion/Reroute',
  category: 'tools',
  summary: 'A dot on a wire, to lead it another way. What runs is as if it were not there.',
  inputs: { value: any('anything') },
  outputs: { value: like('value', 'the same') },
  params: {},
  reroute: true,
  run: ({ value }) => ({ value }),
})
