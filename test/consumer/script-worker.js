// A worker of a host's own, without a bundler.
import {
  defineNode,
  nodes,
  serve,
  slot,
} from './node_modules/litegraph-diffusion/dist/standalone/engine.js'

const mirror = defineNode({
  type: 'mine/Mirror',
  category: 'mine',
  summary: 'Mirrors points at the origin.',
  inputs: { x: slot.samples('points') },
  outputs: { mirrored: slot.samples('the same on the other side') },
  params: {},
  run: ({ x }) => ({ mirrored: { type: 'samples', space: x.space, tensor: x.tensor.neg() } }),
})

serve([...nodes, mirror])
