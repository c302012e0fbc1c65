// Where learning is not to reach.
import { stopGradient as detach } from '../../engine/stopGradient.ts'
import { mapTensors } from '../../engine/values.ts'
import { any, defineNode, like } from '../define.ts'

export const stopGradient = defineNode({
  type: 'diffusion/StopGradient',
  category: 'tools',
  summary: 'Passes a value on unchanged, but training does not see through it: what it depends on does not learn from here.',
  equation: '\\mathrm{sg}(x)',
  inputs: { value: any('anything') },
  outputs: { value: like('value', 'the same, as if it were a constant') },
  params: {},
  run: ({ value }) => ({ value: mapTensors(value, detach) }),
})
